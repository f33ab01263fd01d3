package refinery.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import refinery.agent.Attempt;
import refinery.archive.ncbi.NcbiClient;
import refinery.archive.ncbi.SraExtraction;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Work;
import refinery.storage.ObjectStore;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.StoppedTransfer;

/** The blocking steps of an attempt besides its transfers. All can be interrupted. */
final class DownloadSteps {
  private final Attempt attempt;
  private final Work.Download work;
  private final Equipment equipment;
  private final TransferLog log;

  /** What all downloads of a node share. */
  record Equipment(
      TransferSettings settings,
      Origins origins,
      NcbiClient ncbi,
      ObjectStore temporary,
      DiskDemand demand,
      Executor executor,
      TransferMeters meters) {}

  /** A verified file in scratch that is not published yet. */
  record Ready(String role, PartFile.Verified verified, Location location) {
    String name() {
      return verified.file().getFileName().toString();
    }
  }

  /**
   * An archive's location with its size and MD5 as far as known.
   *
   * @param note why the MD5 is not known
   */
  record Known(Location location, Optional<String> note) {}

  /**
   * The reads of an archive, or of a file of both mates.
   *
   * @param files packed FASTQ files
   * @param metadata of the run, with the number of spots that were found
   */
  record Unpacked(
      List<PartFile.Verified> files, Map<String, String> metadata, List<StepRecord> steps) {
    Unpacked {
      files = List.copyOf(files);
      metadata = Map.copyOf(metadata);
      steps = List.copyOf(steps);
    }
  }

  DownloadSteps(Attempt attempt, Work.Download work, Equipment equipment, TransferLog log) {
    this.attempt = attempt;
    this.work = work;
    this.equipment = equipment;
    this.log = log;
  }

  Path directory() {
    return attempt.scratch().resolve("download");
  }

  Path archive(String run) {
    return attempt.scratch().resolve("archive").resolve(run);
  }

  /** Asks NCBI for an archive's size and MD5, unless its location states them. */
  Known lookUp(Location location, String run) throws InterruptedException {
    if (location.checksum().isPresent() && location.size().isPresent()) {
      return new Known(location, Optional.empty());
    }
    return switch (equipment.ncbi().find(run)) {
      case NcbiClient.Answer.Found found ->
          new Known(
              new Location(
                  location.archive(),
                  location.url(),
                  location.format(),
                  OptionalLong.of(found.file().size()),
                  Optional.of(Location.Checksum.md5(found.file().md5()))),
              Optional.empty());
      case NcbiClient.Answer.Unknown() ->
          new Known(
              location,
              Optional.of("the archive's md5 was not verified: NCBI states none for " + run));
      case NcbiClient.Answer.Unanswered(String reason) ->
          new Known(location, Optional.of("the archive's md5 was not verified: " + reason));
    };
  }

  /**
   * Takes the reads out of an archive. It must have as many spots as the metadata state, unless it
   * has the MD5 that NCBI states: then it is NCBI's file, and its own count is right.
   */
  Unpacked unpack(Path archive, Location location) throws TransferException, InterruptedException {
    TransferSettings settings = equipment.settings();
    Path directory = attempt.scratch().resolve("extraction");
    OptionalLong spots =
        Beginning.statesMd5(location) ? OptionalLong.empty() : ReadSet.statedSpots(work.metadata());
    try {
      SraExtraction.Extracted extracted =
          new SraExtraction(
                  attempt, settings.extractionStallTimeout(), settings.extractionWallTime())
              .extract(archive, directory, spots);
      Files.delete(archive);
      List<PartFile.Verified> files = pack(extracted.files());
      Map<String, String> metadata = new HashMap<>(work.metadata());
      metadata.put("read_count", Long.toString(extracted.spots()));
      return new Unpacked(files, metadata, extracted.steps());
    } catch (SraExtraction.ExtractionException refused) {
      throw new BrokenTransfer(refused.failure().failureClass(), refused.getMessage());
    } catch (IOException broken) {
      throw Problems.disk("for the extraction of " + archive.getFileName(), broken);
    } finally {
      remove(directory);
    }
  }

  /**
   * Splits a file that holds both mates of each spot, and removes it. The metadata may count spots
   * or reads.
   */
  Unpacked split(Ready file) throws TransferException {
    Instant started = Instant.now();
    Path whole = file.verified().file();
    Path folder = directory().resolve("mates");
    String run = ReadSet.run(file.name());
    List<Path> targets =
        List.of(folder.resolve(run + "_1.fastq.gz"), folder.resolve(run + "_2.fastq.gz"));
    try {
      Files.createDirectories(folder);
      List<PartFile.Verified> mates =
          Deinterleaving.split(whole, targets, attempt::progressed, attempt::isStopped);
      long spots = mates.getFirst().fastq().orElseThrow().reads();
      Map<String, String> metadata = new HashMap<>(work.metadata());
      if (ReadSet.statedSpots(metadata).equals(OptionalLong.of(2 * spots))) {
        metadata.put("read_count", Long.toString(spots));
      }
      List<String> checks =
          List.of("%d pairs of %d reads, each with one name".formatted(spots, 2 * spots));
      return new Unpacked(mates, metadata, List.of(done("split " + file.name(), started, checks)));
    } catch (TransferException | RuntimeException failed) {
      remove(folder);
      throw failed;
    } catch (IOException broken) {
      throw Problems.disk("for splitting " + file.name(), broken);
    } finally {
      remove(whole);
    }
  }

  private static StepRecord done(String step, Instant started, List<String> checks) {
    return new StepRecord(
        step, List.of(), "refinery", 0, started, Instant.now(), 0, 0, Optional.empty(), checks);
  }

  private List<PartFile.Verified> pack(List<Path> files)
      throws TransferException, IOException, InterruptedException {
    if (files.isEmpty()) {
      throw new CorruptTransfer("there are no reads in the archive");
    }
    Files.createDirectories(directory());
    List<CompletableFuture<PartFile.Verified>> packing = new ArrayList<>();
    for (Path fastq : files) {
      Path target = directory().resolve(packedName(fastq, files.size()));
      packing.add(
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return ReadPacking.pack(fastq, target, attempt::progressed, attempt::isStopped);
                } catch (TransferException problem) {
                  throw new CompletionException(problem);
                }
              },
              equipment.executor()));
    }
    List<PartFile.Verified> packed = new ArrayList<>();
    try {
      CompletableFuture.allOf(packing.toArray(CompletableFuture[]::new)).get();
      packing.forEach(one -> packed.add(one.join()));
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof TransferException problem
          ? problem
          : new BrokenTransfer("a defect in packing", failed);
    }
    return packed;
  }

  /** The name of a packed file: a single one gets the name that the batch has for it. */
  private String packedName(Path fastq, int count) {
    boolean named =
        work.files().size() == 1 && Content.of(work.files().getFirst().format()) != Content.SRA;
    return count == 1 && named ? work.files().getFirst().name() : fastq.getFileName() + ".gz";
  }

  /**
   * Puts the files into temporary storage, and checks that what arrives there is what was verified.
   */
  List<RawFile> publish(List<Ready> files) throws TransferException {
    List<RawFile> published = new ArrayList<>();
    for (Ready file : files) {
      if (attempt.isStopped()) {
        throw new StoppedTransfer();
      }
      published.add(publish(file));
      attempt.progressed();
    }
    return published;
  }

  private RawFile publish(Ready file) throws TransferException {
    ObjectStore.StoredObject stored;
    try {
      stored = equipment.temporary().put(attempt.spec().id().value(), file.verified().content());
    } catch (IOException broken) {
      throw Problems.storage(file.name(), broken);
    }
    PartFile.Verified verified = file.verified();
    if (!stored.sha256().equals(verified.sha256()) || stored.size() != verified.size()) {
      throw new CorruptTransfer(
          file.name()
              + " changed between the download and temporary storage (sha-256 "
              + stored.sha256()
              + " instead of "
              + verified.sha256()
              + "); check the node's disk");
    }
    log.line(file.name() + ": stored as " + stored.key());
    Optional<FastqCheck.Summary> counted = verified.fastq().filter(FastqCheck.Summary::whole);
    return new RawFile(
        file.name(),
        file.role(),
        stored.key(),
        stored.sha256(),
        stored.size(),
        file.location().archive(),
        file.location().url(),
        counted.map(summary -> OptionalLong.of(summary.reads())).orElseGet(OptionalLong::empty),
        counted.map(summary -> OptionalLong.of(summary.bases())).orElseGet(OptionalLong::empty));
  }

  /** Ends these transfers and removes all files that were fetched or unpacked. */
  void clear(List<Transfer> transfers, List<Ready> ready) throws TransferException {
    transfers.forEach(Transfer::close);
    for (Ready file : ready) {
      remove(file.verified().file());
    }
    remove(attempt.scratch().resolve("archive"));
  }

  private static void remove(Path path) throws TransferException {
    if (!Files.exists(path)) {
      return;
    }
    try (Stream<Path> tree = Files.walk(path)) {
      for (Path each : tree.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    } catch (IOException broken) {
      throw Problems.disk("for removing " + path.getFileName(), broken);
    }
  }
}
