package refinery.batch;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.batch.BatchState;

/**
 * The state of a batch, and why it is in it. Immutable.
 *
 * @param actor who cancelled it or took it up again; empty once it has ended by itself
 * @param revision of what observers are told; raised when the batch ends or is taken up again
 * @param since the revision from which surveys that let the batch go count: that with which it was
 *     last taken up; 0: it never was
 */
record Course(
    BatchState state,
    Optional<String> reason,
    Optional<Actor> actor,
    Instant createdAt,
    Instant updatedAt,
    long revision,
    long since) {

  Course to(BatchState next) {
    return new Course(next, reason, actor, createdAt, updatedAt, revision, since);
  }

  Course because(Optional<String> why) {
    return new Course(state, why, actor, createdAt, updatedAt, revision, since);
  }

  Course by(Optional<Actor> who) {
    return new Course(state, reason, who, createdAt, updatedAt, revision, since);
  }

  Course raised() {
    return new Course(state, reason, actor, createdAt, updatedAt, revision + 1, since);
  }

  Course at(Instant now) {
    return new Course(state, reason, actor, createdAt, now, revision, since);
  }

  /** From now on surveys that let the batch go earlier do not make it end. */
  Course afresh() {
    return new Course(state, reason, actor, createdAt, updatedAt, revision, revision);
  }

  Course ended(BatchState terminal, Optional<String> why) {
    return new Course(terminal, why, Optional.empty(), createdAt, updatedAt, revision + 1, since);
  }

  Course resumed(BatchState active) {
    return new Course(
        active,
        Optional.empty(),
        actor,
        createdAt,
        updatedAt,
        revision + 1,
        state.isTerminal() ? revision + 1 : since);
  }
}
