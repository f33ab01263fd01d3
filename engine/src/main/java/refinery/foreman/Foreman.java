package refinery.foreman;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import akka.cluster.ClusterEvent.MemberEvent;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import refinery.inputs.Sets;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.foreman.ForemanCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;
import refinery.readmodel.NodeQueries;
import refinery.readmodel.NodeQueries.Unsettled;

/**
 * A cluster singleton that pages through all unsettled entities and nudges those that nobody moves,
 * by {@link Rules}. Queued jobs that the scheduler knows are never woken. While the cluster settles
 * after a start or a change of members, every entity with something outstanding is woken, because
 * its actor may be gone. A needless nudge does no harm, since the entity decides. When this actor
 * is lost, only its counts are lost.
 */
public final class Foreman extends AbstractBehavior<Foreman.Message> {
  private static final List<EntityKind> KINDS = List.of(EntityKind.values()).reversed();
  private static final Duration PACE = Duration.ofMillis(100);

  /** The pause between two looks for raw data of failed batches that was kept long enough. */
  private static final Duration EXPIRY = Duration.ofMinutes(10);

  /** Everything outside that the foreman uses. */
  public record Surroundings(
      NodeQueries queries,
      Sets sets,
      ActorRef<SchedulerCommand> scheduler,
      Consumer<Nudge> nudges,
      Consumer<ActorRef<MemberEvent>> subscribe,
      Clock clock) {}

  /** What the actor handles: questions from outside, and its own messages. */
  sealed interface Message {}

  private record Asked(ForemanCommand command) implements Message {}

  private record MembersChanged() implements Message {}

  private record Look() implements Message {}

  private record Page(int kind, Optional<String> after) implements Message {}

  private record Rows(int kind, List<Unsettled> rows) implements Message {}

  private record Located(int kind, List<Unsettled> rows, Optional<Set<JobId>> inHand)
      implements Message {}

  private record Expired(List<BatchId> batches, Instant failedBefore) implements Message {}

  private record NotExpired(Throwable why) implements Message {}

  private record Failed(Throwable why) implements Message {}

  private final ForemanConfig config;
  private final Surroundings around;
  private final TimerScheduler<Message> timers;
  private final Tally tally;
  private final Suspects suspects;
  private Instant settledAt;
  private Instant nextExpiry;
  private long look;
  private int nudged;

  private Foreman(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      ForemanConfig config,
      Surroundings around) {
    super(context);
    context.setLoggerName(Foreman.class);
    this.config = config;
    this.around = around;
    this.timers = timers;
    this.tally = new Tally(around.clock().instant());
    this.suspects = new Suspects(10 * config.maxNudges(), config.stands());
    this.settledAt = around.clock().instant().plus(config.settling());
    this.nextExpiry = settledAt;
    around
        .subscribe()
        .accept(context.messageAdapter(MemberEvent.class, event -> new MembersChanged()));
    context.spawn(NeedWatch.create(config.needs(), around), "needs");
    context.getSelf().tell(new Look());
  }

  public static Behavior<ForemanCommand> create(ForemanConfig config, Surroundings around) {
    Behavior<Message> behavior =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(timers -> new Foreman(context, timers, config, around)));
    return Behaviors.transformMessages(
        ForemanCommand.class, behavior, builder -> builder.match(ForemanCommand.class, Asked::new));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<Message> onMessage(Message message) {
    switch (message) {
      case Asked asked -> {
        if (asked.command() instanceof ForemanCommand.Describe describe) {
          describe.replyTo().tell(new ForemanCommand.Report(tally.json(suspects.size())));
        }
      }
      case MembersChanged changed -> settledAt = now().plus(config.settling());
      case Look next -> beginLook();
      case Page page -> read(page.kind(), page.after());
      case Rows rows -> locate(rows);
      case Located located -> judge(located);
      case Expired expired ->
          expired
              .batches()
              .forEach(
                  batch ->
                      around
                          .nudges()
                          .accept(new Nudge.LetRawDataGo(batch, expired.failedBefore())));
      case NotExpired not -> {
        Complaint.about(
            "look for raw data that was kept long enough", not.why(), getContext().getLog());
        nextExpiry = now();
      }
      case Failed failed -> {
        Complaint.about("look for what nobody moves", failed.why(), getContext().getLog());
        timers.startSingleTimer(new Look(), config.interval());
      }
    }
    return this;
  }

  private Instant now() {
    return around.clock().instant();
  }

  private void beginLook() {
    look++;
    nudged = 0;
    tally.begin(now());
    if (!now().isBefore(nextExpiry)) {
      nextExpiry = now().plus(EXPIRY);
      expire(now().minus(config.keepFailed()));
    }
    read(0, Optional.empty());
  }

  private void expire(Instant failedBefore) {
    getContext()
        .pipeToSelf(
            around.queries().failedWithRawData(failedBefore, config.maxNudges()),
            (batches, failure) ->
                failure == null ? new Expired(batches, failedBefore) : new NotExpired(failure));
  }

  private void read(int kind, Optional<String> after) {
    getContext()
        .pipeToSelf(
            around.queries().unsettled(KINDS.get(kind), after, config.pageSize()),
            (rows, failure) -> failure == null ? new Rows(kind, rows) : new Failed(failure));
  }

  /**
   * Asks the scheduler about the jobs of a page that was read before. A job that moves in between
   * looks lost in one look, which is not enough to nudge it.
   */
  private void locate(Rows page) {
    List<JobId> jobs =
        page.rows().stream()
            .filter(row -> row.kind() == EntityKind.JOB)
            .map(row -> JobId.of(row.id()))
            .toList();
    if (jobs.isEmpty()) {
      judge(new Located(page.kind(), page.rows(), Optional.of(Set.of())));
      return;
    }
    getContext()
        .ask(
            SchedulerReply.class,
            around.scheduler(),
            config.askTimeout(),
            (ActorRef<SchedulerReply> replyTo) -> new SchedulerCommand.Locate(jobs, replyTo),
            (reply, failure) -> new Located(page.kind(), page.rows(), inHand(reply)));
  }

  private static Optional<Set<JobId>> inHand(SchedulerReply reply) {
    return reply instanceof SchedulerReply.Located located && located.settled()
        ? Optional.of(new HashSet<>(located.known()))
        : Optional.empty();
  }

  private void judge(Located page) {
    Instant now = now();
    boolean settling = now.isBefore(settledAt);
    boolean woke = false;
    if (page.inHand().isEmpty()) {
      tally.unanswered();
    }
    for (Unsettled row : page.rows()) {
      Optional<Plight> plight = Rules.plight(row, page.inHand(), config);
      if (settling && row.open()) {
        woke = true;
        tally.resumed();
        around.nudges().accept(new Nudge.Wake(row.kind(), row.id()));
      } else if (plight.isPresent()
          && nudged < config.maxNudges()
          && suspects.confirms(row, plight.get(), now, look)) {
        nudge(row, plight.get());
      }
    }
    tally.looked(page.rows().size());
    next(page, woke);
  }

  private void nudge(Unsettled row, Plight plight) {
    nudged++;
    tally.moved(plight, row, now());
    getContext()
        .getLog()
        .warn(
            "nobody moved {} ({}, {}, unchanged for {} s): nudged",
            row.id(),
            plight.word(),
            row.state(),
            row.age().toSeconds());
    around.nudges().accept(Rules.nudge(row, plight));
  }

  /**
   * Goes on to the next page, after a short pause if entities were woken, so that their recoveries
   * do not hold up other work.
   */
  private void next(Located page, boolean woke) {
    if (page.rows().size() == config.pageSize()) {
      Page following = new Page(page.kind(), Optional.of(page.rows().getLast().id()));
      timers.startSingleTimer(following, woke ? PACE : Duration.ofMillis(1));
    } else if (page.kind() + 1 < KINDS.size()) {
      read(page.kind() + 1, Optional.empty());
    } else {
      suspects.endLook(look);
      tally.end(now());
      timers.startSingleTimer(new Look(), config.interval());
    }
  }
}
