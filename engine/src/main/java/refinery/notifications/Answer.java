package refinery.notifications;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import refinery.web.RetryAfter;

/** What became of a message that was sent. */
sealed interface Answer {
  record Delivered() implements Answer {}

  /** The receiver refuses this message; others may be accepted. */
  record Refused(String reason) implements Answer {}

  /**
   * The receiver takes no message now. {@code notBefore} is the pause that it asks for, if it does.
   */
  record Unavailable(String reason, Optional<Duration> notBefore) implements Answer {}

  /**
   * HTTP statuses that are about the address, the credentials or the moment. Any other message
   * would fail too, and this one may succeed once that is put right.
   */
  Set<Integer> OF_THE_CHANNEL = Set.of(401, 403, 404, 405, 407, 408, 410, 425, 429);

  static Answer of(int status, Optional<String> retryAfter, Instant now) {
    if (status / 100 == 2) {
      return new Delivered();
    }
    String reason = "HTTP status " + status;
    return status / 100 == 4 && !OF_THE_CHANNEL.contains(status)
        ? new Refused(reason)
        : new Unavailable(reason, retryAfter.flatMap(text -> RetryAfter.parse(text, now)));
  }
}
