package refinery.transfer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

/** What an attempt does besides streaming. Everything here blocks and can be interrupted. */
final class DownloadSteps {
  private final Attempt attempt;
  private final Work.Download work;
  private final Equipment equipment;
  private final TransferLog log;

  /** What a node's downloads share. */
  record Equipment(
      TransferSettings settings,
      HttpSource source,
      NcbiClient ncbi,
      ObjectStore temporary,
      DiskDemand demand,
      Executor executor) {}

  /** A verified file that waits in scratch for its publication. */
  record Ready(String role, PartFile.Verified verified, Location location) {
    String name() {
      return verified.file().getFileName().toString();
    }
  }

  /** An archive's location with everything that is known of it. */
  record Known(Location location, Optional<String> note) {}

  /**
   * Reads out of an archive.
   *
   * @param metadata with the archive's own count of spots
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

  /** Asks NCBI for the size and MD5 of an archive whose location does not state them. */
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

  Unpacked unpack(Path archive) throws TransferException, InterruptedException {
    TransferSettings settings = equipment.settings();
    Path directory = attempt.scratch().resolve("extraction");
    try {
      SraExtraction.Extracted extracted =
          new SraExtraction(
                  attempt, settings.extractionStallTimeout(), settings.extractionWallTime())
              .extract(archive, directory, ReadSet.statedSpots(work.metadata()));
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

  /** A single file of reads keeps the name under which the batch knows it. */
  private String packedName(Path fastq, int count) {
    boolean named =
        work.files().size() == 1 && Content.of(work.files().getFirst().format()) != Content.SRA;
    return count == 1 && named ? work.files().getFirst().name() : fastq.getFileName() + ".gz";
  }

  /** Puts the files into temporary storage; what arrives there is what was verified. */
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

  /** Ends these transfers and removes everything that was fetched or unpacked so far. */
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
