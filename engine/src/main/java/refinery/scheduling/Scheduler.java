package refinery.scheduling;

import akka.actor.ActorCell;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Adapter;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import refinery.protocol.Actor;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;
import refinery.readmodel.NodeQueries;

/**
 * The scheduler, a cluster singleton: an actor around {@link Ledger}. It stores nothing but the
 * number of its epoch. When it starts it takes a new epoch, reads the live jobs from the read
 * model, waits for the agents' reports, and only then places work. Changes that arrive together are
 * handled by one pass, which sends one message to each node.
 */
public final class Scheduler extends AbstractBehavior<Scheduler.Message> {
  private static final Duration HEARTBEAT = Duration.ofSeconds(1);
  private static final Duration RETRY = Duration.ofSeconds(1);
  private static final int PAGE = 5_000;

  /** What the actor handles: commands from outside, and its own messages. */
  sealed interface Message {}

  private record External(SchedulerCommand command) implements Message {}

  private record EpochRead(long epoch) implements Message {}

  private record PageRead(List<NodeQueries.LiveJob> jobs) implements Message {}

  private record ReadFailed(Throwable cause, Optional<JobId> after) implements Message {}

  private record ReadAgain(Optional<JobId> after) implements Message {}

  private record LoseAnswered(JobId job) implements Message {}

  private enum Timed implements Message {
    TICK,
    HEARTBEAT,
    DOUBT_ENDS
  }

  private final SchedulingConfig config;
  private final NodeQueries queries;
  private final Membership membership;
  private final ListeningClock time;
  private final TimerScheduler<Message> timers;
  private final Ledger ledger;
  private final Hosts hosts;
  private final NodeFigures figures = new NodeFigures();
  private final SchedulerMeters meters;
  private boolean recovered;
  private boolean deadlinePassed;
  private boolean tickPending;
  private boolean pausedInDoubt;
  private Optional<Instant> begun = Optional.empty();

  /** Counts nothing that anybody sees. */
  public static Behavior<SchedulerCommand> create(
      SchedulingConfig config,
      NodeQueries queries,
      BiConsumer<JobId, JobCommand> jobs,
      Membership membership,
      Clock clock) {
    return create(
        config,
        queries,
        jobs,
        membership,
        clock,
        new SchedulerMeters(new CompositeMeterRegistry()));
  }

  /**
   * The behaviour without the singleton around it.
   *
   * @param jobs sends a command to a job entity; must not block
   */
  public static Behavior<SchedulerCommand> create(
      SchedulingConfig config,
      NodeQueries queries,
      BiConsumer<JobId, JobCommand> jobs,
      Membership membership,
      Clock clock,
      SchedulerMeters meters) {
    Behavior<Message> behavior =
        Behaviors.setup(
            context ->
                Behaviors.withTimers(
                    timers ->
                        new Scheduler(
                            context, timers, config, queries, jobs, membership, clock, meters)));
    return Behaviors.transformMessages(
        SchedulerCommand.class,
        behavior,
        builder -> builder.match(SchedulerCommand.class, External::new));
  }

  private Scheduler(
      ActorContext<Message> context,
      TimerScheduler<Message> timers,
      SchedulingConfig config,
      NodeQueries queries,
      BiConsumer<JobId, JobCommand> jobs,
      Membership membership,
      Clock clock,
      SchedulerMeters meters) {
    super(context);
    context.setLoggerName(Scheduler.class);
    this.config = config;
    this.queries = queries;
    this.membership = membership;
    this.time = new ListeningClock(clock, System::nanoTime, HEARTBEAT);
    this.timers = timers;
    this.ledger = new Ledger(config, outbox(context, jobs));
    this.hosts = new Hosts(config.hosts());
    this.meters = meters;
    timers.startTimerWithFixedDelay(Timed.HEARTBEAT, HEARTBEAT);
    readEpoch();
  }

  private static Outbox outbox(ActorContext<Message> context, BiConsumer<JobId, JobCommand> jobs) {
    ActorRef<JobReply> answers =
        context.messageAdapter(JobReply.class, reply -> new LoseAnswered(reply.job()));
    return new Outbox() {
      @Override
      public void toAgent(ActorRef<AgentCommand> agent, AgentCommand command) {
        agent.tell(command);
      }

      @Override
      public void toJob(JobId job, JobCommand command) {
        jobs.accept(job, command);
      }

      @Override
      public void lose(JobId job, int attempt, NodeId node, String reason, LossCause cause) {
        jobs.accept(job, new JobCommand.Lose(attempt, node, reason, cause, Optional.of(answers)));
      }
    };
  }

  private void readEpoch() {
    getContext()
        .pipeToSelf(
            queries.nextSchedulerEpoch(),
            (epoch, failure) ->
                failure == null ? new EpochRead(epoch) : new ReadFailed(failure, Optional.empty()));
  }

  private void readPage(Optional<JobId> after) {
    getContext()
        .pipeToSelf(
            queries.liveJobs(after, PAGE),
            (jobs, failure) ->
                failure == null ? new PageRead(jobs) : new ReadFailed(failure, after));
  }

  @Override
  public Receive<Message> createReceive() {
    return newReceiveBuilder().onAnyMessage(this::onMessage).build();
  }

  private Behavior<Message> onMessage(Message message) {
    switch (message) {
      case External external -> onCommand(external.command(), time.now());
      case EpochRead read -> begin(read.epoch());
      case PageRead page -> onPage(page.jobs());
      case ReadFailed failed -> onReadFailed(failed);
      case ReadAgain again -> readAgain(again.after());
      case LoseAnswered answered -> ledger.loseAnswered(answered.job());
      case Timed timed -> onTimed(timed);
    }
    return this;
  }

  private void begin(long epoch) {
    ledger.begin(epoch);
    begun = Optional.of(time.now());
    pausedInDoubt = false;
    timers.startSingleTimer(Timed.DOUBT_ENDS, config.doubt());
    readPage(Optional.empty());
  }

  private void onReadFailed(ReadFailed failed) {
    getContext()
        .getLog()
        .warn("cannot read the live jobs, trying again in {}", RETRY, failed.cause());
    timers.startSingleTimer(new ReadAgain(failed.after()), RETRY);
  }

  private void readAgain(Optional<JobId> after) {
    if (begun.isEmpty()) {
      readEpoch();
    } else {
      readPage(after);
    }
  }

  private void onPage(List<NodeQueries.LiveJob> jobs) {
    ledger.recover(jobs, time.now());
    if (jobs.size() == PAGE) {
      readPage(Optional.of(jobs.getLast().ticket().job()));
    } else {
      recovered = true;
      endDoubtIfPossible();
    }
  }

  private void onTimed(Timed timed) {
    switch (timed) {
      case TICK -> {
        tickPending = false;
        place(time.now());
        if (ledger.packing().isUnfinished()) {
          changed();
        }
      }
      case HEARTBEAT -> {
        Duration unheard = time.beat();
        if (!unheard.isZero()) {
          getContext()
              .getLog()
              .info("{} s did not count: a pause or a clock that was set", unheard.toSeconds());
          ledger.passOver(unheard);
          pausedInDoubt = true;
        }
        Set<akka.actor.Address> members = membership.members();
        ledger.heartbeat(agent -> members.contains(membership.addressOf(agent.ref)), time.now());
        figures.keep(ledger.agents().keySet());
        endDoubtIfPossible();
        changed();
      }
      case DOUBT_ENDS -> {
        if (pausedInDoubt || time.isLate()) {
          pausedInDoubt = false;
          timers.startSingleTimer(Timed.DOUBT_ENDS, config.doubt());
        } else {
          deadlinePassed = true;
          endDoubtIfPossible();
        }
      }
    }
  }

  private void place(Instant now) {
    long began = System.nanoTime();
    List<Lease> placed = ledger.place(now);
    meters.passed(System.nanoTime() - began, placed, ledger.packing().passes.takeRefused(), now);
    if (Adapter.toClassic(getContext()) instanceof ActorCell cell) {
      meters.waiting(cell.numberOfMessages());
    }
  }

  private void endDoubtIfPossible() {
    if (!recovered || !ledger.inDoubt()) {
      return;
    }
    Set<akka.actor.Address> reported =
        ledger.agents().values().stream()
            .map(agent -> membership.addressOf(agent.ref))
            .collect(Collectors.toSet());
    Set<akka.actor.Address> workers = membership.workers();
    boolean allReported = !workers.isEmpty() && reported.containsAll(workers);
    // A job that its row puts on a node that is no member any more runs nowhere.
    boolean nothingUnknown = ledger.nothingRunsElsewhere() || membership.isSettled();
    if (deadlinePassed || (allReported && nothingUnknown)) {
      ledger.endDoubt(time.now());
      getContext()
          .getLog()
          .info(
              "scheduler epoch {} places work: {} nodes, {} queued, {} assigned",
              ledger.epoch(),
              ledger.agents().size(),
              ledger.packing().queuedCount(),
              ledger.assigned().size());
      changed();
    }
  }

  /**
   * Asks for a pass after the messages that are in the mailbox now, so that one pass handles all of
   * them.
   */
  private void changed() {
    if (tickPending || ledger.inDoubt()) {
      return;
    }
    tickPending = true;
    getContext().getSelf().tell(Timed.TICK);
  }

  private void onCommand(SchedulerCommand command, Instant now) {
    switch (command) {
      case SchedulerCommand.Announce announce -> {
        ledger.announce(announce.ticket(), now);
        changed();
      }
      case SchedulerCommand.Withdraw withdraw -> ledger.withdraw(withdraw.job());
      case SchedulerCommand.StopAttempt stop ->
          ledger.stop(stop.node(), stop.job(), stop.attempt(), stop.reason());
      case SchedulerCommand.Report report -> {
        ledger.report(report, now);
        endDoubtIfPossible();
        changed();
      }
      case SchedulerCommand.Released released -> {
        ledger.released(released, now);
        changed();
      }
      case SchedulerCommand.Drain drain ->
          drain(
              drain.node(),
              Optional.of(new DrainOrder(drain.actor(), now, drain.within().map(now::plus))),
              drain.actor(),
              drain.replyTo(),
              now);
      case SchedulerCommand.Undrain undrain ->
          drain(undrain.node(), Optional.empty(), undrain.actor(), undrain.replyTo(), now);
      case SchedulerCommand.Figures said -> figures.take(said, now);
      case SchedulerCommand.Locate locate -> locate.replyTo().tell(located(locate.jobs()));
      case SchedulerCommand.Question question -> question.replyTo().tell(answer(question, now));
      case SchedulerCommand.AskHost ask -> ask.replyTo().tell(hosts.ask(ask, now));
      case SchedulerCommand.HostAnswered answered -> hosts.answered(answered, now);
      case SchedulerCommand.HostFailed failed -> failed.replyTo().tell(hosts.failed(failed, now));
    }
  }

  private SchedulerReply answer(SchedulerCommand.Question question, Instant now) {
    SchedulerSnapshot snapshot = new SchedulerSnapshot(ledger, hosts, now);
    return switch (question) {
      case SchedulerCommand.Describe all -> new SchedulerReply.Snapshot(snapshot.whole());
      case SchedulerCommand.DescribeNodes nodes ->
          new SchedulerReply.Snapshot(snapshot.nodesWithJobs(figures));
      case SchedulerCommand.DescribeHosts all ->
          new SchedulerReply.Snapshot(snapshot.hosts(figures, begun));
      case SchedulerCommand.Explain explain ->
          new SchedulerReply.Snapshot(snapshot.explain(explain.job()));
      case SchedulerCommand.PreviewDrain preview ->
          new DrainPreview(ledger, figures, config.policy(), now)
              .of(preview.node())
              .<SchedulerReply>map(SchedulerReply.Snapshot::new)
              .orElseGet(() -> new SchedulerReply.UnknownNode(preview.node()));
    };
  }

  private SchedulerReply located(List<JobId> jobs) {
    return new SchedulerReply.Located(
        recovered && !ledger.inDoubt(), jobs.stream().filter(ledger::hasInHand).toList());
  }

  private void drain(
      NodeId node,
      Optional<DrainOrder> order,
      Optional<Actor> actor,
      ActorRef<SchedulerReply> replyTo,
      Instant now) {
    boolean known = ledger.drain(node, order, now);
    if (known) {
      getContext()
          .getLog()
          .info(
              "{} {} by {}",
              node,
              order.isPresent() ? "is drained" : "takes work again",
              actor.map(Actor::name).orElse("nobody who is known"));
    }
    replyTo.tell(known ? new SchedulerReply.Done() : new SchedulerReply.UnknownNode(node));
    changed();
  }
}
