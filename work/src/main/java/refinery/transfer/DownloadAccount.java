package refinery.transfer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.transfer.DownloadSteps.Ready;
import refinery.transfer.TransferException.StoppedTransfer;

/**
 * Collects the files and failures of an attempt, and makes its outcome of them. Used by the
 * attempt's actor only.
 */
final class DownloadAccount {
  private static final Location NODE =
      new Location("the node", "", "", OptionalLong.empty(), Optional.empty());

  private final Work.Download work;
  private final Consumer<String> log;
  private final List<Ready> ready = new ArrayList<>();
  private final List<Setback> setbacks = new ArrayList<>();
  private final List<String> notes = new ArrayList<>();
  private final Map<String, String> facts = new LinkedHashMap<>();
  private final List<StepRecord> records = new ArrayList<>();

  /**
   * @param log called with each line for the attempt's log
   */
  DownloadAccount(Work.Download work, Consumer<String> log) {
    this.work = work;
    this.log = log;
  }

  /**
   * In the order in which the work names them, whichever came first; what it does not name last.
   */
  List<Ready> ready() {
    Map<String, Integer> places = new HashMap<>();
    work.files().forEach(file -> places.putIfAbsent(file.name(), places.size()));
    return ready.stream()
        .sorted(Comparator.comparingInt(file -> places.getOrDefault(file.name(), places.size())))
        .toList();
  }

  void note(String text) {
    notes.add(text);
    log.accept(text);
  }

  void record(List<StepRecord> steps) {
    records.addAll(steps);
  }

  /** Records a file that arrived, and what was verified of it. */
  void record(
      String subject,
      Location location,
      Instant startedAt,
      Instant now,
      PartFile.Verified verified) {
    List<String> checks = new ArrayList<>();
    checks.add(verified.size() + " bytes");
    location
        .checksum()
        .ifPresent(sum -> checks.add(sum.algorithm() + " " + verified.stated() + " as stated"));
    checks.add("sha-256 " + verified.sha256());
    verified.fastq().ifPresent(fastq -> checks.add(words(fastq)));
    records.add(
        new StepRecord(
            "download " + subject,
            List.of(),
            "refinery",
            0,
            startedAt,
            now,
            0,
            0,
            Optional.empty(),
            checks));
  }

  private static String words(FastqCheck.Summary fastq) {
    return fastq.whole()
        ? fastq.reads() + " FASTQ records, the whole file"
        : fastq.reads()
            + " FASTQ records, the beginning; the rest by the md5 and by the count of the tool that"
            + " reads it";
  }

  /** Takes a group of files that needs no further check. */
  void accept(List<Ready> files) {
    ready.addAll(files);
  }

  /**
   * Takes the read files of a run; throws if they do not belong together.
   *
   * @param metadata of the run; for reads out of an archive or a file of both mates with the count
   *     of its spots
   */
  void accept(List<Ready> files, Map<String, String> metadata) throws TransferException {
    List<ReadSet.ReadFile> reads =
        files.stream()
            .map(
                file ->
                    new ReadSet.ReadFile(
                        file.name(),
                        file.verified().sha256(),
                        file.verified().fastq().orElseThrow(),
                        isAsStated(file.location())))
            .toList();
    ReadSet.Layout layout = ReadSet.decide(reads, metadata);
    for (Ready file : files) {
      ready.add(new Ready(layout.roles().get(file.name()), file.verified(), file.location()));
    }
    facts.putAll(layout.facts());
    notes.addAll(layout.notes());
    compareSpots(metadata, Beginning.statesMd5(files.getFirst().location()));
  }

  /** False for reads that were taken out of an archive: its own count must be theirs. */
  private static boolean isAsStated(Location location) {
    return Content.of(location.format()) == Content.FASTQ_GZ && Beginning.statesMd5(location);
  }

  private void compareSpots(Map<String, String> metadata, boolean sameBytes) {
    OptionalLong counted = ReadSet.statedSpots(metadata);
    OptionalLong stated = ReadSet.statedSpots(work.metadata());
    if (counted.isPresent() && stated.isPresent() && !counted.equals(stated)) {
      facts.put(
          WholeReads.COUNT_DIFFERS,
          "there are %d spots, the metadata state %d%s"
              .formatted(
                  counted.getAsLong(),
                  stated.getAsLong(),
                  sameBytes ? "; the file has the MD5 that the archive states" : ""));
    }
  }

  /**
   * Records that a plan has failed.
   *
   * @param locations the locations to blame; none: the node itself
   * @return true if another plan may succeed
   */
  boolean charge(TransferException problem, String subject, List<Location> locations) {
    Failure failure = new Failure(problem.failureClass(), Problems.text(problem), subject);
    for (Location location : locations.isEmpty() ? List.of(NODE) : locations) {
      Setback setback = new Setback(location.archive(), subject, location.url(), failure);
      setbacks.add(setback);
      log.accept(setback.text());
    }
    return !locations.isEmpty() && !setbacks.getLast().isFinal();
  }

  /** What failed, each with the place that delivered the file, or another of its run, instead. */
  List<Map.Entry<Setback, Location>> fallbacks() {
    return setbacks.stream()
        .flatMap(
            setback ->
                insteadOf(setback).stream().map(other -> Map.entry(setback, other.location())))
        .toList();
  }

  private Optional<Ready> insteadOf(Setback setback) {
    String subject = setback.subject();
    return ready.stream()
        .filter(file -> file.name().equals(subject))
        .findFirst()
        .or(() -> ready.stream().filter(file -> file.name().startsWith(subject)).findFirst())
        .or(() -> ready.stream().findFirst());
  }

  Outcome succeeded(List<RawFile> files) {
    facts.put(
        "delivered_from",
        files.stream().map(RawFile::deliveredFrom).distinct().collect(Collectors.joining(",")));
    if (!setbacks.isEmpty()) {
      facts.put(
          "fallback_reason",
          setbacks.stream().map(Setback::text).collect(Collectors.joining("; ")));
    }
    if (!notes.isEmpty()) {
      facts.put("notes", String.join("; ", notes));
    }
    return new Outcome.Succeeded(new JobResult.Downloaded(files, facts), Usage.NONE, records);
  }

  /**
   * The outcome when the next step needs more disk than is reserved.
   *
   * @param step as in "taking the reads out of NCBI's archive"
   */
  Outcome outgrown(String step, long needed, long reserved) {
    String why =
        "%s needs %s of disk, %s are reserved"
            .formatted(step, TransferLog.bytes(needed), TransferLog.bytes(reserved));
    String before = setbacks.stream().map(Setback::text).collect(Collectors.joining("; "));
    log.accept(why + "; starting anew with as much");
    return new Outcome.Outgrown(before.isEmpty() ? why : why + " (" + before + ")", needed);
  }

  Outcome failed() {
    return new Outcome.Failed(Setback.verdict(work.key(), setbacks), Usage.NONE, records);
  }

  Outcome stopped() {
    return new Outcome.Failed(
        Failure.of(FailureClass.NODE_LOST, new StoppedTransfer().getMessage()),
        Usage.NONE,
        records);
  }
}
