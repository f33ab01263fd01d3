package refinery.agent;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Usage;

/**
 * Runs processes to their ends and leaves no process behind. One platform thread waits for each
 * process, so there are as many as the node's reservations allow. Callers run on virtual threads
 * and wait for that thread. Thread-safe.
 */
final class Processes {
  /** Free bytes below which the volume counts as full: the last writes may be cut. */
  private static final long FULL = 1L << 20;

  private static final Logger LOG = LoggerFactory.getLogger(Processes.class);
  private static final int NOT_STARTED = 127;
  private static final int ROUNDS = 500;

  private final ProcessLauncher launcher;
  private final ProgramPath path;
  private final BaseEnvironment environment;
  private final Watcher watcher;
  private final InheritedMark mark;
  private final int niceness;
  private final Optional<MemoryGroups> groups;
  private final AtomicLong numbers = new AtomicLong();

  /** The process ids of all running leaders, which are never taken for escaped processes. */
  private final Set<Long> leaders = ConcurrentHashMap.newKeySet();

  /** The largest resident size of this JVM when last asked, in bytes; never shrinks. */
  private volatile long ownPeak;

  private final ExecutorService waiters =
      Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("process-", 1).factory());

  Processes(
      ProcessLauncher launcher,
      ProgramPath path,
      BaseEnvironment environment,
      Watcher watcher,
      int niceness,
      Optional<MemoryGroups> groups) {
    this.launcher = launcher;
    this.path = path;
    this.environment = environment;
    this.watcher = watcher;
    mark = InheritedMark.of(environment.nodeDirectory());
    this.niceness = niceness;
    this.groups = groups;
  }

  /** {@link PosixSpawn} if the system supports it, otherwise {@link SetsidLauncher}. */
  static ProcessLauncher launcher(Path directory, ProgramPath path) {
    if (System.getProperty("jna.tmpdir") == null) {
      try {
        System.setProperty(
            "jna.tmpdir", Files.createDirectories(directory.resolve("tmp")).toString());
      } catch (IOException e) {
        throw new UncheckedIOException("cannot make " + directory.resolve("tmp"), e);
      }
    }
    try {
      return new PosixSpawn();
    } catch (LinkageError missing) {
      LOG.info("starting processes by setsid: {}", missing.getMessage());
      return new SetsidLauncher(path);
    }
  }

  ProcessResult run(RunningAttempt attempt, ProcessRequest request) throws InterruptedException {
    Instant now = Instant.now();
    Optional<Path> program =
        request.command().isEmpty() ? Optional.empty() : path.find(request.command().getFirst());
    if (program.isEmpty()) {
      String name = request.command().isEmpty() ? "" : request.command().getFirst();
      return notStarted(FailureClass.PERMANENT, ProgramPath.missing(name), now);
    }
    Supervised process = new Supervised(launcher, request, numbers.incrementAndGet());
    ProcessLauncher.Launch launch;
    try {
      launch = launch(attempt, request, program.get(), process.number);
    } catch (IOException | UncheckedIOException e) {
      return notStarted(diskOrTransient(e.getMessage()), e.getMessage(), now);
    }
    CompletableFuture<ProcessResult> result = new CompletableFuture<>();
    waiters.execute(() -> complete(result, attempt, process, launch));
    return await(result, process);
  }

  private ProcessLauncher.Launch launch(
      RunningAttempt attempt, ProcessRequest request, Path program, long number)
      throws IOException {
    List<String> arguments = new ArrayList<>(request.within());
    arguments.addAll(request.command());
    return new ProcessLauncher.Launch(
        request.within().isEmpty() ? program : Path.of(request.within().getFirst()),
        arguments,
        environment.variables(attempt.scratch(), attempt.mark(), number, request.environment()),
        made(request.directory()),
        request.stdout().orElse(request.log()).toAbsolutePath(),
        request.log().toAbsolutePath(),
        mark.limit(number));
  }

  private static Path made(Path directory) throws IOException {
    if (!Files.isDirectory(directory)) {
      Files.createDirectories(directory);
    }
    return directory.toAbsolutePath();
  }

  private void complete(
      CompletableFuture<ProcessResult> result,
      RunningAttempt attempt,
      Supervised process,
      ProcessLauncher.Launch launch) {
    try {
      result.complete(startAndWait(attempt, process, launch));
    } catch (RuntimeException | Error e) {
      result.completeExceptionally(e);
    }
  }

  private static ProcessResult await(CompletableFuture<ProcessResult> result, Supervised process)
      throws InterruptedException {
    try {
      return result.get();
    } catch (InterruptedException interrupted) {
      process.kill(Failure.of(FailureClass.NODE_LOST, "stopped: its runner was interrupted"));
      result.handle((done, failed) -> done).join();
      throw interrupted;
    } catch (ExecutionException e) {
      throw new IllegalStateException("supervision of a process failed", e.getCause());
    }
  }

  private ProcessResult startAndWait(
      RunningAttempt attempt, Supervised process, ProcessLauncher.Launch launch) {
    if (attempt.isStopped()) {
      return notStarted(FailureClass.NODE_LOST, "stopped before it began", process.startedAt);
    }
    attempt.add(process);
    try {
      long pid;
      try {
        pid = launcher.start(launch, niceness);
      } catch (IOException e) {
        return notStarted(startFailure(e.getMessage()), e.getMessage(), process.startedAt);
      }
      attempt.memoryGroup(groups).ifPresent(group -> group.add(pid));
      leaders.add(pid);
      process.started(pid);
      watcher.watch(attempt);
      watcher.watchPeak(process);
      try {
        launcher.awaitEnd(pid);
        launcher.killGroup(pid);
        killEscaped(pid, attempt, process);
      } finally {
        leaders.remove(pid);
      }
      ProcessLauncher.Exit exit = process.reap();
      Usage usage = new Usage(peak(exit, process), exit.cpuSeconds());
      Optional<Failure> why = process.killed().or(() -> verdict(attempt, process, exit, usage));
      return new ProcessResult(exit.code(), why, usage, process.startedAt, Instant.now());
    } finally {
      attempt.remove(process);
    }
  }

  /**
   * The peak of a process in bytes. The child shares this JVM's memory until it runs its own
   * program, so the kernel's figure is never below what the JVM had then. If it is above the JVM's
   * own peak it is the child's and exact; otherwise only the watcher's samples count.
   */
  private long peak(ProcessLauncher.Exit exit, Supervised process) {
    if (exit.peakMemory() > ownPeak) {
      ownPeak = ProcessTable.highWater("self");
    }
    boolean exact = exit.peakMemory() > ownPeak;
    return exact ? Math.max(exit.peakMemory(), process.peak()) : process.peak();
  }

  /**
   * Kills processes that left the group: those in other groups of its session, and those in
   * sessions of their own that bear one of its marks. Repeats until none is left, since a killed
   * process takes a moment to vanish.
   */
  private void killEscaped(long leader, RunningAttempt attempt, Supervised process) {
    long own = launcher.session(0);
    for (int round = 0; round < ROUNDS; round++) {
      long[] found =
          ProcessTable.startedAfter(leader)
              .filter(pid -> !leaders.contains(pid) && isOf(pid, leader, own, attempt, process))
              .toArray();
      if (found.length == 0) {
        return;
      }
      for (long pid : found) {
        launcher.kill(pid);
      }
      LockSupport.parkNanos(1_000_000L);
    }
    LOG.warn("{}: processes of {} could not be killed", attempt.mark(), process.program());
  }

  private boolean isOf(
      long pid, long leader, long own, RunningAttempt attempt, Supervised process) {
    long session = launcher.session(pid);
    if (session < 0 || session == own) {
      return false;
    }
    if (session == leader) {
      return !ProcessTable.isOver(pid);
    }
    return (watcher.isEscapedFrom(process, pid)
            || mark.isOf(pid, process.number)
            || ProcessTable.variable(pid, BaseEnvironment.PROCESS)
                .filter(Long.toString(process.number)::equals)
                .flatMap(mine -> ProcessTable.variable(pid, BaseEnvironment.ATTEMPT))
                .filter(attempt.mark()::equals)
                .flatMap(mine -> ProcessTable.variable(pid, BaseEnvironment.NODE))
                .filter(environment.nodeDirectory().toString()::equals)
                .isPresent())
        && !ProcessTable.isOver(pid);
  }

  private static Optional<Failure> verdict(
      RunningAttempt attempt, Supervised process, ProcessLauncher.Exit exit, Usage usage) {
    if (attempt.ranOutOfMemory()) {
      return failure(FailureClass.OUT_OF_MEMORY, process, atItsLimit(attempt));
    }
    String tail = LogTail.since(process.request.log(), process.logStart);
    if (LogTail.saysDiskFull(tail)) {
      return failure(
          FailureClass.OUT_OF_DISK,
          process,
          "ran out of disk: its log says so; free space on the node's data volume");
    }
    if (isFull(attempt.scratch())) {
      return failure(
          FailureClass.OUT_OF_DISK,
          process,
          "left the node's data volume full, where not even its log can be written; free space"
              + " there");
    }
    String used =
        "used at most "
            + ByteSizes.text(usage.peakMemory())
            + ", "
            + ByteSizes.text(attempt.reserved().memory())
            + " were reserved";
    if (exit.code() == 128 + 9) {
      return failure(
          FailureClass.OUT_OF_MEMORY,
          process,
          "killed by SIGKILL from outside, most likely by the kernel for want of memory ("
              + used
              + ")");
    }
    return exit.code() != 0 && LogTail.saysMemoryRefused(tail)
        ? failure(FailureClass.OUT_OF_MEMORY, process, "was refused memory (" + used + ")")
        : Optional.empty();
  }

  /** How an attempt ends whose memory the kernel held to its limit. */
  static String atItsLimit(RunningAttempt attempt) {
    return "needed more than the "
        + ByteSizes.text(attempt.reserved().memory())
        + " of memory that were reserved: killed by the kernel at that limit";
  }

  /** True if the volume is full. A program cannot report that in its log, which lies there too. */
  private static boolean isFull(Path scratch) {
    File directory = scratch.toFile();
    return directory.getUsableSpace() < FULL && directory.getTotalSpace() > 0;
  }

  private static Optional<Failure> failure(
      FailureClass failureClass, Supervised process, String what) {
    return Optional.of(Failure.of(failureClass, process.program() + " " + what));
  }

  private static ProcessResult notStarted(
      FailureClass failureClass, String message, Instant startedAt) {
    return new ProcessResult(
        NOT_STARTED,
        Optional.of(Failure.of(failureClass, message)),
        Usage.NONE,
        startedAt,
        Instant.now());
  }

  /** Classifies the system's reason: some are trouble of the node, the rest of the command. */
  private static FailureClass startFailure(String message) {
    return message.contains("temporarily unavailable")
            || message.contains("Cannot allocate memory")
            || message.contains("Too many open files")
        ? FailureClass.TRANSIENT
        : message.contains("No space left") ? FailureClass.OUT_OF_DISK : FailureClass.PERMANENT;
  }

  private static FailureClass diskOrTransient(String message) {
    return String.valueOf(message).contains("No space left")
        ? FailureClass.OUT_OF_DISK
        : FailureClass.TRANSIENT;
  }

  /** Starts no more waiting threads; running ones go on until their processes end. */
  void close() {
    waiters.shutdown();
  }
}
