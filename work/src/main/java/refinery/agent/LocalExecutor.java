package refinery.agent;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.trace.Tracing;

/**
 * Runs attempts as processes on this machine. Each attempt has a virtual thread of its own, from
 * the making of its first directory to the removal of its last.
 */
public final class LocalExecutor implements Executor {
  private static final Logger LOG = LoggerFactory.getLogger(LocalExecutor.class);

  private final Path directory;
  private final Path scratchRoot;
  private final AgentConfig config;
  private final Map<JobKind, WorkRunner> runners;
  private final ProgramPath path = ProgramPath.ofSystem();
  private final BaseEnvironment environment;
  private final ProcessLauncher launcher;
  private final Volume volume;
  private final Watcher watcher;
  private final Processes processes;
  private final Optional<MemoryGroups> groups;
  private final Courtesy courtesy;
  private final AttemptSpans spans;
  private final ExecutorService threads =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("attempt-", 1).factory());
  private final Set<RunningAttempt> running = ConcurrentHashMap.newKeySet();
  private volatile Optional<Logbook> logbook = Optional.empty();
  private volatile boolean closing;

  /** Tells nobody of its attempts. */
  public LocalExecutor(
      Path nodeDirectory, NodeId node, AgentConfig config, Map<JobKind, WorkRunner> runners) {
    this(nodeDirectory, node, config, runners, Tracing.OFF);
  }

  /**
   * @param tracing where attempts are told
   */
  public LocalExecutor(
      Path nodeDirectory,
      NodeId node,
      AgentConfig config,
      Map<JobKind, WorkRunner> runners,
      Tracing tracing) {
    spans = new AttemptSpans(tracing);
    directory = nodeDirectory.toAbsolutePath().normalize();
    scratchRoot = scratch(nodeDirectory, node, config);
    try {
      Files.createDirectories(directory);
      Files.createDirectories(scratchRoot.getParent());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make the directories of data and scratch", e);
    }
    this.config = config;
    this.runners = Map.copyOf(runners);
    environment = new BaseEnvironment(path.text(), directory);
    launcher = Processes.launcher(directory, path);
    volume = new Volume(scratchRoot.getParent(), config);
    courtesy = new Courtesy(config.giveWay(), Fingerprint.capacity(config, volume, 0).cpu());
    watcher = new Watcher(launcher, directory, config, volume);
    groups = config.groups() && !volume.isMemory() ? MemoryGroups.ofSystem() : Optional.empty();
    processes = new Processes(launcher, path, environment, watcher, config.niceness(), groups);
  }

  /**
   * The directory of all scratch files, used by this node alone: whatever lies in it at the start
   * of the node is removed.
   */
  public static Path scratch(Path nodeDirectory, NodeId node, AgentConfig config) {
    return config
        .scratch()
        .map(place -> place.resolve("refinery-" + node.value()))
        .orElse(nodeDirectory.resolve("scratch"))
        .toAbsolutePath()
        .normalize();
  }

  @Override
  public CompletionStage<List<Unfinished>> endPreviousLife() {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            PreviousLife.end(directory, scratchRoot, launcher);
            Path file = directory.resolve("attempts.log");
            List<Unfinished> unfinished = Logbook.read(file);
            logbook = Optional.of(Logbook.open(file));
            return unfinished;
          } catch (IOException e) {
            throw new UncheckedIOException("cannot clear " + scratchRoot, e);
          }
        },
        threads);
  }

  @Override
  public Map<String, Object> state() {
    Map<String, Object> state = new TreeMap<>();
    runners.values().forEach(runner -> state.putAll(runner.state()));
    state.put("memory_limit", memoryLimit());
    return state;
  }

  @Override
  public List<HostFigures> hosts() {
    return runners.values().stream().flatMap(runner -> runner.hosts().stream()).toList();
  }

  @Override
  public CompletionStage<Map<String, String>> toolVersions() {
    List<Tool> tools =
        runners.values().stream().flatMap(runner -> runner.tools().stream()).toList();
    return new ToolProbe(path, environment, directory.resolve("tmp").resolve("tools"))
        .ask(tools, threads);
  }

  /**
   * Also writes a sign of life to the logbook. From it the next life knows how long attempts had
   * run.
   */
  @Override
  public CompletionStage<Capacity> capacity() {
    return CompletableFuture.supplyAsync(
        () -> {
          logbook.ifPresent(Logbook::beat);
          long inUse = running.stream().mapToLong(attempt -> attempt.measure().bytes()).sum();
          return new Capacity(
              Fingerprint.capacity(config, volume, inUse), volume.free(), volume.high());
        },
        threads);
  }

  @Override
  public Execution run(JobSpec spec, int number, Resources reserved, Consumer<Outcome> ended) {
    RunningAttempt attempt =
        new RunningAttempt(
            spec, number, reserved, config.scratchAllowance(), scratchRoot, processes);
    running.add(attempt);
    threads.execute(AttemptContext.in(attempt, () -> live(attempt, ended)));
    return new LocalExecution(attempt);
  }

  /** The whole life of an attempt, on its thread. */
  private void live(RunningAttempt attempt, Consumer<Outcome> ended) {
    Tracing.Span span = spans.begin(attempt.spec(), attempt.number());
    watcher.watch(attempt);
    logbook.ifPresent(book -> book.begun(attempt.spec().id(), attempt.number()));
    courtesy.giveWay(attempt);
    courtesy.begins(attempt);
    Outcome outcome = defectUnlessStopped(outcome(attempt), attempt);
    courtesy.ends(attempt);
    attempt.killProcesses(Failure.of(FailureClass.NODE_LOST, "its runner has ended"));
    watcher.forget(attempt);
    Outcome end =
        measured(crowdedOut(withStopReason(outcome, attempt.stopReason()), attempt), attempt);
    try {
      attempt.removeScratch();
    } catch (IOException e) {
      LOG.warn("{}: its scratch cannot be removed: {}", attempt.mark(), e.toString());
    }
    // Last, as it may have to wait for the kernel, and a node that leaves soon ends.
    attempt.ungroup();
    noteEnd(attempt);
    running.remove(attempt);
    AttemptSpans.end(span, end);
    ended.accept(end);
  }

  /**
   * Notes the end of an attempt, except while closing: nobody hears of those ends in this life, so
   * the next life must find the attempts in the logbook and tell their jobs.
   */
  private void noteEnd(RunningAttempt attempt) {
    if (!closing) {
      logbook.ifPresent(book -> book.ended(attempt.spec().id(), attempt.number()));
    }
  }

  private Outcome outcome(RunningAttempt attempt) {
    JobKind kind = attempt.spec().kind();
    WorkRunner runner = runners.get(kind);
    if (runner == null) {
      return failed(FailureClass.PERMANENT, "this node has no runner for " + kind.word() + " jobs");
    }
    try {
      return runner.run(attempt).toCompletableFuture().get();
    } catch (ExecutionException e) {
      return internalError(attempt, e.getCause());
    } catch (InterruptedException e) {
      return failed(FailureClass.NODE_LOST, "stopped");
    } catch (RuntimeException | Error e) {
      return internalError(attempt, e);
    }
  }

  private static Outcome internalError(RunningAttempt attempt, Throwable error) {
    if (attempt.isStopped()) {
      return failed(FailureClass.NODE_LOST, "stopped");
    }
    LOG.error("{}: its runner failed", attempt.mark(), error);
    return failed(FailureClass.TRANSIENT, "internal error, see the node's log: " + error);
  }

  /**
   * An attempt is lost only when it was told to stop. A runner that reports a loss without that has
   * a defect: it is charged to the job as a failure, or the job would be tried for ever.
   */
  private Outcome defectUnlessStopped(Outcome outcome, RunningAttempt attempt) {
    boolean lost =
        outcome instanceof Outcome.Failed failed
            && failed.failure().failureClass() == FailureClass.NODE_LOST;
    if (!lost || attempt.isStopped() || closing) {
      return outcome;
    }
    Failure said = ((Outcome.Failed) outcome).failure();
    LOG.error("{}: its runner broke off: {}", attempt.mark(), said.message());
    return new Outcome.Failed(
        new Failure(
            FailureClass.TRANSIENT,
            "internal error, see the node's log: broke off without being told to: "
                + said.message(),
            said.step()),
        outcome.usage(),
        outcome.steps());
  }

  /** An attempt that failed after it was told to stop fails with the reason for the stop. */
  private static Outcome withStopReason(Outcome outcome, Optional<Failure> reason) {
    return outcome instanceof Outcome.Succeeded || reason.isEmpty()
        ? outcome
        : new Outcome.Failed(reason.get(), outcome.usage(), outcome.steps());
  }

  /**
   * An attempt that kept to what it reserved is not to blame for a full volume. Looks before the
   * attempt's own files are removed.
   */
  private Outcome crowdedOut(Outcome outcome, RunningAttempt attempt) {
    return outcome instanceof Outcome.Failed failed
            && failed.failure().failureClass() == FailureClass.OUT_OF_DISK
            && volume.high().isPresent()
            && attempt.largestUse() <= attempt.reserved().disk()
        ? new Outcome.Crowded(failed.failure(), failed.usage(), failed.steps())
        : outcome;
  }

  /** A pipeline's success with what its scratch directory held at most. */
  private static Outcome measured(Outcome outcome, RunningAttempt attempt) {
    boolean files = attempt.spec().work() instanceof Work.Process work && work.command().isEmpty();
    return files && attempt.hasScratch() && outcome instanceof Outcome.Succeeded done
        ? new Outcome.Succeeded(
            done.result(), done.usage().withScratch(attempt.largestUse()), done.steps())
        : outcome;
  }

  private static Outcome failed(FailureClass failureClass, String message) {
    return new Outcome.Failed(Failure.of(failureClass, message), Usage.NONE, List.of());
  }

  private final class LocalExecution implements Execution {
    private final RunningAttempt attempt;

    private LocalExecution(RunningAttempt attempt) {
      this.attempt = attempt;
    }

    @Override
    public void stop(Failure why) {
      LocalExecutor.this.stop(attempt, why);
    }

    @Override
    public CompletionStage<byte[]> readLog(long offset, int limit) {
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              return attempt.hasScratch()
                  ? LogTail.read(attempt.log(), offset, limit)
                  : new byte[0];
            } catch (IOException vanished) {
              return new byte[0];
            }
          },
          threads);
    }

    @Override
    public Vitals vitals() {
      return new Vitals(
          watcher.processesOf(attempt),
          attempt.residentNow(),
          attempt.measure().bytes(),
          attempt.stopReason().map(Failure::message).orElse(""));
    }
  }

  /** Stops on another thread, since the actions of a stopping attempt may block. */
  private void stop(RunningAttempt attempt, Failure why) {
    threads.execute(() -> attempt.stop(why));
  }

  @Override
  public String description() {
    return launcher.description() + "; memory is held to what is reserved by " + memoryLimit();
  }

  private String memoryLimit() {
    return groups.map(MemoryGroups::description).orElse("sampling");
  }

  /** Waits without a limit: a new life must not begin while attempts of the last one run. */
  @Override
  public CompletionStage<Void> whenOver() {
    return CompletableFuture.runAsync(
        this::awaitEnd, task -> Thread.ofVirtual().name("await-end").start(task));
  }

  private void awaitEnd() {
    try {
      while (!threads.awaitTermination(config.drainAtMost().toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("attempts of the agent that failed still run: no new work until they end");
        threads.shutdownNow();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while earlier attempts end", e);
    }
  }

  /** Kills what runs; leaves the directories for {@link PreviousLife} to remove. */
  @Override
  public void close() {
    closing = true;
    running.forEach(
        attempt -> stop(attempt, Failure.of(FailureClass.NODE_LOST, "stopped: the node leaves")));
    threads.shutdown();
    watcher.close();
    processes.close();
    logbook.ifPresent(
        book -> {
          try {
            book.close();
          } catch (IOException e) {
            LOG.debug("while closing the logbook: {}", e.toString());
          }
        });
  }
}
