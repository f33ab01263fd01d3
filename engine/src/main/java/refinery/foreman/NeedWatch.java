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
import java.util.Map;
import java.util.function.Consumer;
import refinery.protocol.BatchId;

/**
 * Offers refined artifacts to the batches that wait for them, and gives needs up that nothing will
 * meet. Its cost grows with the number of different needs, not with that of batches. A lost offer
 * is made again, because the batch still waits. When this actor is lost, nothing is lost.
 */
final class NeedWatch extends AbstractBehavior<NeedWatch.Message> {
  /** How long an offer counts as under way; after that it is made again. */
  private static final Duration UNDER_WAY = Duration.ofSeconds(30);

  private static final Duration SOON = Duration.ofMillis(50);

  /** The pause after a look is this many times as long as the look took. */
  private static final int SHARE = 20;

  sealed interface Message {}

  private record Look() implements Message {}

  private record Looked(NeedLook.Found found, Instant begun) implements Message {}

  private record Failed(Throwable why) implements Message {}

  private final NeedLook look;
  private final ForemanConfig.Needs config;
  private final Consumer<Nudge> nudges;
  private final Clock clock;
  private final TimerScheduler<Message> timers;
  private final Map<BatchId, Instant> offered = new HashMap<>();
  private NeedLook.Place place = NeedLook.Place.BEGIN;
  private boolean givingUp;
  private Instant nextGivingUp;

  private NeedWatch(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      ForemanConfig.Needs config,
      Foreman.Surroundings around) {
    super(context);
    context.setLoggerName(NeedWatch.class);
    this.look = new NeedLook(around.queries(), around.sets(), config.maxOffers());
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
        Complaint.about("look for what batches need", failed.why(), getContext().getLog());
        timers.startSingleTimer(new Look(), config.interval());
      }
    }
    return this;
  }

  /**
   * Begins a look. A whole round looks either for offers or for needs to give up, so a change waits
   * for the next round.
   */
  private void begin() {
    Instant now = clock.instant();
    offered.values().removeIf(at -> at.plus(UNDER_WAY).isBefore(now));
    if (place.equals(NeedLook.Place.BEGIN)) {
      givingUp = !now.isBefore(nextGivingUp);
      nextGivingUp = givingUp ? now.plus(config.givingUpInterval()) : nextGivingUp;
    }
    getContext()
        .pipeToSelf(
            givingUp ? look.hopeless(place, now.minus(config.giveUpAfter())) : look.offers(place),
            (found, failure) -> failure == null ? new Looked(found, now) : new Failed(failure));
  }

  /**
   * Sends the nudges of a look and schedules the next: soon if there were any, otherwise after a
   * pause in proportion to the time the look took.
   */
  private void end(Looked looked) {
    Instant now = clock.instant();
    int made = 0;
    for (Nudge nudge : looked.found().nudges()) {
      boolean news = !(nudge instanceof Nudge.Offer offer) || isNews(offer, now);
      if (news) {
        made++;
        nudges.accept(nudge);
      }
    }
    place = looked.found().next();
    Duration share = Duration.between(looked.begun(), now).multipliedBy(SHARE);
    Duration least = place.equals(NeedLook.Place.BEGIN) ? config.interval() : SOON;
    Duration rest = share.compareTo(least) > 0 ? share : least;
    timers.startSingleTimer(new Look(), made > 0 ? SOON : rest);
  }

  private boolean isNews(Nudge.Offer offer, Instant now) {
    return offered.putIfAbsent(offer.batch(), now) == null;
  }
}
