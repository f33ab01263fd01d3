package refinery.transfer;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.protocol.Resources;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.transfer.DownloadSteps.Known;
import refinery.transfer.DownloadSteps.Ready;
import refinery.transfer.DownloadSteps.Unpacked;

/**
 * Decides what a download attempt does next. Groups of files come one after another, and so do the
 * plans of a group; but files that belong to no reads come in waves, each by its own plan. As many
 * connections are used at once as tokens of the archive are reserved; as many files more may be
 * checked meanwhile. One blocking step runs at a time. Knows no actor, clock, file or network. Used
 * by the attempt's actor only.
 */
final class DownloadProgress {
  private final Work.Download work;
  private final Resources reserved;
  private final DiskDemand demand;
  private final DownloadAccount account;
  private final List<Plan.Group> groups;
  private final Deque<Map.Entry<SourceFile, Location>> pending = new ArrayDeque<>();
  private final List<Ready> fetched = new ArrayList<>();
  private int group;
  private int plan;
  private final List<Plan.Group> later = new ArrayList<>();
  private int wave;
  private int inFlight;
  private final Set<Wanted> received = new HashSet<>();
  private boolean stepRuns;
  private List<Location> blamed = List.of();
  private boolean stopping;
  private boolean over;

  /**
   * @param groups of the work's files, with the plans in the order in which they are tried
   */
  DownloadProgress(
      Work.Download work,
      List<Plan.Group> groups,
      Resources reserved,
      DiskDemand demand,
      DownloadAccount account) {
    this.work = work;
    this.reserved = reserved;
    this.demand = demand;
    this.account = account;
    this.groups = new ArrayList<>(groups);
  }

  /** What the actor must do next. */
  sealed interface Next {
    /** Start these transfers in addition to those that run. */
    record Fetch(List<Wanted> files) implements Next {
      public Fetch {
        files = List.copyOf(files);
      }
    }

    /** Look up size and MD5 of an archive. Answered by {@link DownloadProgress#known}. */
    record LookUp(Location location, String run) implements Next {}

    /** Take the reads out of an archive. Answered by {@link DownloadProgress#unpacked}. */
    record Unpack(Path archive, Location location) implements Next {}

    /**
     * Split a file that holds both mates of each spot, which it need not keep. Answered by {@link
     * DownloadProgress#unpacked}.
     */
    record Split(Ready file) implements Next {}

    /** Put all files into temporary storage. Answered by {@link DownloadProgress#published}. */
    record Publish(List<Ready> files) implements Next {
      public Publish {
        files = List.copyOf(files);
      }
    }

    /** End all transfers and remove their files. Answered by {@link DownloadProgress#cleared}. */
    record Clear(List<Ready> fetched) implements Next {
      public Clear {
        fetched = List.copyOf(fetched);
      }
    }

    /** Interrupt the step that runs. */
    record Interrupt() implements Next {}

    /** Do nothing until a running transfer or step ends. */
    record Await() implements Next {}

    /** End all transfers; then complete the attempt with this outcome. */
    record End(Outcome outcome) implements Next {}
  }

  /**
   * A file or archive to fetch.
   *
   * @param subject the file's name, or the run's accession for an archive
   * @param archive true for an SRA archive
   */
  record Wanted(String subject, Location location, boolean archive) {}

  Plan.Group group() {
    return groups.get(group);
  }

  /**
   * False once the attempt has ended or was told to stop; messages of transfers are ignored then.
   */
  boolean isOpen() {
    return !stopping && !over;
  }

  Next begin() {
    return nextPlan();
  }

  private Next nextPlan() {
    if (group == groups.size()) {
      return step(new Next.Publish(account.ready()), List.of());
    }
    Plan.Group current = groups.get(group);
    if (plan == current.plans().size()) {
      return end(account.failed());
    }
    wave = plan == 0 ? waveFrom(group) : 0;
    if (wave > 0) {
      groups.subList(group, group + wave).stream()
          .map(one -> (Plan.Direct) one.plans().getFirst())
          .forEach(direct -> pending.addAll(direct.locations().entrySet()));
      return new Next.Fetch(take());
    }
    return switch (current.plans().get(plan)) {
      case Plan.Direct direct -> {
        pending.addAll(direct.locations().entrySet());
        yield new Next.Fetch(take());
      }
      case Plan.Archive archive -> step(new Next.LookUp(archive.location(), run()), List.of());
    };
  }

  /** How many groups from this one on can be fetched side by side. */
  private int waveFrom(int first) {
    int end = first;
    while (end < groups.size()
        && !groups.get(end).reads()
        && !groups.get(end).plans().isEmpty()
        && groups.get(end).plans().getFirst() instanceof Plan.Direct) {
      end++;
    }
    return end - first;
  }

  private Next step(Next next, List<Location> toBlame) {
    stepRuns = true;
    blamed = toBlame;
    return next;
  }

  private Next end(Outcome outcome) {
    over = true;
    return new Next.End(outcome);
  }

  private List<Wanted> take() {
    List<Wanted> taken = new ArrayList<>();
    while (!pending.isEmpty() && hasRoom(width(pending.peek().getValue()))) {
      Map.Entry<SourceFile, Location> next = pending.remove();
      taken.add(new Wanted(next.getKey().name(), next.getValue(), false));
      inFlight++;
    }
    return taken;
  }

  private boolean hasRoom(int width) {
    return inFlight - received.size() < width && inFlight < 2 * width;
  }

  private int width(Location location) {
    return Math.max(1, reserved.tokens().getOrDefault("net:" + location.archive(), 1));
  }

  /** All bytes of a file have come: its connection is free, its checks are not done. */
  Next received(Wanted wanted) {
    received.add(wanted);
    return fetchMore();
  }

  private Next fetchMore() {
    List<Wanted> more = take();
    return more.isEmpty() ? new Next.Await() : new Next.Fetch(more);
  }

  /** A transfer has delivered its file. */
  Next delivered(Wanted wanted, Instant startedAt, Instant now, PartFile.Verified verified) {
    inFlight--;
    received.remove(wanted);
    account.record(wanted.subject(), wanted.location(), startedAt, now, verified);
    if (wanted.archive()) {
      return step(new Next.Unpack(verified.file(), wanted.location()), List.of(wanted.location()));
    }
    fetched.add(new Ready(role(wanted.subject()), verified, wanted.location()));
    Next next = fetchMore();
    return inFlight == 0 ? arrived() : next;
  }

  /** All files of the group are there as the archive has them. */
  private Next arrived() {
    Optional<FastqCheck.Summary> only =
        group().reads() && fetched.size() == 1
            ? fetched.getFirst().verified().fastq()
            : Optional.empty();
    if (only.filter(ReadSet::isInterleaved).isEmpty()) {
      return accept(work.metadata());
    }
    Ready file = fetched.getFirst();
    long disk = demand.splitting(file.verified().size(), work.files(), work.metadata());
    if (disk > reserved.disk()) {
      return end(account.outgrown("splitting " + file.name(), disk, reserved.disk()));
    }
    account.note(file.name() + " holds both mates of each spot, one after the other: it is split");
    fetched.clear();
    return step(new Next.Split(file), List.of(file.location()));
  }

  /** All files of the group are there: checks whether they belong together. */
  private Next accept(Map<String, String> metadata) {
    try {
      if (group().reads()) {
        account.accept(fetched, metadata);
      } else {
        account.accept(fetched);
      }
    } catch (TransferException wrong) {
      return failed(wrong, work.key(), fetched.stream().map(Ready::location).distinct().toList());
    }
    fetched.clear();
    if (wave > 0) {
      return afterWave();
    }
    group++;
    plan = 0;
    return nextPlan();
  }

  /**
   * What failed in a wave comes again, by its next plan, when the transfers that failed are gone.
   */
  private Next afterWave() {
    List<Plan.Group> tried = groups.subList(group, group + wave);
    tried.removeIf(one -> later.stream().anyMatch(other -> other.files().equals(one.files())));
    group += wave - later.size();
    wave = 0;
    plan = 0;
    groups.addAll(group, later);
    if (later.isEmpty()) {
      return nextPlan();
    }
    later.clear();
    plan--; // cleared() goes on to the next plan, which is the first one that is left
    return step(new Next.Clear(List.of()), List.of());
  }

  /** The look-up of an archive has ended. */
  Next known(Known known) {
    stepRuns = false;
    if (stopping) {
      return end(account.stopped());
    }
    known.note().ifPresent(account::note);
    long disk = demand.with(groups, group, known.location(), work.metadata());
    if (disk > reserved.disk()) {
      return end(account.outgrown("taking the reads out of NCBI's archive", disk, reserved.disk()));
    }
    inFlight++;
    return new Next.Fetch(List.of(new Wanted(run(), known.location(), true)));
  }

  Next unpacked(Unpacked unpacked) {
    stepRuns = false;
    if (stopping) {
      return end(account.stopped());
    }
    account.record(unpacked.steps());
    Location source = blamed.getFirst();
    unpacked.files().forEach(file -> fetched.add(new Ready("reads", file, source)));
    return accept(unpacked.metadata());
  }

  Next published(List<RawFile> files) {
    stepRuns = false;
    return end(stopping ? account.stopped() : account.succeeded(files));
  }

  /** The files of the failed plan are removed. */
  Next cleared() {
    stepRuns = false;
    if (stopping) {
      return end(account.stopped());
    }
    plan++;
    return nextPlan();
  }

  /** The blocking step has failed. */
  Next stepFailed(TransferException problem) {
    stepRuns = false;
    return stopping ? end(account.stopped()) : failed(problem, work.key(), blamed);
  }

  /**
   * The current plan has failed: goes on to the next, unless none can succeed.
   *
   * @param locations the locations to blame; none: the node itself
   */
  Next failed(TransferException problem, String subject, List<Location> locations) {
    if (!account.charge(problem, subject, locations)) {
      return end(account.failed());
    }
    if (wave > 0) {
      return failedInWave(subject);
    }
    List<Ready> removed = List.copyOf(fetched);
    fetched.clear();
    pending.clear();
    inFlight = 0;
    received.clear();
    return step(new Next.Clear(removed), List.of());
  }

  /** The other files of a wave go on, unless nothing can bring this one. */
  private Next failedInWave(String subject) {
    Plan.Group failed =
        groups.subList(group, group + wave).stream()
            .filter(one -> one.files().stream().anyMatch(file -> file.name().equals(subject)))
            .findFirst()
            .orElseThrow();
    if (failed.plans().size() == 1) {
      return end(account.failed());
    }
    later.add(
        new Plan.Group(failed.files(), false, failed.plans().subList(1, failed.plans().size())));
    inFlight--;
    received.removeIf(wanted -> wanted.subject().equals(subject));
    Next next = fetchMore();
    return inFlight == 0 ? arrived() : next;
  }

  Next stop() {
    if (!isOpen()) {
      return new Next.Await();
    }
    stopping = true;
    return stepRuns ? new Next.Interrupt() : end(account.stopped());
  }

  /** The run's accession, taken from the names of its files, which are safe in paths. */
  private String run() {
    SourceFile file = group().files().getFirst();
    if (Content.of(file.format()) == Content.SRA) {
      return file.name().replaceFirst("\\.sra$", "");
    }
    return ReadSet.run(file.name());
  }

  private String role(String name) {
    return work.files().stream()
        .filter(file -> file.name().equals(name))
        .map(SourceFile::format)
        .map(
            format ->
                switch (format) {
                  case "fa.gz", "fasta.gz", "fna.gz" -> "genome";
                  case "gtf.gz", "gff3.gz" -> "annotation";
                  case "matrix", "matrix.gz" -> "matrix";
                  case "features", "features.gz" -> "features";
                  case "barcodes", "barcodes.gz" -> "barcodes";
                  default -> "other";
                })
        .findFirst()
        .orElse("other");
  }
}
