package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.ActorRef;
import akka.actor.ActorSelection;
import akka.actor.Address;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.ClusterEvent;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.UniqueAddress;
import akka.cluster.ddata.GCounterKey;
import akka.cluster.ddata.Replicator;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.pattern.Patterns;
import akka.util.Version;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.configuration.Configuration;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Whoever reads the coordinators' state asks only nodes that are there, also when a node was
 * removed with another age than it was seen to come up with, as happens when two leaders saw it.
 */
class NodeThatLeftTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
              """
              akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
              akka.cluster { roles = [control], downing-provider-class = "" }
              akka.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
              """)
          .withFallback(
              Configuration.load(Optional.empty(), Map.of(), Map.of(), ConfigFactory.empty()));
  private static final EntityTypeKey<String> TYPE = EntityTypeKey.create(String.class, "Job");

  private static final Duration SOON = Duration.ofSeconds(1);

  private final ActorTestKit first = ActorTestKit.create("left", CONFIG);
  private final ActorTestKit second = ActorTestKit.create("left", CONFIG);

  @BeforeEach
  void join() {
    Address seed = Cluster.get(first.system()).selfMember().address();
    for (ActorTestKit kit : new ActorTestKit[] {first, second}) {
      Cluster cluster = Cluster.get(kit.system());
      cluster.manager().tell(Join.create(seed));
      await()
          .atMost(Duration.ofMinutes(1))
          .until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
      ClusterSharding.get(kit.system()).init(Entity.of(TYPE, context -> Behaviors.empty()));
    }
  }

  @AfterEach
  void stop() {
    second.shutdownTestKit();
    first.shutdownTestKit();
  }

  @Test
  void itIsAskedNoMore() {
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(read(SOON)).isInstanceOf(Replicator.NotFound.class));
    replicator().tell(new ClusterEvent.MemberUp(ghost(7, MemberStatus.up())), ActorRef.noSender());
    assertThat(read(SOON)).as("while it is there").isInstanceOf(Replicator.GetFailure.class);
    replicator()
        .tell(
            new ClusterEvent.MemberRemoved(ghost(8, MemberStatus.removed()), MemberStatus.down()),
            ActorRef.noSender());
    assertThat(read(Duration.ofSeconds(20)))
        .as("when it has left")
        .isInstanceOf(Replicator.NotFound.class);
  }

  private static Member ghost(int upNumber, MemberStatus status) {
    return new Member(
        new UniqueAddress(new Address("akka", "left", "127.0.0.1", 1), 42L),
        upNumber,
        status,
        CollectionConverters.asScala(Set.of("control", "dc-default")).toSet(),
        Version.Zero());
  }

  /** From all nodes, as a coordinator of a small cluster does. */
  private Object read(Duration atMost) {
    return Patterns.ask(
            replicator(),
            new Replicator.Get<>(GCounterKey.create("unknown"), new Replicator.ReadAll(atMost)),
            atMost.plusSeconds(20))
        .toCompletableFuture()
        .join();
  }

  private ActorSelection replicator() {
    return Adapter.toClassic(first.system()).actorSelection("/system/sharding/controlReplicator");
  }
}
