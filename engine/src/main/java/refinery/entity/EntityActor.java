package refinery.entity;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.sharding.typed.javadsl.ClusterSharding;
import akka.persistence.typed.PersistenceId;
import akka.persistence.typed.RecoveryCompleted;
import akka.persistence.typed.SnapshotCompleted;
import akka.persistence.typed.javadsl.CommandHandler;
import akka.persistence.typed.javadsl.EventHandler;
import akka.persistence.typed.javadsl.EventSourcedBehavior;
import akka.persistence.typed.javadsl.SignalHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import refinery.journal.Recorded;

/**
 * The actor of one entity. It persists the events of each decision together with the read row that
 * is true after them, and then performs the effects. Commands that arrive during a write are
 * decided together and written as one group, so that a busy entity needs few writes. An outstanding
 * effect is performed when it becomes outstanding, after each recovery, and again with a back-off
 * of its own until it is settled. An entity with nothing outstanding stops itself: at once when it
 * is settled, otherwise after a minute without a command.
 */
public final class EntityActor<C, E, S, X> extends EventSourcedBehavior<C, Recorded<E>, S> {
  private static final Duration IDLE = Duration.ofMinutes(1);
  private static final Duration FIRST_REPEAT = Duration.ofSeconds(1);
  private static final Duration LAST_REPEAT = Duration.ofSeconds(30);

  /**
   * The longest timer: Akka takes none of more than 248 days, and a wall clock that is set
   * meanwhile is seen after this. A wake that comes too early changes nothing and sets the timer
   * again.
   */
  private static final Duration LONGEST = Duration.ofHours(1);

  /** The most commands that are decided together. */
  private static final int GROUP = 500;

  private static final String REPEAT = "repeat";
  private static final String DUE = "due";

  /**
   * Makes the function that performs effects. That function sends messages; it must not block or
   * throw.
   */
  public interface Performer<C, X> {
    Consumer<X> bind(ActorContext<C> context);
  }

  private final ActorContext<C> context;
  private final TimerScheduler<C> timers;
  private final ActorRef<ClusterSharding.ShardCommand> shard;
  private final String entityId;
  private final Logic<C, E, S, X> logic;
  private final Consumer<X> performer;
  private final Onlooker<E, S> onlooker;
  private final Turnstile<C> turnstile;
  private final long startedNanos = System.nanoTime();
  private final Repeats<X> repeats = new Repeats<>(FIRST_REPEAT, LAST_REPEAT);
  private final Snapshots snapshots;
  private long repeatAt;
  private long snapshotAt;

  private EntityActor(
      PersistenceId persistenceId,
      String entityId,
      ActorContext<C> context,
      TimerScheduler<C> timers,
      ActorRef<ClusterSharding.ShardCommand> shard,
      Turnstile<C> turnstile,
      Logic<C, E, S, X> logic,
      Snapshots snapshots,
      Onlooker<E, S> onlooker,
      Performer<C, X> performer) {
    super(
        persistenceId,
        SupervisorStrategy.restartWithBackoff(Duration.ofMillis(200), Duration.ofSeconds(10), 0.2));
    this.context = context;
    this.timers = timers;
    this.shard = shard;
    this.entityId = entityId;
    this.turnstile = turnstile;
    this.logic = logic;
    this.snapshots = snapshots;
    this.onlooker = onlooker;
    this.performer = performer.bind(context);
  }

  /** An entity without snapshots, which suits those with few events. */
  public static <C, E, S, X> Behavior<C> create(
      PersistenceId persistenceId,
      String entityId,
      ActorRef<ClusterSharding.ShardCommand> shard,
      Class<C> commands,
      Logic<C, E, S, X> logic,
      Performer<C, X> performer) {
    return create(
        persistenceId,
        entityId,
        shard,
        commands,
        logic,
        Snapshots.NONE,
        Onlooker.none(),
        performer);
  }

  public static <C, E, S, X> Behavior<C> create(
      PersistenceId persistenceId,
      String entityId,
      ActorRef<ClusterSharding.ShardCommand> shard,
      Class<C> commands,
      Logic<C, E, S, X> logic,
      Snapshots snapshots,
      Onlooker<E, S> onlooker,
      Performer<C, X> performer) {
    Behavior<Object> entity =
        Behaviors.setup(
            outer -> {
              onlooker.started();
              Turnstile<C> turnstile = new Turnstile<>(commands, onlooker::stopped);
              return Behaviors.intercept(
                  () -> turnstile,
                  inner(
                      persistenceId,
                      entityId,
                      shard,
                      turnstile,
                      logic,
                      snapshots,
                      onlooker,
                      performer));
            });
    String kind = persistenceId.entityTypeHint().toLowerCase(Locale.ROOT);
    return Behaviors.withMdc(Object.class, Map.of(kind, entityId), entity).unsafeCast();
  }

  private static <C, E, S, X> Behavior<C> inner(
      PersistenceId persistenceId,
      String entityId,
      ActorRef<ClusterSharding.ShardCommand> shard,
      Turnstile<C> turnstile,
      Logic<C, E, S, X> logic,
      Snapshots snapshots,
      Onlooker<E, S> onlooker,
      Performer<C, X> performer) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(
                timers -> {
                  context.setReceiveTimeout(IDLE, logic.wake());
                  return new EntityActor<>(
                      persistenceId,
                      entityId,
                      context,
                      timers,
                      shard,
                      turnstile,
                      logic,
                      snapshots,
                      onlooker,
                      performer);
                }));
  }

  @Override
  public S emptyState() {
    return logic.empty(entityId);
  }

  @Override
  public CommandHandler<C, Recorded<E>, S> commandHandler() {
    return newCommandHandlerBuilder().forAnyState().onAnyCommand(this::onCommand);
  }

  private akka.persistence.typed.javadsl.Effect<Recorded<E>, S> onCommand(S state, C command) {
    Decision<E, X> decision = decide(state, command, 0);
    if (decision.events().isEmpty()) {
      return Effect().none().thenRun((S same) -> unchanged(same, command, decision));
    }
    turnstile.close();
    List<X> effects = new ArrayList<>();
    List<Onlooker.Change<E, S>> changes = new ArrayList<>();
    List<Recorded<E>> recorded = decideWaiting(state, decision, effects, changes);
    return Effect()
        .persist(recorded)
        .thenRun(
            (S next) -> {
              turnstile.open();
              onlooker.persisted(changes);
              changed(next, effects);
            });
  }

  private Decision<E, X> decide(S state, C command, int eventsBefore) {
    Moment moment =
        new Moment(
            entityId,
            Instant.now(),
            ThreadLocalRandom.current().nextDouble(),
            lastSequenceNumber(context) + eventsBefore);
    Decision<E, X> decision = logic.decide(state, command, moment);
    repeats.settle(decision.settled());
    return decision;
  }

  /**
   * Decides the waiting commands as if the earlier decisions were written already. All of them are
   * persisted in one transaction, so either all are or none is.
   *
   * @param effects receives the effects of all decisions, in their order
   * @param changes receives what the events change, in their order
   */
  private List<Recorded<E>> decideWaiting(
      S state, Decision<E, X> first, List<X> effects, List<Onlooker.Change<E, S>> changes) {
    List<Recorded<E>> recorded = new ArrayList<>();
    effects.addAll(first.effects());
    S next = record(state, first, recorded, changes);
    for (int i = 1; i < GROUP; i++) {
      Optional<C> waiting = turnstile.takeUnless(logic.wake());
      if (waiting.isEmpty()) {
        break;
      }
      Decision<E, X> decision = decide(next, waiting.get(), recorded.size());
      effects.addAll(decision.effects());
      next = record(next, decision, recorded, changes);
    }
    recorded.set(recorded.size() - 1, new Recorded<>(recorded.getLast().event(), logic.row(next)));
    return recorded;
  }

  private S record(
      S state,
      Decision<E, X> decision,
      List<Recorded<E>> recorded,
      List<Onlooker.Change<E, S>> changes) {
    S next = state;
    for (E event : decision.events()) {
      S before = next;
      next = logic.evolve(before, event);
      recorded.add(new Recorded<>(event, Optional.empty()));
      changes.add(new Onlooker.Change<>(before, event, next));
    }
    return next;
  }

  private void unchanged(S state, C command, Decision<E, X> decision) {
    decision.effects().forEach(this::perform);
    if (command.equals(logic.wake())) {
      List<X> outstanding = logic.outstanding(state);
      repeats.due(outstanding, System.nanoTime()).forEach(this::perform);
      boolean idle = repeats.isDone(outstanding) && logic.wakeAt(state).isEmpty();
      if (idle) {
        passivate();
        return;
      }
    }
    rest(state);
  }

  private void changed(S state, List<X> effects) {
    effects.forEach(this::perform);
    repeats.begun(logic.outstanding(state), System.nanoTime()).forEach(this::perform);
    rest(state);
  }

  /** Sets the timers that the state needs, or stops the actor when it needs nothing. */
  private void rest(S state) {
    boolean awaited = arm(state);
    if (!awaited && logic.isSettled(state)) {
      passivate();
    }
  }

  /**
   * Sets the timers that the state needs, but does not stop the actor. Used after recovery, when
   * the command for which the entity was started is still to come.
   *
   * @return true when something is outstanding or due
   */
  private boolean arm(S state) {
    Optional<Duration> repeat = repeats.next(logic.outstanding(state), System.nanoTime());
    repeat.ifPresentOrElse(this::repeatIn, () -> timers.cancel(REPEAT));
    Optional<Instant> due = logic.wakeAt(state);
    due.ifPresentOrElse(
        at -> {
          Duration delay = Duration.between(Instant.now(), at).plusMillis(1);
          Duration least = delay.isPositive() ? delay : Duration.ofMillis(1);
          timers.startSingleTimer(
              DUE, logic.wake(), least.compareTo(LONGEST) < 0 ? least : LONGEST);
        },
        () -> timers.cancel(DUE));
    return repeat.isPresent() || due.isPresent();
  }

  /**
   * Sets the timer for repeats, unless an earlier one is set. That one finds nothing to repeat and
   * sets the next.
   */
  private void repeatIn(Duration delay) {
    long at = System.nanoTime() + delay.toNanos();
    if (!timers.isTimerActive(REPEAT) || at - repeatAt < 0) {
      repeatAt = at;
      timers.startSingleTimer(REPEAT, logic.wake(), delay);
    }
  }

  private void perform(X effect) {
    performer.accept(effect);
  }

  /** Stops the actor, unless commands wait at the turnstile, which would be lost with it. */
  private void passivate() {
    if (turnstile.isEmpty()) {
      shard.tell(new ClusterSharding.Passivate<>(context.getSelf()));
    }
  }

  @Override
  public EventHandler<S, Recorded<E>> eventHandler() {
    return (state, recorded) -> logic.evolve(state, recorded.event());
  }

  @Override
  public String snapshotPluginId() {
    return snapshots.plugin();
  }

  @Override
  public boolean shouldSnapshot(S state, Recorded<E> event, long sequenceNumber) {
    return snapshots.isDue(sequenceNumber, sequenceNumber - snapshotAt, logic.isSettled(state));
  }

  @Override
  public SignalHandler<S> signalHandler() {
    return newSignalHandlerBuilder()
        .onSignal(
            SnapshotCompleted.class,
            (state, done) -> snapshotAt = done.getSnapshotMetadata().sequenceNr())
        .onSignal(
            RecoveryCompleted.instance(),
            state -> {
              snapshotAt = lastSequenceNumber(context);
              onlooker.recovered(System.nanoTime() - startedNanos);
              repeats.begun(logic.outstanding(state), System.nanoTime()).forEach(this::perform);
              arm(state);
              turnstile.open();
            })
        .build();
  }
}
