package refinery.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.ActorIdentity;
import akka.actor.ActorPath;
import akka.actor.ActorRef;
import akka.actor.ActorRefProvider;
import akka.actor.Address;
import akka.actor.ExtendedActorSystem;
import akka.actor.Identify;
import akka.actor.InternalActorRef;
import akka.actor.RootActorPath;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.Props;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.cluster.MemberStatus;
import akka.cluster.sharding.ShardCoordinator$Internal$Register;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.cluster.sharding.typed.javadsl.Entity;
import akka.cluster.sharding.typed.javadsl.EntityTypeKey;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Join;
import akka.dispatch.sysmsg.SystemMessage;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.collection.Iterator;

/** A region that has ended, and of whose end the coordinator was not told, holds up no shard. */
class LostRegionsTest {
  private static final Config CONFIG =
      ConfigFactory.parseString(
          """
          akka.actor.provider = cluster
          akka.remote.artery.canonical { hostname = 127.0.0.1, port = 0 }
          akka.cluster { roles = [control], jmx.enabled = off }
          akka.cluster.sharding { role = control, number-of-shards = 10 }
          akka.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
          """);
  private static final EntityTypeKey<Ping> TYPE = EntityTypeKey.create(Ping.class, "Job");

  record Ping(akka.actor.typed.ActorRef<String> replyTo) {}

  private final ActorTestKit kit =
      ActorTestKit.create("lost", CONFIG.withFallback(ConfigFactory.defaultReference()));
  private final ClusterSharding sharding = ClusterSharding.get(kit.system());

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
  }

  @Test
  void itsShardsFindAnotherHome() {
    Cluster cluster = Cluster.get(kit.system());
    cluster.manager().tell(Join.create(cluster.selfMember().address()));
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> cluster.selfMember().status().equals(MemberStatus.up()));
    sharding.init(
        Entity.of(
            TYPE,
            context ->
                Behaviors.receiveMessage(
                    ping -> {
                      ping.replyTo().tell(context.getEntityId());
                      return Behaviors.same();
                    })));
    await().atMost(Duration.ofMinutes(1)).until(() -> answers("first"));
    Adapter.toClassic(kit.system())
        .actorSelection("/system/sharding/JobCoordinator/singleton/coordinator")
        .tell(new ShardCoordinator$Internal$Register(new Ended(kit.system())), ActorRef.noSender());
    Optional<String> lost =
        await()
            .atMost(Duration.ofMinutes(1))
            .until(
                () -> names().stream().filter(name -> !answers(name)).findFirst(),
                Optional::isPresent);

    kit.system()
        .systemActorOf(
            LostRegions.create(
                new LostRegions.Settings("control", Duration.ofMillis(200), Duration.ofSeconds(1)),
                List.of("Job")),
            "lost-regions",
            Props.empty());

    await().atMost(Duration.ofMinutes(1)).until(() -> answers(lost.orElseThrow()));
    await()
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(() -> assertThat(names()).allMatch(this::answers));
  }

  private static List<String> names() {
    return java.util.stream.IntStream.range(0, 20).mapToObj(i -> "entity-" + i).toList();
  }

  private boolean answers(String entity) {
    return sharding
        .entityRefFor(TYPE, entity)
        .<String>ask(Ping::new, Duration.ofMillis(500))
        .handle((text, silent) -> entity.equals(text))
        .toCompletableFuture()
        .join();
  }

  /** A reference to an actor of an earlier incarnation of this node; of its end nobody is told. */
  private static final class Ended extends InternalActorRef {
    private final ExtendedActorSystem system;
    private final ActorPath path;

    Ended(akka.actor.typed.ActorSystem<?> typed) {
      system = (ExtendedActorSystem) Adapter.toClassic(typed);
      path =
          new RootActorPath(new Address("akka", system.name()), "/")
              .child("system")
              .child("sharding")
              .child("Job")
              .withUid(42);
    }

    @Override
    public void $bang(Object message, ActorRef sender) {
      if (message instanceof Identify identify) {
        sender.tell(new ActorIdentity(identify.messageId(), Option.empty()), this);
      }
    }

    @Override
    public ActorPath path() {
      return path;
    }

    @Override
    public ActorRefProvider provider() {
      return system.provider();
    }

    @Override
    public void sendSystemMessage(SystemMessage watch) {}

    @Override
    public void start() {}

    @Override
    public void resume(Throwable cause) {}

    @Override
    public void suspend() {}

    @Override
    public void restart(Throwable cause) {}

    @Override
    public void stop() {}

    @Override
    public InternalActorRef getParent() {
      return this;
    }

    @Override
    public InternalActorRef getChild(Iterator<String> name) {
      return this;
    }

    @Override
    public boolean isLocal() {
      return true;
    }

    @Override
    @Deprecated
    public boolean isTerminated() {
      return false;
    }
  }
}
