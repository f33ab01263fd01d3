package refinery.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import refinery.protocol.query.ReadModel;
import refinery.protocol.query.ReadModel.RecordedEvent;

/**
 * Polls the journal once for all readers of the event stream.
 *
 * <p>Each reader asks for the events after its cursor and gets at most a page, so one that does not
 * ask costs nothing. The newest events are kept in memory for all. A reader that has fallen behind
 * them reads from the database, one such query at a time. Nothing is polled while nobody waits.
 */
final class EventFeed extends AbstractBehavior<EventFeed.Command> {
  private static final int PAGE = 200;

  sealed interface Command {}

  /**
   * Asks for the events after a cursor; the answer is empty if none comes before the heartbeat is
   * due.
   */
  record Next(long cursor, ActorRef<News> replyTo) implements Command {}

  record News(long cursor, List<RecordedEvent> events) {}

  private record Polled(List<RecordedEvent> events) implements Command {}

  private record CaughtUp(Next asked, List<RecordedEvent> events) implements Command {}

  private record PollFailed() implements Command {}

  private record Tick() implements Command {}

  private record Waiting(Next asked, long deadline) {}

  private final ReadModel readModel;
  private final HttpConfig.Events config;
  private final Deque<RecordedEvent> newest = new ArrayDeque<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private final Queue<Next> behind = new ArrayDeque<>();
  private boolean catchingUp;
  private boolean polling;

  /**
   * {@code newest} holds every event after {@code floor} up to {@code head}; both are -1 before the
   * first reader.
   */
  private long floor = -1;

  private long head = -1;

  static Behavior<Command> create(ReadModel readModel, HttpConfig.Events config) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new EventFeed(context, timers, readModel, config)));
  }

  private EventFeed(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      ReadModel readModel,
      HttpConfig.Events config) {
    super(context);
    this.readModel = readModel;
    this.config = config;
    Duration poll = config.poll();
    timers.startTimerWithFixedDelay(new Tick(), poll);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Next.class, this::onNext)
        .onMessage(Tick.class, tick -> onTick())
        .onMessage(Polled.class, this::onPolled)
        .onMessage(CaughtUp.class, this::onCaughtUp)
        .onMessage(PollFailed.class, failed -> onPollFailed())
        .build();
  }

  private Behavior<Command> onNext(Next asked) {
    boolean idle = waiting.isEmpty() && !polling;
    if (idle && asked.cursor() > head) {
      newest.clear();
      floor = asked.cursor();
      head = asked.cursor();
    }
    if (asked.cursor() >= head) {
      waiting.add(new Waiting(asked, System.nanoTime() + config.heartbeat().toNanos()));
    } else if (asked.cursor() >= floor) {
      reply(asked, after(asked.cursor()));
    } else {
      behind.add(asked);
      catchUp();
    }
    return this;
  }

  private List<RecordedEvent> after(long cursor) {
    return newest.stream().filter(event -> event.ordering() > cursor).limit(PAGE).toList();
  }

  private void catchUp() {
    if (catchingUp || behind.isEmpty()) {
      return;
    }
    catchingUp = true;
    Next asked = behind.remove();
    getContext()
        .pipeToSelf(
            readModel.events(asked.cursor(), PAGE),
            (events, error) -> new CaughtUp(asked, error == null ? events : List.of()));
  }

  /**
   * An empty page means that the database failed, or that the rest is in memory: the reader asks
   * again after an empty answer.
   */
  private Behavior<Command> onCaughtUp(CaughtUp page) {
    catchingUp = false;
    if (page.events().isEmpty()) {
      waiting.add(new Waiting(page.asked(), System.nanoTime() + config.poll().toNanos()));
    } else {
      reply(page.asked(), page.events());
    }
    catchUp();
    return this;
  }

  private Behavior<Command> onTick() {
    long now = System.nanoTime();
    for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
      Waiting reader = all.next();
      if (reader.deadline() - now <= 0) {
        all.remove();
        reply(reader.asked(), List.of());
      }
    }
    poll();
    return this;
  }

  private void poll() {
    if (polling || waiting.isEmpty()) {
      return;
    }
    polling = true;
    getContext()
        .pipeToSelf(
            readModel.events(head, PAGE),
            (events, error) -> error == null ? new Polled(events) : new PollFailed());
  }

  private Behavior<Command> onPollFailed() {
    polling = false;
    return this;
  }

  private Behavior<Command> onPolled(Polled polled) {
    polling = false;
    for (RecordedEvent event : polled.events()) {
      newest.addLast(event);
      head = event.ordering();
      if (newest.size() > config.buffer()) {
        floor = newest.removeFirst().ordering();
      }
    }
    List<Waiting> all = List.copyOf(waiting);
    waiting.clear();
    for (Waiting reader : all) {
      List<RecordedEvent> events = after(reader.asked().cursor());
      if (events.isEmpty() || reader.asked().cursor() < floor) {
        waiting.add(reader);
      } else {
        reply(reader.asked(), events);
      }
    }
    if (polled.events().size() == PAGE) {
      poll();
    }
    return this;
  }

  private static void reply(Next asked, List<RecordedEvent> events) {
    long cursor = events.isEmpty() ? asked.cursor() : events.getLast().ordering();
    asked.replyTo().tell(new News(cursor, events));
  }
}
