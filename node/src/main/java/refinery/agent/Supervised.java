package refinery.agent;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Failure;

/**
 * One running process (with its group) as the watcher and the one who waits see it. The lock makes
 * sure that no signal is sent once the process's id has been given back. Thread-safe.
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

  /** Touched by the watcher only. */
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

  /** A process that was to be killed before it was there is killed as soon as it is. */
  synchronized void started(long id) {
    pid = id;
    killed.ifPresent(failure -> launcher.killGroup(id));
  }

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

  /** Ended; its usage is no longer to be had from /proc. */
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
