package refinery.transfer;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
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
 * How far a download attempt is and what it does next: the groups of files one after another, the
 * plans of a group one after another, at most as many transfers at once as tokens of the archive
 * are reserved, and one blocking step at a time. Knows no actor, clock, file or network. Confined
 * to its actor.
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
  private int inFlight;
  private boolean stepRuns;
  private List<Location> blamed = List.of();
  private boolean stopping;
  private boolean over;

  DownloadProgress(
      Work.Download work, Resources reserved, DiskDemand demand, DownloadAccount account) {
    this.work = work;
    this.reserved = reserved;
    this.demand = demand;
    this.account = account;
    groups = Plan.groups(work.files());
  }

  /** What the actor has to do. */
  sealed interface Next {
    /** Start these transfers beside those that run. */
    record Fetch(List<Wanted> files) implements Next {
      public Fetch {
        files = List.copyOf(files);
      }
    }

    /** Answered by {@link DownloadProgress#known}. */
    record LookUp(Location location, String run) implements Next {}

    /** Answered by {@link DownloadProgress#unpacked}. */
    record Unpack(Path archive) implements Next {}

    /** Answered by {@link DownloadProgress#published}. */
    record Publish(List<Ready> files) implements Next {
      public Publish {
        files = List.copyOf(files);
      }
    }

    /** End all transfers and remove what there is. Answered by {@link DownloadProgress#cleared}. */
    record Clear(List<Ready> fetched) implements Next {
      public Clear {
        fetched = List.copyOf(fetched);
      }
    }

    /** Interrupt the step that runs. */
    record Interrupt() implements Next {}

    /** Nothing, until what runs has ended. */
    record Await() implements Next {}

    /** End all transfers; then this is the outcome. */
    record End(Outcome outcome) implements Next {}
  }

  /**
   * A transfer.
   *
   * @param subject the file's name, or the run's when it is an archive
   */
  record Wanted(String subject, Location location, boolean archive) {}

  Plan.Group group() {
    return groups.get(group);
  }

  /** False once the attempt ends or was told to stop: what transfers say does not count then. */
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
    return switch (current.plans().get(plan)) {
      case Plan.Direct direct -> {
        pending.addAll(direct.locations().entrySet());
        yield new Next.Fetch(take());
      }
      case Plan.Archive archive -> step(new Next.LookUp(archive.location(), run()), List.of());
    };
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
    while (!pending.isEmpty() && inFlight < width(pending.peek().getValue())) {
      Map.Entry<SourceFile, Location> next = pending.remove();
      taken.add(new Wanted(next.getKey().name(), next.getValue(), false));
      inFlight++;
    }
    return taken;
  }

  private int width(Location location) {
    return Math.max(1, reserved.tokens().getOrDefault("net:" + location.archive(), 1));
  }

  /** A transfer has brought what was wanted. */
  Next delivered(Wanted wanted, Instant startedAt, Instant now, PartFile.Verified verified) {
    inFlight--;
    account.record(wanted.subject(), wanted.location(), startedAt, now, verified);
    if (wanted.archive()) {
      return step(new Next.Unpack(verified.file()), List.of(wanted.location()));
    }
    fetched.add(new Ready(role(wanted.subject()), verified, wanted.location()));
    List<Wanted> more = take();
    if (more.isEmpty()) {
      return inFlight == 0 ? accept(work.metadata()) : new Next.Await();
    }
    return new Next.Fetch(more);
  }

  /** All files of the group are there: do they belong together? */
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
    group++;
    plan = 0;
    return nextPlan();
  }

  /** What is known of the archive that was looked up. */
  Next known(Known known) {
    stepRuns = false;
    if (stopping) {
      return end(account.stopped());
    }
    known.note().ifPresent(account::note);
    long disk = demand.with(groups, group, known.location(), work.metadata());
    if (disk > reserved.disk()) {
      return end(account.outgrown(disk, reserved.disk()));
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
    Location archive = blamed.getFirst();
    unpacked.files().forEach(file -> fetched.add(new Ready("reads", file, archive)));
    return accept(unpacked.metadata());
  }

  Next published(List<RawFile> files) {
    stepRuns = false;
    return end(stopping ? account.stopped() : account.succeeded(files));
  }

  /** The plan that was lost has left nothing behind. */
  Next cleared() {
    stepRuns = false;
    if (stopping) {
      return end(account.stopped());
    }
    plan++;
    return nextPlan();
  }

  /** The step that ran has failed. */
  Next stepFailed(TransferException problem) {
    stepRuns = false;
    return stopping ? end(account.stopped()) : failed(problem, work.key(), blamed);
  }

  /**
   * The current plan is lost: on to the next one, unless nothing can help.
   *
   * @param locations that are to blame; none: the node itself
   */
  Next failed(TransferException problem, String subject, List<Location> locations) {
    if (!account.charge(problem, subject, locations)) {
      return end(account.failed());
    }
    List<Ready> removed = List.copyOf(fetched);
    fetched.clear();
    pending.clear();
    inFlight = 0;
    return step(new Next.Clear(removed), List.of());
  }

  Next stop() {
    if (!isOpen()) {
      return new Next.Await();
    }
    stopping = true;
    return stepRuns ? new Next.Interrupt() : end(account.stopped());
  }

  /** The run's accession as the (safe) names of its files have it. */
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
                  default -> "other";
                })
        .findFirst()
        .orElse("other");
  }
}
