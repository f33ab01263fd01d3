package refinery.readmodel;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/**
 * Keeps the rows that batches are searched by up to date: looks every second, and takes at most
 * half of one thread while there is work. Every node may run one; when it is lost, nothing is lost.
 */
public final class SearchIndexer extends AbstractBehavior<SearchIndexer.Message> {
  private static final Duration INTERVAL = Duration.ofSeconds(1);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  /** What it tells itself. */
  public sealed interface Message {}

  private record Look() implements Message {}

  private record Made(int rows, Instant begun) implements Message {}

  private record Failed(Throwable why) implements Message {}

  private final SearchIndex index;
  private final Clock clock;
  private final TimerScheduler<Message> timers;
  private boolean begun;

  private SearchIndexer(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      SearchIndex index,
      Clock clock) {
    super(context);
    context.setLoggerName(SearchIndexer.class);
    this.index = index;
    this.clock = clock;
    this.timers = timers;
    context.getSelf().tell(new Look());
  }

  public static Behavior<Message> create(SearchIndex index, Clock clock) {
    return Behaviors.setup(
        context ->
            Behaviors.withTimers(timers -> new SearchIndexer(context, timers, index, clock)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Look look -> {
        Instant now = clock.instant();
        CompletionStage<Integer> rows = begun ? index.next() : index.begin();
        getContext()
            .pipeToSelf(
                rows,
                (made, failure) -> failure == null ? new Made(made, now) : new Failed(failure));
      }
      case Made made -> {
        boolean more = made.rows() > 0 || !begun;
        begun = true;
        Duration took = Duration.between(made.begun(), clock.instant());
        timers.startSingleTimer(new Look(), more ? took : INTERVAL);
      }
      case Failed failed -> {
        if (!(failed.why() instanceof SqlExecutor.StoppingException)) {
          getContext()
              .getLog()
              .warn("cannot index batches for search: {}", failed.why().toString());
        }
        timers.startSingleTimer(new Look(), AFTER_FAILURE);
      }
    }
    return this;
  }
}
