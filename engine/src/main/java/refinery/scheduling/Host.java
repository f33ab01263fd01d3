package refinery.scheduling;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import refinery.protocol.scheduling.SchedulerCommand.HostReply;

/**
 * One host that the cluster asks: a token bucket of one second's requests, the time before which it
 * asked to be left alone, and a circuit breaker. The breaker opens after some failures in a row;
 * from then on one request at a time probes the host, with growing pauses, until it answers. Not
 * thread-safe.
 */
final class Host {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration LOOK = Duration.ofSeconds(1);
  private static final int MOST_DOUBLINGS = 20;

  private final String name;
  private final HostPolicy policy;
  private String archive = "";
  private Instant nextFree = Instant.EPOCH;
  private Instant leftAloneUntil = Instant.EPOCH;
  private int failures;
  private int failedProbes;
  private Instant failingSince = Instant.EPOCH;
  private String reason = "";
  private Instant nextProbe = Instant.EPOCH;
  private Optional<Instant> probeSent = Optional.empty();
  private long asked;
  private long failed;
  private long retryAfters;

  Host(String name, HostPolicy policy) {
    this.name = name;
    this.policy = policy;
  }

  /**
   * What people see of a host. {@code state} is answers, left_alone, away or probed.
   *
   * @param asked requests that were let through since this scheduler began
   * @param failed how often it was said not to have answered
   * @param retryAfters how often it asked to be left alone
   */
  record View(
      String host,
      String archive,
      String state,
      @JsonProperty("failures_in_a_row") int failuresInARow,
      Optional<Instant> since,
      Optional<Instant> askedAgainAt,
      String reason,
      long asked,
      long failed,
      long retryAfters) {}

  String archive() {
    return archive;
  }

  HostReply ask(String forArchive, int requestsPerSecond, Instant now) {
    archive = forArchive.isEmpty() ? archive : forArchive;
    if (now.isBefore(leftAloneUntil)) {
      return notNow(Duration.between(now, leftAloneUntil), now);
    }
    if (isAway()) {
      if (now.isBefore(nextProbe)) {
        return notNow(Duration.between(now, nextProbe), now);
      }
      if (isProbed(now)) {
        return notNow(LOOK, now);
      }
      probeSent = Optional.of(now);
      asked++;
      return new HostReply.Go(Duration.ZERO);
    }
    asked++;
    return new HostReply.Go(slot(Math.max(1, requestsPerSecond), now));
  }

  private Duration slot(int requestsPerSecond, Instant now) {
    Duration interval = SECOND.dividedBy(requestsPerSecond);
    Instant earliest = now.minus(SECOND.minus(interval));
    Instant slot = nextFree.isAfter(earliest) ? nextFree : earliest;
    nextFree = slot.plus(interval);
    return slot.isAfter(now) ? Duration.between(now, slot) : Duration.ZERO;
  }

  void answered() {
    failures = 0;
    failedProbes = 0;
    reason = "";
    probeSent = Optional.empty();
  }

  HostReply failed(String forArchive, String why, Optional<Duration> retryAfter, Instant now) {
    archive = forArchive.isEmpty() ? archive : forArchive;
    if (retryAfter.isPresent()) {
      return leaveAlone(why, retryAfter.get(), now);
    }
    if (failures == 0) {
      failingSince = now;
    }
    reason = why;
    boolean wasProbe = probeSent.isPresent();
    failed++;
    failures++;
    probeSent = Optional.empty();
    if (!isAway()) {
      return new HostReply.Go(Duration.ZERO);
    }
    if (wasProbe || failures == policy.failures()) {
      nextProbe = now.plus(pause());
      failedProbes++;
    }
    return notNow(LOOK, now);
  }

  /** Obeys {@code Retry-After}: the host is there, so this is no failure of the breaker. */
  private HostReply leaveAlone(String why, Duration wish, Instant now) {
    answered();
    retryAfters++;
    Duration obeyed =
        wish.compareTo(policy.longestRetryAfter()) > 0 ? policy.longestRetryAfter() : wish;
    Instant until = now.plus(obeyed);
    leftAloneUntil = until.isAfter(leftAloneUntil) ? until : leftAloneUntil;
    reason = why;
    failingSince = now;
    return notNow(obeyed, now);
  }

  private Duration pause() {
    Duration doubled =
        policy.firstPause().multipliedBy(1L << Math.min(failedProbes, MOST_DOUBLINGS));
    return doubled.compareTo(policy.longestPause()) > 0 ? policy.longestPause() : doubled;
  }

  /** When to ask again: at the end of the pause, but within a second, as things may change. */
  private HostReply.NotNow notNow(Duration rest, Instant now) {
    return new HostReply.NotNow(
        rest.compareTo(LOOK) > 0 ? LOOK : rest, obstacle(now).orElse(reason));
  }

  boolean isAway() {
    return failures >= policy.failures();
  }

  private boolean isProbed(Instant now) {
    return probeSent.filter(sent -> now.isBefore(sent.plus(policy.probe()))).isPresent();
  }

  /** True if nothing would be lost by forgetting it. */
  boolean isIdle(Instant now) {
    return failures == 0 && !now.isBefore(leftAloneUntil) && !now.isBefore(nextFree);
  }

  /** Why it may not be asked now; empty when it may. */
  Optional<String> obstacle(Instant now) {
    if (now.isBefore(leftAloneUntil)) {
      return Optional.of(
          name + " asks to be left alone until " + seconds(leftAloneUntil) + " (" + reason + ")");
    }
    if (!isAway()) {
      return Optional.empty();
    }
    String next =
        isProbed(now)
            ? "one request probes it now"
            : "one request probes it at " + seconds(nextProbe);
    return Optional.of(
        name + " is away since " + seconds(failingSince) + " (" + reason + "); " + next);
  }

  View view(Instant now) {
    boolean leftAlone = now.isBefore(leftAloneUntil);
    String state =
        leftAlone ? "left_alone" : !isAway() ? "answers" : isProbed(now) ? "probed" : "away";
    return new View(
        name,
        archive,
        state,
        failures,
        state.equals("answers") ? Optional.empty() : Optional.of(failingSince),
        leftAlone
            ? Optional.of(leftAloneUntil)
            : state.equals("away") ? Optional.of(nextProbe) : Optional.empty(),
        state.equals("answers") ? "" : reason,
        asked,
        failed,
        retryAfters);
  }

  private static Instant seconds(Instant time) {
    return time.truncatedTo(ChronoUnit.SECONDS);
  }
}
