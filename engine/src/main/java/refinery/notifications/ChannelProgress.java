package refinery.notifications;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Json;
import refinery.readmodel.NotificationQueries.Place;
import refinery.web.Backoff;

/**
 * How far one channel has come in the journal. Each method says what happened and returns the next
 * step. Exactly one step is under way at a time, and a failed step is repeated until it succeeds.
 * So messages are neither lost nor sent out of order; after a crash one may be sent twice. No
 * clock, no I/O; not thread-safe.
 */
final class ChannelProgress {
  /** Something that the caller does and then reports back. */
  sealed interface Step {
    /** Read where the channel stopped. */
    record Open() implements Step {}

    record Read(long after) implements Step {}

    record Send(Notification notification) implements Step {}

    /** Store that the message is done: delivered, or skipped. */
    record Store(Notification notification, boolean delivered) implements Step {}
  }

  /** A line for the log. {@code alarming}: a warning. */
  record Notice(boolean alarming, String text) {}

  /** The next step, the pause before it, and what to log now. */
  record Next(Step step, Duration after, Optional<Notice> notice) {}

  /**
   * @param poll the pause after a look that found nothing
   * @param pace the pause after a look that found something
   * @param maxRefusals after so many a message is skipped
   */
  record Policy(Duration poll, Duration pace, Backoff backoff, int maxRefusals) {}

  private record Trouble(Instant since, Instant lastAt, String reason) {}

  private final String name;
  private final String target;
  private final Policy policy;
  private final Deque<Notification> pending = new ArrayDeque<>();
  private Place place = new Place(0, 0, 0, Optional.empty());
  private Optional<Instant> openedAt = Optional.empty();
  private boolean more;
  private int failures;
  private int refusals;
  private long failedTries;
  private Optional<Trouble> down = Optional.empty();
  private Optional<Trouble> last = Optional.empty();
  private Duration waiting = Duration.ZERO;

  ChannelProgress(String name, String target, Policy policy) {
    this.name = name;
    this.target = target;
    this.policy = policy;
  }

  String name() {
    return name;
  }

  Next begin() {
    return now(new Step.Open(), Optional.empty());
  }

  Next opened(Place stored, Instant now) {
    place = stored;
    openedAt = Optional.of(now);
    return now(new Step.Read(place.position()), recovered(now));
  }

  /**
   * @param full true when there may be more behind these
   */
  Next read(List<Notification> notifications, boolean full, Instant now) {
    pending.addAll(notifications);
    more = full;
    Optional<Notice> notice = recovered(now);
    return notifications.isEmpty()
        ? later(new Step.Read(place.position()), policy.poll(), notice)
        : now(new Step.Send(pending.getFirst()), notice);
  }

  Next answered(Step.Send send, Answer answer, Instant now, double jitter) {
    return switch (answer) {
      case Answer.Delivered delivered ->
          now(new Step.Store(send.notification(), true), recovered(now));
      case Answer.Refused refused -> refused(send, refused.reason(), now, jitter);
      case Answer.Unavailable unavailable -> {
        Next next = failed(send, unavailable.reason(), now, jitter);
        Duration asked =
            unavailable
                .notBefore()
                .filter(least -> least.compareTo(next.after()) > 0)
                .map(least -> shorter(least, policy.backoff().max()))
                .orElse(next.after());
        yield later(send, asked, next.notice());
      }
    };
  }

  private Next refused(Step.Send send, String reason, Instant now, double jitter) {
    Optional<Notice> notice = recovered(now);
    refusals++;
    failedTries++;
    last = Optional.of(new Trouble(now, now, reason));
    if (refusals < policy.maxRefusals()) {
      return later(send, policy.backoff().delay(refusals, jitter), notice);
    }
    String skipped =
        "%s (%s) refused %s %d times, the last time with %s: skipped, it is not told of there"
            .formatted(name, target, send.notification().subject(), refusals, reason);
    return now(new Step.Store(send.notification(), false), Optional.of(new Notice(true, skipped)));
  }

  Next stored(Step.Store store, Instant now) {
    Notification notification = store.notification();
    int jobs = notification.jobs().size();
    place =
        new Place(
            notification.position(),
            place.delivered() + (store.delivered() ? jobs : 0),
            place.skipped() + (store.delivered() ? 0 : jobs),
            store.delivered() ? Optional.of(now) : place.deliveredAt());
    pending.removeFirst();
    refusals = 0;
    Optional<Notice> notice = recovered(now);
    if (!pending.isEmpty()) {
      return now(new Step.Send(pending.getFirst()), notice);
    }
    Duration pause = more || longer(policy.pace(), policy.poll()) ? policy.pace() : policy.poll();
    return later(new Step.Read(place.position()), pause, notice);
  }

  /**
   * The step failed and is repeated, after a longer pause each time. Logged once, until a step has
   * succeeded.
   */
  Next failed(Step step, String reason, Instant now, double jitter) {
    failures++;
    failedTries++;
    Optional<Notice> notice =
        down.isPresent()
            ? Optional.empty()
            : Optional.of(
                new Notice(
                    true,
                    "cannot tell %s (%s) of jobs that were given up: %s; tried again until it works"
                        .formatted(name, target, reason)));
    Trouble trouble = new Trouble(down.map(Trouble::since).orElse(now), now, reason);
    down = Optional.of(trouble);
    last = Optional.of(trouble);
    return later(step, policy.backoff().delay(failures, jitter), notice);
  }

  private Optional<Notice> recovered(Instant now) {
    Optional<Notice> notice =
        down.map(
            trouble ->
                new Notice(
                    false,
                    "%s (%s) is told again, after %d s and %d tries that failed"
                        .formatted(
                            name,
                            target,
                            Duration.between(trouble.since(), now).toSeconds(),
                            failures)));
    down = Optional.empty();
    failures = 0;
    return notice;
  }

  private Next now(Step step, Optional<Notice> notice) {
    return later(step, Duration.ZERO, notice);
  }

  private Next later(Step step, Duration after, Optional<Notice> notice) {
    waiting = after;
    return new Next(step, after, notice);
  }

  private static boolean longer(Duration one, Duration other) {
    return one.compareTo(other) > 0;
  }

  private static Duration shorter(Duration one, Duration other) {
    return longer(one, other) ? other : one;
  }

  /**
   * The state for people. Counts are numbers of jobs; {@code delivered} and {@code skipped} are
   * stored in the database, the others are lost with this node.
   */
  JsonNode json() {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("channel", name).put("target", target);
    json.put("state", state());
    json.put("position", place.position());
    json.put(
        "pending", pending.stream().mapToInt(notification -> notification.jobs().size()).sum());
    json.put("more_behind", more);
    json.put("next_job", pending.isEmpty() ? null : pending.getFirst().jobs().getFirst().value());
    json.put("delivered", place.delivered());
    json.put("skipped", place.skipped());
    json.put("failed_tries", failedTries);
    json.put("last_delivered_at", place.deliveredAt().map(Instant::toString).orElse(null));
    json.put("down_since", down.map(since -> since.since().toString()).orElse(null));
    json.put("retry_in_ms", down.isPresent() || refusals > 0 ? waiting.toMillis() : null);
    if (last.isEmpty()) {
      json.putNull("last_error");
    } else {
      json.putObject("last_error")
          .put("at", last.get().lastAt().toString())
          .put("reason", last.get().reason());
    }
    return json;
  }

  private String state() {
    if (down.isPresent()) {
      return "down";
    }
    if (openedAt.isEmpty()) {
      return "starting";
    }
    return pending.isEmpty() ? "idle" : "delivering";
  }
}
