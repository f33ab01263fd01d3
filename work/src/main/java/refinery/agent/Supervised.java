package refinery.agent;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Failure;

/**
 * One running process and its group, shared by the watcher and the thread that waits for it. The
 * lock prevents a signal after the process's id was given back. Thread-safe.
 */
final class Supervised {
  final ProcessRequest request;
  final long number;
  final long startedNanos = System.nanoTime();
  final Instant startedAt = Instant.now();
  final long logStart;
  private final ProcessLauncher launcher;
  private long pid = -1;
  private boolean reaped;
  private Optional<Failure> killed = Optional.empty();
  private volatile long peak;

  /** Bytes of output at the last look; used by the watcher's thread only. */
  long written;

  Supervised(ProcessLauncher launcher, ProcessRequest request, long number) {
    this.launcher = launcher;
    this.request = request;
    this.number = number;
    logStart = LogTail.size(request.log());
    written = writtenNow();
  }

  long writtenNow() {
    return LogTail.size(request.log()) + request.stdout().map(LogTail::size).orElse(0L);
  }

  synchronized long pid() {
    return pid;
  }

  /** Notes the id of the new process, and kills it at once if a kill was asked for before. */
  synchronized void started(long id) {
    pid = id;
    killed.ifPresent(failure -> launcher.killGroup(id));
  }

  /** Kills its group unless it has ended; the first reason stays. */
  synchronized void kill(Failure why) {
    if (reaped) {
      return;
    }
    if (killed.isEmpty()) {
      killed = Optional.of(why);
    }
    if (pid > 0) {
      launcher.killGroup(pid);
    }
  }

  synchronized Optional<Failure> killed() {
    return killed;
  }

  synchronized ProcessLauncher.Exit reap() {
    reaped = true;
    return launcher.reap(pid);
  }

  /** True once it has ended and /proc no longer shows its use of memory. */
  synchronized boolean isReaped() {
    return reaped;
  }

  void sampled(long residentBytes) {
    if (residentBytes > peak) {
      peak = residentBytes;
    }
  }

  long peak() {
    return peak;
  }

  String program() {
    String program = request.command().getFirst();
    return program.substring(program.lastIndexOf('/') + 1);
  }
}
