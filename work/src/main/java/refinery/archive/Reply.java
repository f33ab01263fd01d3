package refinery.archive;

import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/** What an archive answered. "It has no copy" and "it did not answer" are different answers. */
public sealed interface Reply<T> {

  record Ok<T>(T value) implements Reply<T> {}

  /** The archive says that it has nothing: 204, 404, 410 or an empty answer. */
  record Absent<T>(int status, String message) implements Reply<T> {}

  /**
   * All tries failed. {@code failureClass} is CORRUPT if the last answer could not be read,
   * otherwise TRANSIENT.
   */
  record Transient<T>(FailureClass failureClass, String message) implements Reply<T> {}

  /**
   * The archive refuses the request, and would refuse it again. {@code body} is the beginning of
   * what it sent.
   */
  record Rejected<T>(int status, String body, String message) implements Reply<T> {}

  /**
   * The same reply for another type of value.
   *
   * @throws IllegalArgumentException for {@link Ok}
   */
  static <T> Reply<T> other(Reply<?> reply) {
    return switch (reply) {
      case Ok<?> ok -> throw new IllegalArgumentException("an answer: " + ok);
      case Absent<?> absent -> new Absent<>(absent.status(), absent.message());
      case Transient<?> trouble -> new Transient<>(trouble.failureClass(), trouble.message());
      case Rejected<?> refused ->
          new Rejected<>(refused.status(), refused.body(), refused.message());
    };
  }

  /**
   * The reply as a failure.
   *
   * @throws IllegalArgumentException for {@link Ok}
   */
  static Failure failure(Reply<?> reply) {
    return switch (reply) {
      case Ok<?> ok -> throw new IllegalArgumentException("not a failure: " + ok);
      case Absent<?> absent -> Failure.of(FailureClass.ABSENT, absent.message());
      case Transient<?> trouble -> Failure.of(trouble.failureClass(), trouble.message());
      case Rejected<?> rejected -> Failure.of(FailureClass.PERMANENT, rejected.message());
    };
  }
}
