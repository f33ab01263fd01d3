package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
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
import refinery.storage.LocalObjectStore;

/**
 * Runs the steps of one attempt and keeps a record of each, also of one that failed. Used by the
 * thread of the run.
 */
final class StepRunner {
  /** Free bytes below which a volume counts as full: tools fail, or only seem to succeed. */
  private static final long NEARLY_FULL = 16L << 20;

  /** The exit code of what SIGKILL has ended: in a container, by the limit of its memory. */
  private static final int KILLED = 137;

  private static final int PROBE = 1 << 20;

  /** The name of the step that is blamed for faults after the last one. */
  private static final String OUTPUTS = "outputs";

  private final Pipeline pipeline;
  private final Attempt attempt;
  private final ProcessRunner.Services services;
  private final Path work;
  private final List<StepContext.SharedReference> references = new ArrayList<>();
  private final List<StepRecord> records = new ArrayList<>();

  /** Bytes of the attempt's log that are in stored logs. */
  private long storedLog;

  /** True when a step ran where this node cannot see its memory. */
  private boolean unseen;

  StepRunner(Pipeline pipeline, Attempt attempt, ProcessRunner.Services services, Path work) {
    this.pipeline = pipeline;
    this.attempt = attempt;
    this.services = services;
    this.work = work;
  }

  /** Lets later steps use this reference instead of unpacking the tarball at {@code packed}. */
  void share(Path packed, ReferenceCache.Lease lease) {
    references.add(new StepContext.SharedReference(packed, lease.path(), lease.manifest()));
  }

  List<StepRecord> records() {
    return List.copyOf(records);
  }

  List<Artifact> logs() {
    return records.stream().flatMap(record -> record.log().stream()).toList();
  }

  /** The versions of the tools that have run, by name, of those that say one. */
  Map<String, String> toolVersions() {
    Map<String, String> versions = new TreeMap<>();
    for (StepRecord record : records) {
      int blank = record.tool().indexOf(' ');
      if (!record.command().isEmpty() && blank > 0) {
        versions.put(record.tool().substring(0, blank), record.tool().substring(blank + 1));
      }
    }
    return versions;
  }

  /** A peak of 0 is unknown. */
  Usage usage() {
    long memory = 0;
    double cpu = 0;
    for (StepRecord record : records) {
      memory = Math.max(memory, record.peakMemory());
      cpu += record.cpuSeconds();
    }
    return new Usage(unseen ? 0 : memory, cpu);
  }

  /** Records a successful step that no pipeline names. */
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
        case Action.Command command ->
            process(
                step,
                values.arguments(command.arguments()),
                command.environment(),
                stdout(step, values));
        case Action.Builtin builtin -> builtin(step, builtin, values, inputs, facts);
      }
    } catch (StepFailure failure) {
      throw withDisk(failure, step.name(), before);
    } catch (IOException e) {
      throw new StepFailure(Failures.of(e, step.name()));
    }
  }

  /** Checks the outputs and puts them into permanent storage. */
  List<Artifact> publish(Outputs outputs, Placeholders values) throws IOException, StepFailure {
    try {
      return outputs.publish(pipeline, values);
    } catch (StepFailure failure) {
      throw withDisk(failure, OUTPUTS, Files.getFileStore(work).getUsableSpace());
    }
  }

  /** Charges a failure to the disk if that has become full, and adds the step's name. */
  private StepFailure withDisk(StepFailure thrown, String step, long before) throws IOException {
    Failure failure = thrown.failure();
    boolean explained =
        switch (failure.failureClass()) {
          case OUT_OF_DISK, OUT_OF_MEMORY, NODE_LOST -> true;
          // salmon index waits for ever for a thread that could not write.
          case TRANSIENT, CORRUPT, ABSENT, STALLED, PERMANENT -> false;
        };
    Optional<String> full = explained ? Optional.empty() : full(before);
    if (full.isPresent()) {
      return new StepFailure(
          new Failure(FailureClass.OUT_OF_DISK, failure.message() + "; " + full.get(), step));
    }
    return failure.step().isEmpty()
        ? new StepFailure(new Failure(failure.failureClass(), failure.message(), step))
        : thrown;
  }

  /** Which limit is used up: the volume, a quota on it, or the reserved disk; empty if none is. */
  private Optional<String> full(long before) throws IOException {
    long after = Files.getFileStore(work).getUsableSpace();
    if (after < NEARLY_FULL && after <= before) {
      return Optional.of(
          "the volume of the scratch directory has only %d bytes left".formatted(after));
    }
    long left = attempt.diskLeft();
    if (left <= 0) {
      return Optional.of(
          "the %d bytes of disk that are reserved are used up"
              .formatted(attempt.reserved().disk()));
    }
    return takesMore() ? Optional.empty() : Optional.of("the scratch directory takes no more");
  }

  /** Tries to write a file, since a quota shows only when something is written. */
  private boolean takesMore() throws IOException {
    Path probe = work.resolveSibling("probe");
    try {
      Files.write(probe, new byte[PROBE]);
      return true;
    } catch (IOException e) {
      if (LocalObjectStore.isOutOfSpace(e)) {
        return false;
      }
      throw e;
    } finally {
      Files.deleteIfExists(probe);
    }
  }

  /** Variables in the form in which a shell takes them before a command. */
  private static String assignments(Map<String, String> environment) {
    return new TreeMap<>(environment)
        .entrySet().stream()
            .map(entry -> entry.getKey() + "=" + entry.getValue() + " ")
            .collect(Collectors.joining());
  }

  private Optional<Path> stdout(Step step, Placeholders values) throws StepFailure {
    Optional<Path> file = step.stdout().map(template -> work.resolve(values.text(template)));
    if (file.isPresent() && !file.get().normalize().startsWith(work)) {
      throw StepFailure.permanent("its stdout would be outside its directory: " + file.get());
    }
    return file;
  }

  private void process(
      Step step, List<String> arguments, Map<String, String> environment, Optional<Path> stdout)
      throws IOException, StepFailure, InterruptedException {
    Optional<ContainerCommand> container = container(step);
    String tool = step.action().image().orElse("");
    if (step.tool().isPresent()) {
      String name = step.tool().get();
      tool = services.versions().of(name, pipeline.tools().get(name), attempt, work);
    }
    StepLog log = StepLog.begin(attempt.log(), storedLog);
    log.say("== " + step.name() + ": " + assignments(environment) + String.join(" ", arguments));
    ProcessRequest request =
        new ProcessRequest(
            container.map(in -> in.run(arguments, work, environment)).orElse(arguments),
            container.map(in -> Containers.environment()).orElse(environment),
            work,
            stdout,
            attempt.log(),
            step.stall(),
            step.wallTime());
    ProcessResult result =
        executed(
            container,
            container.isPresent() ? request : services.walled(request, attempt, pipeline));
    String tail = log.tail();
    Optional<Artifact> published = log.publish(step.name(), work.getParent(), services.permanent());
    storedLog = StepLog.size(attempt.log());
    records.add(record(step.name(), arguments, tool, result, published));
    judge(step, arguments, result, tail);
  }

  private void judge(Step step, List<String> arguments, ProcessResult result, String tail)
      throws StepFailure {
    if (result.killed().isPresent()) {
      throw new StepFailure(result.killed().get());
    }
    if (step.action().image().isPresent() && result.exitCode() == KILLED) {
      throw new StepFailure(
          new Failure(
              FailureClass.OUT_OF_MEMORY,
              "%s was killed in its container, as at its limit of %d bytes of memory"
                  .formatted(arguments.getFirst(), attempt.reserved().memory()),
              step.name()));
    }
    if (!step.exitCodes().contains(result.exitCode())) {
      throw new StepFailure(
          LastWords.failure(step.name(), arguments.getFirst(), result.exitCode(), tail));
    }
    if (LastWords.saysDiskFull(tail)) {
      throw new StepFailure(
          new Failure(
              FailureClass.OUT_OF_DISK,
              step.name() + " says that the disk is full, and reported success",
              step.name()));
    }
  }

  private Optional<ContainerCommand> container(Step step) throws IOException, StepFailure {
    Optional<String> image = step.action().image();
    return image.isEmpty()
        ? Optional.empty()
        : Optional.of(services.containers().prepare(step.name(), image.get(), attempt, work));
  }

  /** A container that did not end by itself is removed: it outlives its engine's process. */
  private ProcessResult executed(Optional<ContainerCommand> container, ProcessRequest request)
      throws InterruptedException {
    boolean ended = false;
    try {
      ProcessResult result = attempt.execute(request);
      ended = result.killed().isEmpty();
      boolean hidden = container.filter(ContainerCommand::isElsewhere).isPresent();
      unseen |= hidden;
      return hidden ? result.withoutMemory() : result;
    } finally {
      if (!ended && container.isPresent()) {
        Containers.remove(container.get());
      }
    }
  }

  /** The record of a process that has ended, for the history of its job. */
  static StepRecord record(
      String step,
      List<String> arguments,
      String tool,
      ProcessResult result,
      Optional<Artifact> log) {
    return new StepRecord(
        step,
        arguments,
        tool,
        result.exitCode(),
        result.startedAt(),
        result.finishedAt(),
        result.usage().peakMemory(),
        result.usage().cpuSeconds(),
        log,
        List.of());
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
            new ArrayList<>(),
            new StepStorage(services.permanent(), attempt));
    builtin(step.name(), builtin.name(), context);
  }

  private void builtin(String step, String name, StepContext context)
      throws IOException, StepFailure, InterruptedException {
    StepLog log = StepLog.begin(attempt.log());
    Instant started = Instant.now();
    int code = 1;
    try {
      Builtins.find(name)
          .orElseThrow(() -> StepFailure.permanent("there is no step " + name))
          .run(context);
      code = 0;
    } finally {
      List<String> checks = context.checks();
      log.say("== " + step + ": " + (code == 0 ? String.join("; ", checks) : "failed"));
      records.add(
          new StepRecord(
              step,
              List.of(),
              "refinery " + name,
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
