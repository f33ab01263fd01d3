package refinery.agent;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/**
 * Holds attempts to their limits of memory, disk and time. One thread looks at /proc once per tick
 * for all attempts, and does not tick while none is watched. Memory is the sum of resident bytes of
 * an attempt's processes. Only when that exceeds the limit are shared pages divided among their
 * users (PSS), and this smaller sum decides whether to kill. Where an attempt has a control group
 * the kernel is faster; then it ends the rest of an attempt that lost a process.
 */
final class Watcher implements AutoCloseable {
  private static final long FIRST_SAMPLE_MILLIS = 5;
  private static final Logger LOG = LoggerFactory.getLogger(Watcher.class);

  /** The attempt that a process belongs to, and which of the attempt's processes started it. */
  private record Owner(RunningAttempt attempt, Optional<Supervised> process) {}

  private final ProcessLauncher launcher;
  private final Path nodeDirectory;
  private static final long SMALLER_THAN_A_JVM = 32L << 20;

  private final InheritedMark mark;
  private final AgentConfig config;
  private final Volume volume;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("watcher").factory());
  private final Set<RunningAttempt> watched = ConcurrentHashMap.newKeySet();
  private final Map<Long, Long> strangers = new HashMap<>();
  private volatile Map<Long, Owner> escaped = Map.of();
  private boolean ticking;
  private long nextDiskNanos = System.nanoTime();

  Watcher(ProcessLauncher launcher, Path nodeDirectory, AgentConfig config, Volume volume) {
    this.launcher = launcher;
    this.nodeDirectory = nodeDirectory;
    mark = InheritedMark.of(nodeDirectory);
    this.config = config;
    this.volume = volume;
  }

  /** Watches the attempt from now on, until {@link #forget}. */
  void watch(RunningAttempt attempt) {
    if (watched.add(attempt)) {
      startTicking();
    }
  }

  void forget(RunningAttempt attempt) {
    watched.remove(attempt);
  }

  boolean isEscapedFrom(Supervised process, long pid) {
    Owner owner = escaped.get(pid);
    return owner != null && owner.process().filter(process::equals).isPresent();
  }

  List<Long> processesOf(RunningAttempt attempt) {
    List<Long> pids = new ArrayList<>();
    attempt.running().stream().map(Supervised::pid).filter(pid -> pid > 0).forEach(pids::add);
    escaped.forEach(
        (pid, owner) -> {
          if (owner.attempt().equals(attempt)) {
            pids.add(pid);
          }
        });
    return pids;
  }

  /**
   * Samples the peak of a new process after 5 ms and then at doubling pauses, up to that of the
   * ticks: most tools end before the first tick.
   */
  void watchPeak(Supervised process) {
    samplePeakIn(process, FIRST_SAMPLE_MILLIS);
  }

  private void samplePeakIn(Supervised process, long millis) {
    clock.schedule(
        () -> {
          if (!process.isReaped()) {
            process.sampled(ProcessTable.highWater(Long.toString(process.pid())));
            samplePeakIn(process, Math.min(millis * 2, config.watchInterval().toMillis()));
          }
        },
        millis,
        TimeUnit.MILLISECONDS);
  }

  private synchronized void startTicking() {
    if (!ticking) {
      ticking = true;
      clock.schedule(this::tick, config.watchInterval().toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  /** Ticks once more after the last attempt, to see what it may have left. */
  private void tick() {
    boolean idle = watched.isEmpty();
    try {
      look();
    } catch (RuntimeException | Error e) {
      LOG.warn("a look at the processes failed", e);
    }
    synchronized (this) {
      ticking = false;
    }
    if (!idle || !watched.isEmpty()) {
      startTicking();
    }
  }

  private void look() {
    holdToMemory(sample());
    boolean diskDue = System.nanoTime() - nextDiskNanos >= 0;
    if (diskDue) {
      nextDiskNanos = System.nanoTime() + config.diskInterval().toNanos();
      watched.forEach(this::holdToDisk);
      holdToVolume();
    }
    watched.forEach(this::holdToTime);
  }

  private Map<RunningAttempt, List<Long>> sample() {
    Map<Long, Owner> sessions = new HashMap<>();
    Map<String, RunningAttempt> marks = new HashMap<>();
    for (RunningAttempt attempt : watched) {
      marks.put(attempt.mark(), attempt);
      attempt
          .running()
          .forEach(
              process -> sessions.put(process.pid(), new Owner(attempt, Optional.of(process))));
    }
    long own = launcher.session(0);
    Map<Long, Owner> outside = new HashMap<>();
    Map<RunningAttempt, List<Long>> members = new HashMap<>();
    Map<Supervised, Long> resident = new HashMap<>();
    long[] pids = ProcessTable.pids().toArray();
    strangers.keySet().retainAll(java.util.stream.LongStream.of(pids).boxed().toList());
    for (long pid : pids) {
      long session = launcher.session(pid);
      if (session < 0 || session == own) {
        continue;
      }
      Owner owner = sessions.get(session);
      if (owner == null) {
        owner = findOutside(pid, session, sessions, marks).orElse(null);
        if (owner == null) {
          continue;
        }
        outside.put(pid, owner);
      }
      long bytes = residentBytes(pid);
      owner.process().ifPresent(process -> resident.merge(process, bytes, Long::sum));
      members.computeIfAbsent(owner.attempt(), attempt -> new ArrayList<>()).add(pid);
    }
    escaped = Map.copyOf(outside);
    resident.forEach(Supervised::sampled);
    return members;
  }

  /**
   * Finds the owner of a process in a session of its own: by its mark, or by its parent's owner.
   */
  private Optional<Owner> findOutside(
      long pid, long session, Map<Long, Owner> sessions, Map<String, RunningAttempt> marks) {
    if (escaped.containsKey(pid)) {
      return Optional.of(escaped.get(pid));
    }
    if (Long.valueOf(session).equals(strangers.get(pid))) {
      return Optional.empty();
    }
    Optional<Owner> marked = ownerByLimit(pid, sessions);
    if (marked.isPresent()) {
      return marked;
    }
    Optional<String> variable =
        ProcessTable.variable(pid, BaseEnvironment.NODE)
            .filter(nodeDirectory.toString()::equals)
            .flatMap(node -> ProcessTable.variable(pid, BaseEnvironment.ATTEMPT));
    if (variable.isPresent()) {
      RunningAttempt attempt = marks.get(variable.get());
      return attempt == null ? Optional.empty() : Optional.of(ownerByMark(pid, attempt));
    }
    OptionalLong parent = ProcessTable.statField(pid, ProcessTable.PARENT);
    Optional<Owner> inherited =
        parent.isEmpty()
            ? Optional.empty()
            : Optional.ofNullable(escaped.get(parent.getAsLong()))
                .or(() -> Optional.ofNullable(sessions.get(launcher.session(parent.getAsLong()))));
    if (inherited.isEmpty()) {
      strangers.put(pid, session);
    }
    return inherited;
  }

  private Optional<Owner> ownerByLimit(long pid, Map<Long, Owner> sessions) {
    OptionalLong limit = ProcessTable.locksLimit(pid);
    return sessions.values().stream()
        .filter(
            owner ->
                owner.process().stream()
                    .anyMatch(process -> limit.equals(OptionalLong.of(mark.limit(process.number)))))
        .findFirst();
  }

  private static Owner ownerByMark(long pid, RunningAttempt attempt) {
    Optional<String> number = ProcessTable.variable(pid, BaseEnvironment.PROCESS);
    return new Owner(
        attempt,
        attempt.running().stream()
            .filter(process -> number.filter(Long.toString(process.number)::equals).isPresent())
            .findFirst());
  }

  private void holdToMemory(Map<RunningAttempt, List<Long>> members) {
    for (RunningAttempt attempt : watched) {
      List<Long> pids = members.getOrDefault(attempt, List.of());
      long bytes = pids.stream().mapToLong(this::residentBytes).sum();
      attempt.resident(bytes);
      if (attempt.ranOutOfMemory()) {
        attempt.killProcesses(
            Failure.of(
                FailureClass.OUT_OF_MEMORY, names(attempt) + " " + Processes.atItsLimit(attempt)));
      }
      long limit = attempt.reserved().memory();
      if (limit > 0 && bytes > limit) {
        long divided = pids.stream().mapToLong(this::proportional).sum();
        if (divided > limit) {
          attempt.killProcesses(
              Failure.of(
                  FailureClass.OUT_OF_MEMORY,
                  names(attempt)
                      + " used "
                      + ByteSizes.text(divided)
                      + " of memory, "
                      + ByteSizes.text(limit)
                      + " were reserved: killed"));
        }
      }
    }
  }

  private long proportional(long pid) {
    long resident = residentBytes(pid);
    return resident == 0 ? 0 : ProcessTable.proportionalBytes(pid).orElse(resident);
  }

  /** Resident bytes; 0 for a child before its exec, which shows this JVM's memory as its own. */
  private long residentBytes(long pid) {
    long bytes = ProcessTable.residentPages(pid) * launcher.pageSize();
    return bytes > SMALLER_THAN_A_JVM && ProcessTable.isThisProgram(pid) ? 0 : bytes;
  }

  private void holdToDisk(RunningAttempt attempt) {
    measure(attempt);
    long limit = attempt.diskLimit();
    long bytes = attempt.measure().bytes();
    if (bytes > limit) {
      attempt.stop(
          Failure.of(
              FailureClass.OUT_OF_DISK,
              "its scratch directory holds "
                  + ByteSizes.text(bytes)
                  + ", "
                  + ByteSizes.text(limit)
                  + " were reserved: stopped"));
    }
  }

  private static void measure(RunningAttempt attempt) {
    if (attempt.hasScratch()) {
      try {
        attempt.measured(Scratch.measure(attempt.scratchPath()));
      } catch (IOException e) {
        LOG.debug("{}: its scratch vanished while it was measured", attempt.mark(), e);
      }
    }
  }

  /** Below the critical mark stops the attempt that holds most of the disk, one per look. */
  private void holdToVolume() {
    Optional<String> critical = volume.critical();
    if (critical.isPresent()) {
      watched.stream()
          .filter(attempt -> !attempt.isStopped())
          .max(Comparator.comparingLong(attempt -> attempt.measure().bytes()))
          .ifPresent(
              largest ->
                  largest.stop(
                      Failure.of(
                          FailureClass.OUT_OF_DISK,
                          critical.get() + ": stopped as the largest user of scratch here")));
    }
  }

  private void holdToTime(RunningAttempt attempt) {
    long now = System.nanoTime();
    for (Supervised process : attempt.running()) {
      long written = process.writtenNow();
      if (written != process.written) {
        process.written = written;
        attempt.progressed();
      }
      Duration age = Duration.ofNanos(now - process.startedNanos);
      long silentSince = Math.max(process.startedNanos, attempt.progressedNanos());
      Duration silence = Duration.ofNanos(now - silentSince);
      if (age.compareTo(process.request.wallTime()) > 0) {
        process.kill(
            stalled(process, "ran longer than its limit of " + process.request.wallTime()));
      } else if (silence.compareTo(process.request.stall()) > 0) {
        measure(attempt);
        if (attempt.progressedNanos() == silentSince
            || System.nanoTime() - attempt.progressedNanos() > process.request.stall().toNanos()) {
          process.kill(
              stalled(
                  process,
                  "made no progress (no output, no growing file) for " + process.request.stall()));
        }
      }
    }
  }

  private static Failure stalled(Supervised process, String what) {
    return Failure.of(FailureClass.STALLED, process.program() + " " + what + ": killed");
  }

  private static String names(RunningAttempt attempt) {
    return attempt.running().stream()
        .map(Supervised::program)
        .distinct()
        .reduce((one, other) -> one + ", " + other)
        .orElse("a process");
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }
}
