package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.ActorRef;
import akka.actor.CoordinatedShutdown;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.singleton.ClusterSingletonManager$Internal$HandOverToMe$;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.ClusterSingleton;
import akka.cluster.typed.Join;
import akka.cluster.typed.SingletonActor;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** A node that hands a singleton over to nobody ends, instead of keeping the cluster waiting. */
class SingletonGuardTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
          """
          akka.actor.provider = cluster
          akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
          akka.cluster { roles = [control], jmx.enabled = off }
          akka.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
          guard { interval = 50 ms, answer = 10 s, patience = 500 ms }
          """);

  @Test
  void aHandOverToNobodyEndsTheNode() {
    ActorTestKit kit =
        ActorTestKit.create("guarded", CONFIG.withFallback(ConfigFactory.defaultReference()));
    try {
      Cluster cluster = Cluster.get(kit.system());
      cluster.manager().tell(Join.create(cluster.selfMember().address()));
      ClusterSingleton.get(kit.system())
          .init(
              SingletonActor.of(
                  Behaviors.receiveMessage((String unheard) -> Behaviors.same()), "precious"));
      String path = SingletonGuard.singleton("precious");
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
      await().atMost(Duration.ofMinutes(1)).until(() -> isHere(kit, path));
      kit.system()
          .systemActorOf(
              SingletonGuard.create(
                  kit.system().settings().config().getConfig("guard"), "control", List.of(path)),
              "guard",
              Props.empty());
      await()
          .during(Duration.ofSeconds(1))
          .until(() -> cluster.selfMember().status().equals(MemberStatus.up()));

      Adapter.toClassic(kit.system())
          .actorSelection("/system/singletonManagerprecious")
          .tell(ClusterSingletonManager$Internal$HandOverToMe$.MODULE$, ActorRef.noSender());

      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> kit.system().getWhenTerminated().toCompletableFuture().isDone());
      assertThat(CoordinatedShutdown.get(kit.system()).getShutdownReason())
          .contains(CoordinatedShutdown.clusterDowningReason());
    } finally {
      kit.shutdownTestKit();
    }
  }

  private static boolean isHere(ActorTestKit kit, String path) {
    return Adapter.toClassic(kit.system())
        .actorSelection(path)
        .resolveOne(Duration.ofSeconds(1))
        .handle((ref, absent) -> absent == null)
        .toCompletableFuture()
        .join();
  }

  @Test
  void onlyAnAbsenceWithoutInterruptionCounts() {
    AtomicReference<Instant> now = new AtomicReference<>(Instant.EPOCH);
    Absence absence = new Absence(Duration.ofSeconds(30), now::get);
    assertThat(absence.see(Set.of("a"))).isEmpty();
    now.set(Instant.EPOCH.plusSeconds(20));
    assertThat(absence.see(Set.of())).isEmpty();
    assertThat(absence.see(Set.of("a", "b"))).isEmpty();
    now.set(Instant.EPOCH.plusSeconds(45));
    assertThat(absence.see(Set.of("a"))).isEmpty();
    now.set(Instant.EPOCH.plusSeconds(51));
    assertThat(absence.see(Set.of("a", "b"))).containsExactly("a");
  }
}
