package refinery.foreman;

import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import refinery.protocol.BatchId;

/**
 * Offers what has been refined to the batches that wait for it, and gives up what nothing brings.
 * Its cost follows the number of different needs, not that of the batches. An offer that is lost is
 * made again: a batch that took one waits no more. Losing this actor loses nothing.
 */
final class NeedWatch extends AbstractBehavior<NeedWatch.Message> {
  /** An offer is on its way for so long; then the batch is offered it again. */
  private static final Duration UNDER_WAY = Duration.ofSeconds(30);

  private static final Duration SOON = Duration.ofMillis(50);

  /** A look may take one part in so many of the time. */
  private static final int SHARE = 20;

  sealed interface Message {}

  private record Look() implements Message {}

  private record Looked(List<Nudge> nudges, Instant begun) implements Message {}

  private record Failed(String reason) implements Message {}

  private final NeedLook look;
  private final ForemanConfig.Needs config;
  private final Consumer<Nudge> nudges;
  private final Clock clock;
  private final TimerScheduler<Message> timers;
  private final Map<BatchId, Instant> offered = new HashMap<>();
  private Instant nextGivingUp;

  private NeedWatch(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      ForemanConfig.Needs config,
      Foreman.Surroundings around) {
    super(context);
    context.setLoggerName(NeedWatch.class);
    this.look = new NeedLook(around.queries(), config.maxOffers());
    this.config = config;
    this.nudges = around.nudges();
    this.clock = around.clock();
    this.timers = timers;
    this.nextGivingUp = clock.instant().plus(config.givingUpInterval());
    context.getSelf().tell(new Look());
  }

  static Behavior<Message> create(ForemanConfig.Needs config, Foreman.Surroundings around) {
    return Behaviors.setup(
        context -> Behaviors.withTimers(timers -> new NeedWatch(context, timers, config, around)));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Look again -> begin();
      case Looked looked -> end(looked);
      case Failed failed -> {
        getContext().getLog().warn("cannot look for what batches need: {}", failed.reason());
        timers.startSingleTimer(new Look(), config.interval());
      }
    }
    return this;
  }

  private void begin() {
    Instant now = clock.instant();
    offered.values().removeIf(at -> at.plus(UNDER_WAY).isBefore(now));
    boolean givingUp = !now.isBefore(nextGivingUp);
    if (givingUp) {
      nextGivingUp = now.plus(config.givingUpInterval());
    }
    getContext()
        .pipeToSelf(
            givingUp ? look.hopeless(now.minus(config.giveUpAfter())) : look.offers(),
            (found, failure) ->
                failure == null
                    ? new Looked(found, now)
                    : new Failed(String.valueOf(failure.getMessage())));
  }

  private void end(Looked looked) {
    Instant now = clock.instant();
    int made = 0;
    for (Nudge nudge : looked.nudges()) {
      boolean news = !(nudge instanceof Nudge.Offer offer) || isNews(offer, now);
      if (news) {
        made++;
        nudges.accept(nudge);
      }
    }
    Duration took = Duration.between(looked.begun(), now).multipliedBy(SHARE);
    Duration rest = took.compareTo(config.interval()) > 0 ? took : config.interval();
    timers.startSingleTimer(new Look(), made > 0 ? SOON : rest);
  }

  private boolean isNews(Nudge.Offer offer, Instant now) {
    return offered.putIfAbsent(offer.batch(), now) == null;
  }
}
