package refinery.cluster;

import akka.actor.ActorIdentity;
import akka.actor.ActorRef;
import akka.actor.ActorSelection;
import akka.actor.Identify;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ddata.LWWRegister;
import akka.cluster.ddata.LWWRegisterKey;
import akka.cluster.ddata.Replicator;
import akka.cluster.sharding.ShardCoordinator$Internal$BeginHandOff;
import akka.cluster.sharding.ShardCoordinator$Internal$RegionStopped;
import akka.cluster.sharding.ShardCoordinator$Internal$State;
import akka.pattern.Patterns;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Tells the coordinators of Akka's cluster sharding which of their regions have ended, if they
 * missed it.
 *
 * <p>A coordinator can miss it when a killed node comes back at the same address just as the
 * coordinator moves to another node. The new coordinator then still counts the old region; the
 * shards of that region are nowhere, and no shard can be moved. When a node answers that the old
 * actor does not exist, that is final, because a reference names one incarnation. After two such
 * answers the coordinator gets the message with which a region says that it stops, and the region
 * of every node forgets where those shards were. This uses internal messages of Akka 2.8.5.
 */
public final class LostRegions extends AbstractBehavior<LostRegions.Message> {
  /** What the actor handles. */
  sealed interface Message {}

  private record Look() implements Message {}

  /**
   * A region that the coordinator of an entity type counts, with its shards. {@code ended} is true
   * when the region is known to have ended.
   */
  record Region(String type, ActorRef region, List<String> shards, boolean ended) {
    Region {
      shards = List.copyOf(shards);
    }
  }

  private record Seen(String type, List<Region> regions) implements Message {}

  private final List<String> types;
  private final String role;
  private final Duration answer;

  /** Regions that had ended at the last look. */
  private final Map<ActorRef, Region> ended = new HashMap<>();

  private LostRegions(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Settings settings,
      List<String> types) {
    super(context);
    context.setLoggerName(LostRegions.class);
    this.types = List.copyOf(types);
    this.role = settings.role();
    this.answer = settings.answer();
    timers.startTimerWithFixedDelay(new Look(), settings.interval());
  }

  /**
   * How often to look, and how long to wait for an answer.
   *
   * @param role of the nodes that host entities
   * @param interval between two looks
   * @param answer how long to wait for an answer
   */
  public record Settings(String role, Duration interval, Duration answer) {}

  /**
   * Watches the coordinators of these entity types. Every node can run one; it acts on what this
   * node knows.
   */
  public static Behavior<?> create(Settings settings, List<String> types) {
    return Behaviors.<Message>setup(
        context ->
            Behaviors.withTimers(timers -> new LostRegions(context, timers, settings, types)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Look look ->
          types.forEach(
              type ->
                  getContext()
                      .pipeToSelf(
                          regions(type),
                          (regions, failure) ->
                              new Seen(type, failure == null ? regions : List.of())));
      case Seen seen -> compare(seen);
    }
    return this;
  }

  private void compare(Seen seen) {
    if (seen.regions().isEmpty()) {
      return;
    }
    Set<ActorRef> counted = new HashSet<>();
    for (Region region : seen.regions()) {
      counted.add(region.region());
      if (!region.ended()) {
        ended.remove(region.region());
      } else if (ended.put(region.region(), region) != null) {
        getContext()
            .getLog()
            .warn(
                "{} shards are still counted for {}, which has ended",
                seen.type(),
                region.region());
        coordinator(seen.type())
            .tell(
                new ShardCoordinator$Internal$RegionStopped(region.region()), ActorRef.noSender());
      }
    }
    ended
        .values()
        .removeIf(
            lost -> {
              boolean gone = lost.type().equals(seen.type()) && !counted.contains(lost.region());
              if (gone) {
                forgetHomes(lost);
              }
              return gone;
            });
  }

  /** Makes this node's region ask again where these shards are before it sends messages to them. */
  private void forgetHomes(Region lost) {
    ActorSelection region = select("/system/sharding/" + lost.type());
    lost.shards()
        .forEach(
            shard ->
                region.tell(
                    new ShardCoordinator$Internal$BeginHandOff(shard), ActorRef.noSender()));
  }

  private ActorSelection select(String path) {
    return Adapter.toClassic(getContext().getSystem()).actorSelection(path);
  }

  /**
   * The coordinator, which exists only on the node that hosts it; elsewhere messages to it are
   * dropped.
   */
  private ActorSelection coordinator(String type) {
    return select("/system/sharding/" + type + "Coordinator/singleton/coordinator");
  }

  private CompletionStage<List<Region>> regions(String type) {
    LWWRegisterKey<ShardCoordinator$Internal$State> key =
        new LWWRegisterKey<>(type + "CoordinatorState");
    return Patterns.ask(
            select("/system/sharding/" + role + "Replicator"),
            new Replicator.Get<>(key, Replicator.readLocal()),
            answer)
        .thenCompose(
            found ->
                found instanceof Replicator.GetSuccess<?> success
                    ? identified(type, (LWWRegister<?>) success.dataValue())
                    : CompletableFuture.completedFuture(List.of()));
  }

  private CompletionStage<List<Region>> identified(String type, LWWRegister<?> register) {
    ShardCoordinator$Internal$State state = (ShardCoordinator$Internal$State) register.getValue();
    List<CompletableFuture<Region>> regions =
        CollectionConverters.asJava(state.regions()).entrySet().stream()
            .map(
                entry ->
                    identified(type, entry.getKey(), CollectionConverters.asJava(entry.getValue())))
            .toList();
    return CompletableFuture.allOf(regions.toArray(CompletableFuture[]::new))
        .thenApply(all -> regions.stream().map(CompletableFuture::join).toList());
  }

  /**
   * Asks whether the region exists. No answer does not count as ended; a silent node is left to the
   * failure detector.
   */
  private CompletableFuture<Region> identified(String type, ActorRef region, List<String> shards) {
    return Patterns.ask(region, new Identify(region), answer)
        .handle(
            (reply, silent) ->
                new Region(
                    type,
                    region,
                    shards,
                    reply instanceof ActorIdentity identity && identity.getActorRef().isEmpty()))
        .toCompletableFuture();
  }
}
