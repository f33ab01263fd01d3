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
 * Gives its node up when the node should host the cluster's singletons and does not.
 *
 * <p>A node that was paused can wake to find a request to hand a singleton over, from a side that
 * had given it up and is gone by now. Akka's manager then hands over to nobody and waits for its
 * node's removal, which never comes: the others follow the oldest node, and everything of that
 * singleton (all placements, or all entities of a type) stands still for ever. Whoever starts the
 * node again starts its singletons with it; the next oldest takes over at once.
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
    // A step of the wall clock is nobody's absence.
    this.absence = new Absence(patience, () -> Instant.EPOCH.plusNanos(System.nanoTime()));
    timers.startTimerWithFixedDelay(new Look(), config.getDuration("interval"));
  }

  /**
   * The guard of this node.
   *
   * @param config {@code refinery.cluster.singleton-guard}
   * @param role of the nodes that host singletons
   * @param paths where the singletons are when they are here, as {@code /system/...}
   */
  public static Behavior<?> create(Config config, String role, List<String> paths) {
    return Behaviors.<Message>setup(
        context ->
            Behaviors.withTimers(
                timers -> new SingletonGuard(context, timers, config, role, paths)));
  }

  /** Where a typed singleton of that name runs. */
  public static String singleton(String name) {
    return "/system/singletonManager" + name + "/" + name;
  }

  /** Where the coordinator of an entity type runs. */
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
   * Whether the singletons belong here: the oldest of the role, with all of the cluster in view.
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

  /** The path when nothing is there. */
  private CompletableFuture<Optional<String>> missing(String path) {
    return Adapter.toClassic(getContext().getSystem())
        .actorSelection(path)
        .resolveOne(answer)
        .handle((here, absent) -> here == null ? Optional.of(path) : Optional.<String>empty())
        .toCompletableFuture();
  }
}
