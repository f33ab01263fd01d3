package refinery.cluster;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.Member;
import akka.cluster.MemberStatus;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import com.typesafe.config.Config;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Makes its node leave the cluster when the node should host the cluster's singletons and does not.
 *
 * <p>This can happen to a node that was paused. It wakes to a request to hand a singleton over,
 * from nodes that had given it up and are gone by now. Akka's singleton manager then hands over to
 * nobody and waits for the removal of its node, which never comes. The other nodes follow the
 * oldest node, so everything that depends on the singleton (all placements, or all entities of a
 * type) stands still for ever. When the node leaves, the next oldest takes over at once, and the
 * node can start again.
 */
public final class SingletonGuard extends AbstractBehavior<SingletonGuard.Message> {
  /** What the actor handles. */
  sealed interface Message {}

  private record Look() implements Message {}

  private record Found(List<String> missing) implements Message {}

  private final Cluster cluster;
  private final Duration answer;
  private final Duration patience;
  private final String role;
  private final List<String> paths;
  private final Absence absence;

  private SingletonGuard(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      Config config,
      String role,
      List<String> paths) {
    super(context);
    context.setLoggerName(SingletonGuard.class);
    this.cluster = Cluster.get(context.getSystem());
    this.answer = config.getDuration("answer");
    this.patience = config.getDuration("patience");
    this.role = role;
    this.paths = paths;
    // The monotonic clock: a step of the wall clock must not count as an absence.
    this.absence = new Absence(patience, () -> Instant.EPOCH.plusNanos(System.nanoTime()));
    timers.startTimerWithFixedDelay(new Look(), config.getDuration("interval"));
  }

  /**
   * The guard of this node.
   *
   * @param config {@code refinery.cluster.singleton-guard}
   * @param role of the nodes that host singletons
   * @param paths the actor paths of the singletons on the node that hosts them, {@code /system/...}
   */
  public static Behavior<?> create(Config config, String role, List<String> paths) {
    return Behaviors.<Message>setup(
        context ->
            Behaviors.withTimers(
                timers -> new SingletonGuard(context, timers, config, role, paths)));
  }

  /** The actor path of a typed singleton of that name. */
  public static String singleton(String name) {
    return "/system/singletonManager" + name + "/" + name;
  }

  /** The actor path of the sharding coordinator of an entity type. */
  public static String coordinator(String type) {
    return "/system/sharding/" + type + "Coordinator/singleton";
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Look look -> {
        if (isHost()) {
          getContext()
              .pipeToSelf(
                  missing(),
                  (missing, failure) -> new Found(failure == null ? missing : List.of()));
        } else {
          absence.see(Set.of());
        }
      }
      case Found found -> {
        Set<String> gone = absence.see(isHost() ? Set.copyOf(found.missing()) : Set.of());
        if (!gone.isEmpty()) {
          getContext()
              .getLog()
              .error(
                  "this node should host {} and does not since {} s: it leaves, so that another"
                      + " does",
                  String.join(", ", gone),
                  patience.toSeconds());
          cluster.manager().tell(new Down(cluster.selfMember().address()));
          return Behaviors.stopped();
        }
      }
    }
    return this;
  }

  /**
   * True when this node should host the singletons: it is up, the oldest of the role, and reaches
   * every member.
   */
  private boolean isHost() {
    Member self = cluster.selfMember();
    if (!self.status().equals(MemberStatus.up())
        || !self.hasRole(role)
        || !cluster.state().getUnreachable().isEmpty()) {
      return false;
    }
    for (Member member : cluster.state().getMembers()) {
      if (member.hasRole(role)
          && !member.status().equals(MemberStatus.joining())
          && !member.status().equals(MemberStatus.weaklyUp())
          && !member.equals(self)
          && member.isOlderThan(self)) {
        return false;
      }
    }
    return true;
  }

  private CompletionStage<List<String>> missing() {
    List<CompletableFuture<Optional<String>>> looks = paths.stream().map(this::missing).toList();
    return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
        .thenApply(all -> looks.stream().flatMap(look -> look.join().stream()).toList());
  }

  /** The path if no actor is there; empty if one answers. */
  private CompletableFuture<Optional<String>> missing(String path) {
    return Adapter.toClassic(getContext().getSystem())
        .actorSelection(path)
        .resolveOne(answer)
        .handle((here, absent) -> here == null ? Optional.of(path) : Optional.<String>empty())
        .toCompletableFuture();
  }
}
