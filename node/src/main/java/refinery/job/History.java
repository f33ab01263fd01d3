package refinery.job;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Failure;
import refinery.protocol.job.StepRecord;

/**
 * The attempts that have ended.
 *
 * @param attempts the last ones, oldest first; the journal keeps them all
 * @param steps of the last attempt that told of them
 * @param failure of the last attempt, until another is started or a person retries the job
 */
record History(List<Attempt.Ended> attempts, List<StepRecord> steps, Optional<Failure> failure) {
  static final History NONE = new History(List.of(), List.of(), Optional.empty());

  /** With the one that runs. */
  private static final int ATTEMPTS_KEPT = 50;

  History {
    attempts = List.copyOf(attempts);
    steps = List.copyOf(steps);
  }

  Optional<Attempt.Ended> last() {
    return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
  }

  boolean wasReported(int number) {
    return attempts.stream()
        .anyMatch(ended -> ended.attempt().number() == number && ended.end().wasReported());
  }

  /** Another attempt is started. */
  History continued() {
    int first = Math.max(0, attempts.size() - ATTEMPTS_KEPT + 1);
    return new History(attempts.subList(first, attempts.size()), steps, Optional.empty());
  }

  History and(Attempt.Ended ended) {
    List<Attempt.Ended> all = new ArrayList<>(attempts);
    all.add(ended);
    return new History(all, steps, failure);
  }

  History withSteps(List<StepRecord> told) {
    return new History(attempts, told, failure);
  }

  History withFailure(Failure why) {
    return new History(attempts, steps, Optional.of(why));
  }

  History withoutFailure() {
    return new History(attempts, steps, Optional.empty());
  }

  /** For a person: what the job waits for since its last attempt. */
  Optional<String> reasonToWait(Instant until) {
    return last()
        .map(Attempt.Ended::end)
        .filter(AttemptEnd.Deferred.class::isInstance)
        .map(end -> ((AttemptEnd.Deferred) end).reason())
        .or(() -> failure.map(why -> retry(until, why)));
  }

  private static String retry(Instant until, Failure why) {
    return "retry at " + until + " after " + why.failureClass().word() + ": " + why.message();
  }
}
