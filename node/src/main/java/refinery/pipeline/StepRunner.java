package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.pipeline.Pipeline.Action;
import refinery.pipeline.Pipeline.Step;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Usage;

/**
 * Runs the steps of one attempt and keeps a record of each, of the failed one too. Confined to the
 * thread of its run.
 */
final class StepRunner {
  /** Below this a volume counts as full: tools fail, or only seem to succeed. */
  private static final long NEARLY_FULL = 16L << 20;

  private final Pipeline pipeline;
  private final Attempt attempt;
  private final ProcessRunner.Services services;
  private final Path work;
  private final List<StepContext.SharedReference> references = new ArrayList<>();
  private final List<StepRecord> records = new ArrayList<>();

  StepRunner(Pipeline pipeline, Attempt attempt, ProcessRunner.Services services, Path work) {
    this.pipeline = pipeline;
    this.attempt = attempt;
    this.services = services;
    this.work = work;
  }

  /** What unpacking the tarball at {@code packed} comes to in the steps from now on. */
  void share(Path packed, ReferenceCache.Lease lease) {
    references.add(new StepContext.SharedReference(packed, lease.path(), lease.manifest()));
  }

  List<StepRecord> records() {
    return List.copyOf(records);
  }

  List<Artifact> logs() {
    return records.stream().flatMap(record -> record.log().stream()).toList();
  }

  Usage usage() {
    long memory = 0;
    double cpu = 0;
    for (StepRecord record : records) {
      memory = Math.max(memory, record.peakMemory());
      cpu += record.cpuSeconds();
    }
    return new Usage(memory, cpu);
  }

  /** A step that no pipeline names, and that succeeded. */
  void checked(String name, Instant started, List<String> checks) throws IOException {
    StepLog.begin(attempt.log()).say("== " + name + ": " + String.join("; ", checks));
    records.add(
        new StepRecord(
            name,
            List.of(),
            "refinery",
            0,
            started,
            Instant.now(),
            0,
            0,
            Optional.empty(),
            checks));
  }

  void run(Step step, Placeholders values, RunInputs inputs, Map<String, String> facts)
      throws IOException, StepFailure, InterruptedException {
    if (attempt.isStopped()) {
      throw new StepFailure(Failures.stopped(step.name()));
    }
    long before = Files.getFileStore(work).getUsableSpace();
    try {
      switch (step.action()) {
        case Action.Command command -> process(step, values.arguments(command.arguments()));
        case Action.Builtin builtin -> builtin(step, builtin, values, inputs, facts);
      }
    } catch (StepFailure failure) {
      throw withDisk(failure, step, before);
    } catch (IOException e) {
      throw new StepFailure(Failures.of(e, step.name()));
    }
  }

  /** A failed check on a volume that has become full is the volume's fault. */
  private StepFailure withDisk(StepFailure thrown, Step step, long before) throws IOException {
    Failure failure = thrown.failure();
    long after = Files.getFileStore(work).getUsableSpace();
    boolean full = after < NEARLY_FULL && after <= before;
    boolean explained =
        switch (failure.failureClass()) {
          case OUT_OF_DISK, OUT_OF_MEMORY, STALLED, NODE_LOST -> true;
          case TRANSIENT, CORRUPT, ABSENT, PERMANENT -> false;
        };
    if (full && !explained) {
      return new StepFailure(
          new Failure(
              FailureClass.OUT_OF_DISK,
              "%s; the volume of the scratch directory has only %d bytes left"
                  .formatted(failure.message(), after),
              step.name()));
    }
    return failure.step().isEmpty()
        ? new StepFailure(new Failure(failure.failureClass(), failure.message(), step.name()))
        : thrown;
  }

  private void process(Step step, List<String> arguments)
      throws IOException, StepFailure, InterruptedException {
    String tool = "";
    if (step.tool().isPresent()) {
      String name = step.tool().get();
      tool = services.versions().of(name, pipeline.tools().get(name), attempt, work);
    }
    StepLog log = StepLog.begin(attempt.log());
    log.say("== " + step.name() + ": " + String.join(" ", arguments));
    Optional<Path> stdout = step.stdout().map(work::resolve);
    ProcessResult result =
        attempt.execute(
            new ProcessRequest(
                arguments, Map.of(), work, stdout, attempt.log(), step.stall(), step.wallTime()));
    String tail = log.tail();
    records.add(
        new StepRecord(
            step.name(),
            arguments,
            tool,
            result.exitCode(),
            result.startedAt(),
            result.finishedAt(),
            result.usage().peakMemory(),
            result.usage().cpuSeconds(),
            log.publish(step.name(), work.getParent(), services.permanent()),
            List.of()));
    if (result.killed().isPresent()) {
      throw new StepFailure(result.killed().get());
    }
    if (result.exitCode() != 0) {
      throw new StepFailure(
          LastWords.failure(step.name(), arguments.getFirst(), result.exitCode(), tail));
    }
    if (LastWords.saysDiskFull(tail)) {
      throw StepFailure.cutShort(step.name() + " says that the disk is full");
    }
  }

  private void builtin(
      Step step,
      Action.Builtin builtin,
      Placeholders values,
      RunInputs inputs,
      Map<String, String> facts)
      throws IOException, StepFailure, InterruptedException {
    Map<String, String> with = new java.util.TreeMap<>();
    builtin.with().forEach((key, template) -> with.put(key, values.text(template)));
    List<String> checks = new ArrayList<>();
    StepContext context =
        new StepContext(
            attempt,
            new ScratchRoom(attempt),
            work,
            with,
            inputs.all(),
            inputs.said(),
            facts,
            references,
            checks);
    StepLog log = StepLog.begin(attempt.log());
    Instant started = Instant.now();
    int code = 1;
    try {
      Builtins.find(builtin.name())
          .orElseThrow(() -> StepFailure.permanent("there is no step " + builtin.name()))
          .run(context);
      code = 0;
    } finally {
      log.say("== " + step.name() + ": " + (code == 0 ? String.join("; ", checks) : "failed"));
      records.add(
          new StepRecord(
              step.name(),
              List.of(),
              "refinery " + builtin.name(),
              code,
              started,
              Instant.now(),
              0,
              0,
              Optional.empty(),
              checks));
    }
  }
}
