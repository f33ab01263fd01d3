package refinery.transfer;

import java.time.Instant;
import java.util.ArrayList;
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
 * What an attempt has gained and suffered so far, and the outcome that follows. Confined to its
 * actor.
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
   * @param log takes each line for the attempt's log
   */
  DownloadAccount(Work.Download work, Consumer<String> log) {
    this.work = work;
    this.log = log;
  }

  List<Ready> ready() {
    return List.copyOf(ready);
  }

  void note(String text) {
    notes.add(text);
    log.accept(text);
  }

  void record(List<StepRecord> steps) {
    records.addAll(steps);
  }

  /** A file that arrived, with what was verified of it. */
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

  /** A group that needs no further look. */
  void accept(List<Ready> files) {
    ready.addAll(files);
  }

  /** A group of reads, if they belong together. */
  void accept(List<Ready> files, Map<String, String> metadata) throws TransferException {
    List<ReadSet.ReadFile> reads =
        files.stream()
            .map(
                file ->
                    new ReadSet.ReadFile(
                        file.name(),
                        file.verified().sha256(),
                        file.verified().fastq().orElseThrow()))
            .toList();
    ReadSet.Layout layout = ReadSet.decide(reads, metadata);
    for (Ready file : files) {
      ready.add(new Ready(layout.roles().get(file.name()), file.verified(), file.location()));
    }
    facts.putAll(layout.facts());
    notes.addAll(layout.notes());
  }

  /**
   * A plan was lost.
   *
   * @param locations that are to blame; none: the node itself
   * @return whether another plan may help
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

  /** The plan that is left writes more than is reserved. */
  Outcome outgrown(long needed, long reserved) {
    String why =
        "taking the reads out of NCBI's archive needs %s of disk, %s are reserved"
            .formatted(TransferLog.bytes(needed), TransferLog.bytes(reserved));
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
