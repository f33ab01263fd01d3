package refinery.notifications;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import refinery.web.RetryAfter;

/** What became of a message. */
sealed interface Answer {
  record Delivered() implements Answer {}

  /** The receiver does not want this one message. */
  record Refused(String reason) implements Answer {}

  /** The receiver takes no message now; {@code notBefore} when it says for how long. */
  record Unavailable(String reason, Optional<Duration> notBefore) implements Answer {}

  /**
   * Statuses that speak of the address, of credentials or of the moment: another message would not
   * fare better, and this one may when somebody has put things right.
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
