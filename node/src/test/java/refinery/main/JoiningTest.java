package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void itSaysWhyUntilItIsAMember() throws Exception {
    HostPort closed = new HostPort("127.0.0.1", closedPort());
    CompletableFuture<Void> joined = joining(List.of(closed));
    await().until(() -> said.size() >= 2);
    assertThat(said.peek())
        .startsWith("cannot join " + closed + ": ")
        .contains("refused", "--artery")
        .endsWith("; trying again");
    assertThat(joined).isNotDone();
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    await().until(joined::isDone);
    joined.join();
  }

  @Test
  void aNodeThatEndsInsteadIsAnError() {
    CompletableFuture<Void> joined = joining(List.of());
    await().until(() -> !said.isEmpty());
    kit.system().terminate();
    assertThatThrownBy(joined::join).hasCauseInstanceOf(ConfigurationException.class);
  }

  @Test
  void whatListensIsToldFromWhatDoesNot() throws Exception {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertThat(Joining.reason(new HostPort("127.0.0.1", other.getLocalPort())))
          .contains("something listens there but does not let this node in");
    }
    assertThat(Joining.reason(new HostPort("no-such-host.invalid", 1)))
        .contains("no host of this name");
  }

  private static int closedPort() throws Exception {
    try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return free.getLocalPort();
    }
  }

  private CompletableFuture<Void> joining(List<HostPort> seeds) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            Joining.await(kit.system(), seeds, Duration.ofMillis(100), said::add);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }
}
