package refinery.job;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.Failure;
import refinery.protocol.job.StepRecord;

/**
 * The attempts of a job that have ended.
 *
 * @param attempts the last {@value #ATTEMPTS_KEPT}, oldest first; the journal has all of them
 * @param steps the steps of the last attempt that reported some
 * @param failure of the last attempt, until another begins or the job is retried by hand
 * @param actor who cancelled the job or took it up again; empty once it has ended by itself
 */
record History(
    List<GrantedAttempt.Ended> attempts,
    List<StepRecord> steps,
    Optional<Failure> failure,
    Optional<Actor> actor) {
  static final History NONE = new History(List.of(), List.of(), Optional.empty(), Optional.empty());

  /** The attempts that are kept, the running one included. */
  private static final int ATTEMPTS_KEPT = 50;

  History {
    attempts = List.copyOf(attempts);
    steps = List.copyOf(steps);
  }

  Optional<GrantedAttempt.Ended> last() {
    return attempts.isEmpty() ? Optional.empty() : Optional.of(attempts.getLast());
  }

  boolean wasReported(int number) {
    return attempts.stream()
        .anyMatch(ended -> ended.attempt().number() == number && ended.end().wasReported());
  }

  /**
   * Another attempt begins: the failure is forgotten, and the oldest attempt if there are too many.
   */
  History continued() {
    int first = Math.max(0, attempts.size() - ATTEMPTS_KEPT + 1);
    return new History(attempts.subList(first, attempts.size()), steps, Optional.empty(), actor);
  }

  History and(GrantedAttempt.Ended ended) {
    List<GrantedAttempt.Ended> all = new ArrayList<>(attempts);
    all.add(ended);
    return new History(all, steps, failure, actor);
  }

  History withSteps(List<StepRecord> told) {
    return new History(attempts, told, failure, actor);
  }

  History withFailure(Failure why) {
    return new History(attempts, steps, Optional.of(why), actor);
  }

  History withoutFailure() {
    return new History(attempts, steps, Optional.empty(), actor);
  }

  History by(Optional<Actor> who) {
    return new History(attempts, steps, failure, who);
  }

  /**
   * Why the job waits, in words: the reason of a deferral, or the failure after which it is
   * retried.
   */
  Optional<String> reasonToWait(Instant until) {
    return last()
        .map(GrantedAttempt.Ended::end)
        .filter(AttemptEnd.Deferred.class::isInstance)
        .map(end -> ((AttemptEnd.Deferred) end).reason())
        .or(() -> failure.map(why -> retry(until, why)));
  }

  private static String retry(Instant until, Failure why) {
    return "retry at " + until + " after " + why.failureClass().word() + ": " + why.message();
  }
}
