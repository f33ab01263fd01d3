package refinery.agent;

import java.time.Duration;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.SchedulerCommand.Held;

/** One assignment that this node holds, from its arrival until its job knows how it ended. */
final class Slot {
  /** {@code REPORTING} holds no resources any more. */
  enum Phase {
    STARTING,
    RUNNING,
    REPORTING
  }

  /** What names an assignment. */
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

  /** 0 until the job granted one. */
  int attempt() {
    return attempt;
  }

  Optional<Report> report() {
    return report;
  }

  void runs(int granted) {
    phase = Phase.RUNNING;
    attempt = granted;
  }

  /** Reports from now on, at once and then with growing pauses. */
  void reports(int number, Report what, long nowNanos, Duration first) {
    phase = Phase.REPORTING;
    attempt = number;
    report = Optional.of(what);
    pause = first;
    dueNanos = nowNanos + first.toNanos();
  }

  /** Nothing of it is wanted: neither its result nor a word to its job. */
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
