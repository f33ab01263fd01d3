package refinery.archive;

import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/** What an archive answered. "It has no copy" and "it did not answer" are different outcomes. */
public sealed interface Reply<T> {

  record Ok<T>(T value) implements Reply<T> {}

  /** The archive says that it has nothing: 204, 404, 410 or an empty answer. */
  record Absent<T>(int status, String message) implements Reply<T> {}

  /** All tries were used up. {@code failureClass} is TRANSIENT, or CORRUPT for rubbish with 200. */
  record Transient<T>(FailureClass failureClass, String message) implements Reply<T> {}

  /** The archive refuses the request: it will refuse it again. {@code body} is the beginning. */
  record Rejected<T>(int status, String body, String message) implements Reply<T> {}

  /** The failure, where it is one; the same type of reply otherwise. */
  static Failure failure(Reply<?> reply) {
    return switch (reply) {
      case Ok<?> ok -> throw new IllegalArgumentException("not a failure: " + ok);
      case Absent<?> absent -> Failure.of(FailureClass.ABSENT, absent.message());
      case Transient<?> trouble -> Failure.of(trouble.failureClass(), trouble.message());
      case Rejected<?> rejected -> Failure.of(FailureClass.PERMANENT, rejected.message());
    };
  }
}
