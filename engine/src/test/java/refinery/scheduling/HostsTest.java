package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import refinery.protocol.scheduling.SchedulerCommand.AskHost;
import refinery.protocol.scheduling.SchedulerCommand.HostAnswered;
import refinery.protocol.scheduling.SchedulerCommand.HostFailed;
import refinery.protocol.scheduling.SchedulerCommand.HostReply;

/** Rate, Retry-After and the circuit breaker of hosts, with the time in the test's hands. */
class HostsTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final String HOST = "ftp.example.org:443";
  private static final HostPolicy POLICY =
      new HostPolicy(
          3,
          Duration.ofSeconds(5),
          Duration.ofSeconds(20),
          Duration.ofSeconds(60),
          Duration.ofMinutes(10));

  private final Hosts hosts = new Hosts(POLICY);
  private final ActorRef<HostReply> nobody = KIT.<HostReply>createTestProbe().getRef();
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private HostReply ask() {
    return ask(HOST, 1_000);
  }

  private HostReply ask(String host, int perSecond) {
    return hosts.ask(new AskHost(host, "ena", perSecond, nobody), now);
  }

  private HostReply fail(Optional<Duration> retryAfter) {
    return hosts.failed(new HostFailed(HOST, "ena", "reset", retryAfter, nobody), now);
  }

  private void pass(Duration time) {
    now = now.plus(time);
  }

  private static boolean goes(HostReply reply) {
    return reply instanceof HostReply.Go;
  }

  /** Requests that are let through while all of many askers ask every second. */
  private int letThrough(int askers, Duration time, boolean answers) {
    int requests = 0;
    for (Instant end = now.plus(time); now.isBefore(end); pass(Duration.ofSeconds(1))) {
      for (int asker = 0; asker < askers; asker++) {
        if (goes(ask())) {
          requests++;
          if (answers) {
            hosts.answered(new HostAnswered(HOST), now);
          } else {
            fail(Optional.empty());
          }
        }
      }
    }
    return requests;
  }

  @Test
  void ofTwoHundredThatWaitForADeadHostOneProbesAtATime() {
    int whileDead = letThrough(200, Duration.ofMinutes(2), false);
    assertThat(whileDead).isBetween(POLICY.failures() + 5, POLICY.failures() + 10);
    pass(POLICY.longestPause());
    assertThat(goes(ask())).isTrue();
    for (int other = 0; other < 200; other++) {
      assertThat(ask()).isInstanceOf(HostReply.NotNow.class);
    }
    hosts.answered(new HostAnswered(HOST), now);
    assertThat(letThrough(200, Duration.ofSeconds(1), true)).isEqualTo(200);
  }

  @Test
  void aProbeThatNeverEndsIsFollowedByAnother() {
    letThrough(5, Duration.ofSeconds(1), false);
    pass(POLICY.longestPause());
    assertThat(goes(ask())).isTrue();
    assertThat(goes(ask())).isFalse();
    pass(POLICY.probe());
    assertThat(goes(ask())).isTrue();
  }

  @Test
  void lateFailuresOfOthersDoNotPutTheProbeOff() {
    letThrough(1, Duration.ofSeconds(3), false);
    pass(Duration.ofSeconds(1));
    for (int late = 0; late < 50; late++) {
      fail(Optional.empty());
    }
    pass(POLICY.firstPause());
    assertThat(goes(ask())).isTrue();
  }

  @Test
  void aSuccessInBetweenBeginsTheCountAnew() {
    for (int round = 0; round < 10; round++) {
      fail(Optional.empty());
      assertThat(goes(fail(Optional.empty()))).isTrue();
      hosts.answered(new HostAnswered(HOST), now);
    }
    assertThat(goes(ask())).isTrue();
  }

  @Test
  void retryAfterIsObeyedByAllAndBounded() {
    assertThat(fail(Optional.of(Duration.ofSeconds(90)))).isInstanceOf(HostReply.NotNow.class);
    pass(Duration.ofSeconds(89));
    assertThat(goes(ask())).isFalse();
    assertThat(goes(ask("other.example.org:443", 10))).isTrue();
    pass(Duration.ofSeconds(1));
    assertThat(goes(ask())).isTrue();
    fail(Optional.of(Duration.ofDays(1)));
    pass(POLICY.longestRetryAfter());
    assertThat(goes(ask())).isTrue();
  }

  @Test
  void theRateIsOneForTheWholeCluster() {
    Duration last = Duration.ZERO;
    for (int request = 0; request < 30; request++) {
      last = ((HostReply.Go) ask(HOST, 10)).after();
    }
    assertThat(last).isEqualTo(Duration.ofSeconds(2));
    assertThat(((HostReply.Go) ask("other.example.org:443", 10)).after()).isZero();
  }

  @Test
  void theReasonNamesTheHostAndWhenItIsProbed() {
    letThrough(1, Duration.ofSeconds(3), false);
    assertThat(hosts.obstacles(Map.of("net:ena", 1), now))
        .isEqualTo(
            HOST
                + " is away since 2026-01-02T03:04:05Z (reset); one request probes it at"
                + " 2026-01-02T03:04:12Z");
    assertThat(hosts.obstacles(Map.of("net:ncbi", 1), now)).isEmpty();
    assertThat(hosts.views(now).getFirst().state()).isEqualTo("away");
  }

  @Test
  void manyHostsDoNotFillMemory() {
    for (int host = 0; host < 5_000; host++) {
      ask("h" + host + ".example.org:443", 10);
      pass(Duration.ofSeconds(2));
    }
    assertThat(hosts.views(now)).hasSizeLessThanOrEqualTo(1_000);
  }

  @Test
  void theShippedPolicyIsTheDefaultAndABadOneNamesItsKey() {
    var shipped = ConfigFactory.parseResources("transfer.conf").resolve();
    assertThat(HostPolicy.from(shipped.getConfig("refinery"))).isEqualTo(HostPolicy.DEFAULT);
    for (String key :
        new String[] {"failures", "first-pause", "longest-pause", "probe", "longest-retry-after"}) {
      var bad =
          ConfigFactory.parseString("refinery.transfer.breaker." + key + " = 0")
              .withFallback(shipped);
      Assertions.assertThatThrownBy(() -> HostPolicy.from(bad.getConfig("refinery")))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("refinery.transfer.breaker." + key);
    }
  }
}
