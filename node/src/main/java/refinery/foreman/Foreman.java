package refinery.foreman;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import refinery.readmodel.NodeQueries;

/**
 * A cluster singleton that wakes entities whose rows say that something is outstanding: all of them
 * when it starts (after a restart of everything nobody else would), later those that have not moved
 * for a while, which a healthy system does not have. Entities repeat what is outstanding; waking
 * one twice does no harm.
 */
public final class Foreman extends AbstractBehavior<Foreman.Command> {
  private static final int PAGE = 500;
  private static final Duration ROUND = Duration.ofSeconds(30);
  private static final Duration UNMOVED = Duration.ofSeconds(60);

  /** What the foreman tells itself. */
  public sealed interface Command {
    record Look() implements Command {}

    record Found(Duration age, List<String> persistenceIds) implements Command {}

    record Failed(String reason) implements Command {}
  }

  private final NodeQueries queries;
  private final Consumer<String> wake;
  private boolean first = true;
  private long woken;

  private Foreman(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      NodeQueries queries,
      Consumer<String> wake) {
    super(context);
    this.queries = queries;
    this.wake = wake;
    timers.startTimerWithFixedDelay(new Command.Look(), ROUND);
    context.getSelf().tell(new Command.Look());
  }

  /**
   * @param wake wakes the entity with this persistence id, {@code Job|job-...}
   */
  public static Behavior<Command> create(NodeQueries queries, Consumer<String> wake) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new Foreman(context, timers, queries, wake)));
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(
            Command.Look.class,
            look -> {
              page(first ? Duration.ZERO : UNMOVED, Optional.empty());
              return this;
            })
        .onMessage(Command.Found.class, this::found)
        .onMessage(
            Command.Failed.class,
            failed -> {
              getContext().getLog().warn("cannot look for idle entities: {}", failed.reason());
              return this;
            })
        .build();
  }

  private void page(Duration age, Optional<String> after) {
    getContext()
        .pipeToSelf(
            queries.openEntities(age, after, PAGE),
            (ids, failure) ->
                failure == null
                    ? new Command.Found(age, ids)
                    : new Command.Failed(String.valueOf(failure.getMessage())));
  }

  private Behavior<Command> found(Command.Found found) {
    found.persistenceIds().forEach(wake);
    if (!first && !found.persistenceIds().isEmpty()) {
      woken += found.persistenceIds().size();
      getContext()
          .getLog()
          .warn(
              "woke {} entities that had not moved for {} s ({} since the start), e.g. {}",
              found.persistenceIds().size(),
              UNMOVED.toSeconds(),
              woken,
              found.persistenceIds().getFirst());
    }
    if (found.persistenceIds().size() == PAGE) {
      page(found.age(), Optional.of(found.persistenceIds().getLast()));
    } else {
      first = false;
    }
    return this;
  }
}
