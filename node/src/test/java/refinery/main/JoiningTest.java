package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import refinery.cluster.Admission.Verdict;
import refinery.cluster.DiscoveryConfig;
import refinery.cluster.DiscoveryConfig.Method;
import refinery.configuration.ConfigurationException;

/** A node that cannot join says why, goes on trying, and serves only when it is a member. */
class JoiningTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
          """
          akka.actor.provider = cluster
          akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
          akka.cluster.jmx.enabled = off
          akka.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
          """);

  private final ActorTestKit kit =
      ActorTestKit.create("joining", CONFIG.withFallback(ConfigFactory.defaultReference()));
  private final Queue<String> said = new ConcurrentLinkedQueue<>();
  private volatile Verdict verdict = new Verdict.Begin();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void itSaysWhyUntilItIsAMember() throws Exception {
    HostPort closed = new HostPort("127.0.0.1", closedPort());
    CompletableFuture<Void> joined = joining(new Verdict.Join(List.of(closed.toString())));
    await().atMost(Duration.ofMinutes(1)).until(() -> said.size() >= 2);
    assertThat(said.peek())
        .startsWith("cannot join " + closed + ": ")
        .contains("refused", "--artery")
        .endsWith("; trying again");
    assertThat(joined).isNotDone();
    verdict = new Verdict.Begin();
    await().atMost(Duration.ofMinutes(1)).until(joined::isDone);
    joined.join();
  }

  @Test
  void whyItMayNotJoinIsSaidAtOnceAndAgain() {
    CompletableFuture<Void> joined = joining(new Verdict.Wait("a reason"));
    assertThat(said.peek()).isEqualTo("cannot join: a reason; trying again");
    await().atMost(Duration.ofMinutes(1)).until(() -> said.size() >= 3);
    verdict = new Verdict.Begin();
    await().atMost(Duration.ofMinutes(1)).until(joined::isDone);
    joined.join();
  }

  @Test
  void aReasonWithAnotherNumberInItIsNotSaidAtEveryLook() {
    AtomicInteger looks = new AtomicInteger();
    CompletableFuture<Void> joined =
        joining(
            () ->
                looks.incrementAndGet() < 4
                    ? new Verdict.Wait("the clock is " + looks + " s ahead")
                    : new Verdict.Begin(),
            Duration.ofHours(1));
    await().atMost(Duration.ofMinutes(1)).until(joined::isDone);
    joined.join();
    assertThat(said).containsExactly("cannot join: the clock is 1 s ahead; trying again");
  }

  /** Joining takes a moment, which is no reason to doubt the address. */
  @Test
  void nothingIsSaidOfAnAddressThatWasAllowedJustNow() throws Exception {
    HostPort closed = new HostPort("127.0.0.1", closedPort());
    List<Verdict> verdicts =
        List.of(
            new Verdict.Wait("a reason"),
            new Verdict.Wait("a reason"),
            new Verdict.Join(List.of(closed.toString())),
            new Verdict.Begin());
    AtomicInteger looks = new AtomicInteger();
    CompletableFuture<Void> joined =
        joining(() -> verdicts.get(looks.getAndIncrement()), Duration.ofMillis(1_900));
    await().atMost(Duration.ofMinutes(1)).until(joined::isDone);
    joined.join();
    assertThat(said).containsOnly("cannot join: a reason; trying again");
  }

  @Test
  void aNodeThatEndsInsteadIsAnError() {
    CompletableFuture<Void> joined = joining(new Verdict.Wait("a reason"));
    await().atMost(Duration.ofMinutes(1)).until(() -> !said.isEmpty());
    kit.system().terminate();
    assertThatThrownBy(joined::join).hasCauseInstanceOf(ConfigurationException.class);
  }

  @Test
  void whatListensIsToldFromWhatDoesNot() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Obstacles.between(new HostPort("127.0.0.1", other.getLocalPort())))
          .contains("something listens there but does not let this node in");
    }
    assertThat(Obstacles.between(new HostPort("no-such-host.invalid", 1)))
        .contains("no host of this name");
  }

  private static int closedPort() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private CompletableFuture<Void> joining(Verdict first) {
    verdict = first;
    return joining(() -> verdict, Duration.ofMillis(100));
  }

  private CompletableFuture<Void> joining(Joining.Admitting admitting, Duration linesEvery) {
    Obstacles obstacles =
        new Obstacles(
            kit.system(), new DiscoveryConfig(Method.NONE, "refinery", "", 2, "", "app=%s"), 8558);
    Joining joining = new Joining(kit.system(), admitting, obstacles, linesEvery, said::add);
    joining.begin();
    return CompletableFuture.runAsync(
        () -> {
          try {
            joining.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
