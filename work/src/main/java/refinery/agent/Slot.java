package refinery.agent;

import java.time.Duration;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.SchedulerCommand.Held;

/** One assignment that this node holds, from its arrival until its job has confirmed its end. */
final class Slot {
  /** In {@code REPORTING} its resources are free again. */
  enum Phase {
    STARTING,
    RUNNING,
    REPORTING
  }

  /** The identity of an assignment. */
  record Key(JobId job, long epoch, long assignment) {}

  /** What the job is told at the end. */
  sealed interface Report {
    record Finish(Outcome outcome) implements Report {}

    record Lose(String reason) implements Report {}
  }

  final Key key;
  final Resources resources;
  private Phase phase = Phase.STARTING;
  private int attempt;
  private long askedNanos;
  private long beganNanos;
  private int cancelledUpTo;
  private boolean forgotten;
  private Optional<String> handBack = Optional.empty();
  private Optional<Report> report = Optional.empty();
  private long dueNanos;
  private Duration pause;

  Slot(Key key, Resources resources, long nowNanos, Duration pause) {
    this.key = key;
    this.resources = resources;
    this.pause = pause;
    dueNanos = nowNanos + pause.toNanos();
  }

  Phase phase() {
    return phase;
  }

  /** The attempt's number; 0 until the job has granted one. */
  int attempt() {
    return attempt;
  }

  Optional<Report> report() {
    return report;
  }

  void runs(int granted, long nowNanos) {
    phase = Phase.RUNNING;
    attempt = granted;
    beganNanos = nowNanos;
  }

  void asks(long nowNanos) {
    askedNanos = nowNanos;
  }

  /** When its job was asked for permission to start; repeats do not count. */
  long askedNanos() {
    return askedNanos;
  }

  long beganNanos() {
    return beganNanos;
  }

  /** Enters {@code REPORTING}: the end is told at once, and repeated after growing pauses. */
  void reports(int number, Report what, long nowNanos, Duration first) {
    phase = Phase.REPORTING;
    attempt = number;
    report = Optional.of(what);
    pause = first;
    dueNanos = nowNanos + first.toNanos();
  }

  /** Marks it as unwanted: its job is not told of its end. */
  void forget() {
    forgotten = true;
  }

  boolean isForgotten() {
    return forgotten;
  }

  void cancelUpTo(int number) {
    cancelledUpTo = Math.max(cancelledUpTo, number);
  }

  boolean isCancelled(int number) {
    return number <= cancelledUpTo;
  }

  void handBack(String reason) {
    handBack = Optional.of(reason);
  }

  Optional<String> handedBack() {
    return handBack;
  }

  /** True when the repeat is due; also schedules the next. */
  boolean isDue(long nowNanos, Duration atMost) {
    if (phase == Phase.RUNNING || nowNanos - dueNanos < 0) {
      return false;
    }
    Duration doubled = pause.multipliedBy(2);
    pause = doubled.compareTo(atMost) < 0 ? doubled : atMost;
    dueNanos = nowNanos + pause.toNanos();
    return true;
  }

  Held held() {
    return new Held(key.job(), key.epoch(), key.assignment(), attempt, resources);
  }
}
