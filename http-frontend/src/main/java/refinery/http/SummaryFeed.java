package refinery.http;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.util.ByteString;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Json;
import refinery.protocol.query.OverviewQueries;
import refinery.protocol.query.OverviewQueries.Changes;

/**
 * Tells all dashboards of this node what changed: at most one message each quarter of a second,
 * made once for all of them, by one query that reads no event's payload. Nothing is asked while
 * nobody waits. The last messages are kept for readers that come back; one that missed more is told
 * so, and then reads everything again.
 */
final class SummaryFeed extends AbstractBehavior<SummaryFeed.Command> {
  /** Least time between two messages. */
  static final Duration PACE = Duration.ofMillis(250);

  /** Ids in one message; of more it says only that there are. */
  static final int MOST_IDS = 200;

  private static final int MOST_EVENTS = 5_000;
  private static final int KEPT = 500;

  sealed interface Command {}

  /** Asks for what came after a cursor; a beat is the answer if nothing does in time. */
  record Next(long cursor, ActorRef<News> replyTo) implements Command {}

  record News(long cursor, ByteString bytes) {}

  /** The next changes, and the surveys that they are of. */
  private record Found(Changes changes, List<String> surveys) {
    boolean moreEntities() {
      return changes.entities().size() > MOST_IDS;
    }

    boolean moreSurveys() {
      return moreEntities() || surveys.size() > MOST_IDS;
    }

    static Found nothing(long cursor) {
      return new Found(new Changes(cursor, 0, List.of()), List.of());
    }
  }

  private record Asked(Optional<Found> found) implements Command {}

  private record Tick() implements Command {}

  private record Waiting(Next asked, long deadline) {}

  /**
   * @param from the cursor before it
   */
  private record Message(long from, long to, ByteString bytes) {}

  private final OverviewQueries queries;
  private final Duration heartbeat;
  private final Deque<Message> kept = new ArrayDeque<>();
  private final List<Waiting> waiting = new ArrayList<>();
  private boolean asking;

  /** All before it was told or is not known; -1 before the first reader. */
  private long head = -1;

  static Behavior<Command> create(OverviewQueries queries, Duration heartbeat) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new SummaryFeed(context, timers, queries, heartbeat)));
  }

  private SummaryFeed(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      OverviewQueries queries,
      Duration heartbeat) {
    super(context);
    this.queries = queries;
    this.heartbeat = heartbeat;
    timers.startTimerWithFixedDelay(new Tick(), PACE);
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(Next.class, this::onNext)
        .onMessage(Tick.class, tick -> onTick())
        .onMessage(Asked.class, this::onAsked)
        .build();
  }

  private Behavior<Command> onNext(Next asked) {
    if (waiting.isEmpty() && !asking && asked.cursor() > head) {
      kept.clear();
      head = asked.cursor();
    }
    if (asked.cursor() >= head) {
      waiting.add(new Waiting(asked, System.nanoTime() + heartbeat.toNanos()));
    } else {
      asked.replyTo().tell(new News(head, missed(asked.cursor())));
    }
    return this;
  }

  /** What was told after this cursor, or that it is not known any more. */
  private ByteString missed(long cursor) {
    if (kept.isEmpty() || kept.getFirst().from() > cursor) {
      return message(body(Found.nothing(head)).put("more", true).put("more_surveys", true));
    }
    return kept.stream()
        .filter(message -> message.to() > cursor)
        .map(Message::bytes)
        .reduce(ByteString.emptyByteString(), ByteString::concat);
  }

  private Behavior<Command> onTick() {
    long now = System.nanoTime();
    for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
      Waiting reader = all.next();
      if (reader.deadline() - now <= 0) {
        all.remove();
        long cursor = reader.asked().cursor();
        ByteString beat = ByteString.fromString(beat(cursor, heartbeat));
        reader.asked().replyTo().tell(new News(cursor, beat));
      }
    }
    if (!asking && !waiting.isEmpty()) {
      asking = true;
      getContext()
          .pipeToSelf(
              queries.changes(head, MOST_EVENTS).thenCompose(this::withSurveys),
              (found, error) -> new Asked(Optional.ofNullable(found)));
    }
    return this;
  }

  private CompletionStage<Found> withSurveys(Changes changes) {
    List<String> ids = changes.entities().stream().limit(MOST_IDS).toList();
    return ids.isEmpty()
        ? CompletableFuture.completedFuture(new Found(changes, List.of()))
        : queries.surveysOf(ids, MOST_IDS + 1).thenApply(surveys -> new Found(changes, surveys));
  }

  private Behavior<Command> onAsked(Asked asked) {
    asking = false;
    asked.found().filter(found -> found.changes().cursor() > head).ifPresent(this::tell);
    return this;
  }

  private void tell(Found found) {
    Changes changes = found.changes();
    ByteString bytes = message(body(found));
    kept.addLast(new Message(head, changes.cursor(), bytes));
    if (kept.size() > KEPT) {
      kept.removeFirst();
    }
    head = changes.cursor();
    for (Iterator<Waiting> all = waiting.iterator(); all.hasNext(); ) {
      Next reader = all.next().asked();
      if (reader.cursor() < head) {
        all.remove();
        reader.replyTo().tell(new News(head, bytes));
      }
    }
  }

  /**
   * The data of a stream's first message, so that its reader knows where it is, and of one in each
   * silence: a message, as browsers show no comments to their pages. It says how long a silence may
   * be.
   */
  static String beat(long cursor, Duration heartbeat) {
    ObjectNode body = body(Found.nothing(cursor));
    return data(body.put("heartbeat_seconds", heartbeat.toMillis() / 1_000.0)).utf8String();
  }

  private static ByteString message(ObjectNode body) {
    return ByteString.fromString("id: " + body.path("cursor") + "\n").concat(data(body));
  }

  private static ObjectNode body(Found found) {
    Changes changes = found.changes();
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("cursor", changes.cursor()).put("events", changes.events());
    body.put("more", found.moreEntities()).put("more_surveys", found.moreSurveys());
    ArrayNode changed = body.putArray("changed");
    changes.entities().stream().limit(MOST_IDS).forEach(changed::add);
    ArrayNode of = body.putArray("surveys");
    found.surveys().stream().limit(MOST_IDS).forEach(of::add);
    return body;
  }

  private static ByteString data(ObjectNode body) {
    return ByteString.fromString("data: ")
        .concat(Responses.bytes(body))
        .concat(ByteString.fromString("\n\n"));
  }
}
