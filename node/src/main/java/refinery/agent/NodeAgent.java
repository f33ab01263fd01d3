package refinery.agent;

import akka.Done;
import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.PreRestart;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.AgentReply;
import refinery.protocol.scheduling.AgentCommand.Assign;
import refinery.protocol.scheduling.AgentCommand.Assignment;
import refinery.protocol.scheduling.AgentCommand.Describe;
import refinery.protocol.scheduling.AgentCommand.ReadLog;
import refinery.protocol.scheduling.AgentCommand.SetDraining;
import refinery.protocol.scheduling.AgentCommand.Stop;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.Held;

/**
 * The one actor that owns this node's work: takes assignments, asks each job for leave to start,
 * has attempts run by the {@link Workshop}, frees their resources, and tells each job the end until
 * the job has understood. Nothing here survives a crash: jobs and scheduler know that from the next
 * incarnation, and {@link PreviousLife} sweeps.
 */
public final class NodeAgent extends AbstractBehavior<AgentCommand> {
  private static final int LOG_LIMIT = 1 << 20;
  private static final String DRAINED = "drained";

  private record FromJob(JobReply reply) implements AgentCommand {}

  private record Ended(Slot.Key key, Outcome outcome) implements AgentCommand {}

  private record Beat() implements AgentCommand {}

  private record SendReleased() implements AgentCommand {}

  private record Swept(Workshop by, List<Logbook.Unfinished> unfinished, Optional<String> problem)
      implements AgentCommand {}

  private record ToolsKnown(Map<String, String> versions) implements AgentCommand {}

  private record DiskSeen(Workshop.DiskState state) implements AgentCommand {}

  private record DiskUnseen(String problem) implements AgentCommand {}

  /** Hands everything back and answers when nothing is held any more. */
  record Leave(ActorRef<Done> replyTo) implements AgentCommand {}

  private final AgentSetup setup;
  private final AgentConfig config;
  private final Workshop workshop;
  private final Ledger ledger = new Ledger();
  private final ActorRef<JobReply> jobReplies;
  private final Reports reports;
  private final List<ActorRef<Done>> leaving = new ArrayList<>();
  private Workshop.DiskState disk;
  private Map<String, String> tools = Map.of();
  private Resources largestNode = Resources.NONE;
  private Optional<LastLife> lastLife = Optional.empty();
  private boolean swept;
  private boolean draining;

  /**
   * Starts by ending the node's previous life; only then it reports to the scheduler. An agent that
   * failed begins a new life in the same JVM: a new incarnation, once what its last one ran is
   * over.
   */
  public static Behavior<AgentCommand> create(AgentSetup setup) {
    AtomicReference<Workshop> last = new AtomicReference<>();
    return Behaviors.supervise(
            Behaviors.<AgentCommand>setup(
                context -> Behaviors.withTimers(timers -> begin(context, timers, setup, last))))
        .onFailure(
            SupervisorStrategy.restartWithBackoff(
                Duration.ofMillis(500), Duration.ofSeconds(30), 0.2));
  }

  private static NodeAgent begin(
      ActorContext<AgentCommand> context,
      TimerScheduler<AgentCommand> timers,
      AgentSetup setup,
      AtomicReference<Workshop> last) {
    Optional<Workshop> before = Optional.ofNullable(last.get());
    NodeAgent agent =
        new NodeAgent(context, timers, before.isEmpty() ? setup : setup.again(), before);
    last.set(agent.workshop);
    return agent;
  }

  private NodeAgent(
      ActorContext<AgentCommand> context,
      TimerScheduler<AgentCommand> timers,
      AgentSetup setup,
      Optional<Workshop> before) {
    super(context);
    this.setup = setup;
    config = setup.config();
    workshop = new Workshop(setup.directory(), setup.scratch(), config, setup.runners());
    disk = workshop.diskNow(List.of());
    jobReplies = context.messageAdapter(JobReply.class, FromJob::new);
    reports = new Reports(setup, context.getSelf());
    context.pipeToSelf(
        workshop.endPreviousLife(before),
        (unfinished, failure) ->
            failure == null
                ? new Swept(workshop, unfinished, Optional.empty())
                : new Swept(workshop, List.of(), Optional.of(failure.getMessage())));
    timers.startTimerWithFixedDelay(new Beat(), config.heartbeat());
    context.getLog().info("node {} starts processes by {}", id(), workshop.launcherDescription());
  }

  private String id() {
    return setup.identity().id().value();
  }

  @Override
  public Receive<AgentCommand> createReceive() {
    return newReceiveBuilder()
        .onMessage(Assign.class, this::onAssign)
        .onMessage(FromJob.class, message -> onJobReply(message.reply()))
        .onMessage(Ended.class, this::onEnded)
        .onMessage(SendReleased.class, message -> sendReleased())
        .onMessage(Beat.class, message -> onBeat())
        .onMessage(Stop.class, this::onStop)
        .onMessage(SetDraining.class, message -> onSetDraining(message.draining()))
        .onMessage(Leave.class, this::onLeave)
        .onMessage(Swept.class, this::onSwept)
        .onMessage(ToolsKnown.class, this::onToolsKnown)
        .onMessage(DiskSeen.class, message -> onDiskSeen(message.state()))
        .onMessage(DiskUnseen.class, this::onDiskUnseen)
        .onMessage(ReadLog.class, this::onReadLog)
        .onMessage(Describe.class, this::onDescribe)
        .onSignal(PostStop.class, signal -> onEnd())
        .onSignal(PreRestart.class, signal -> onEnd())
        .build();
  }

  private Behavior<AgentCommand> onAssign(Assign assign) {
    largestNode = assign.largestNode();
    boolean closed = !swept || draining || takesNoWork().isPresent();
    boolean refused = false;
    for (Assignment offered : assign.assignments()) {
      Slot.Key key = new Slot.Key(offered.job(), assign.epoch(), offered.assignment());
      if (closed && ledger.find(key).isEmpty()) {
        refuse(assign.epoch(), offered);
        refused = true;
        continue;
      }
      switch (ledger.offer(
          assign.epoch(), offered, disk.capacity(), System.nanoTime(), config.retryAfter())) {
        case ACCEPTED -> askToStart(key);
        case DUPLICATE -> getContext().getLog().debug("assigned again: {}", key);
        case DOES_NOT_FIT -> {
          refuse(assign.epoch(), offered);
          refused = true;
        }
      }
    }
    if (refused) {
      report();
    }
    return this;
  }

  private void refuse(long epoch, Assignment offered) {
    freed(new Held(offered.job(), epoch, offered.assignment(), 0, offered.resources()));
  }

  private void askToStart(Slot.Key key) {
    tell(
        key.job(),
        new JobCommand.Start(setup.identity().id(), key.epoch(), key.assignment(), jobReplies));
  }

  private void tell(JobId job, JobCommand command) {
    setup.jobs().apply(job).accept(command);
  }

  private Behavior<AgentCommand> onJobReply(JobReply reply) {
    switch (reply) {
      case JobReply.Granted granted -> onGranted(granted);
      case JobReply.Refused refused ->
          slots(refused.job(), Slot.Phase.STARTING).stream()
              .filter(slot -> slot.key.assignment() == refused.assignment())
              .forEach(slot -> freed(ledger.drop(slot)));
      case JobReply.FinishAccepted accepted -> reported(accepted.job(), accepted.attempt());
      case JobReply.Stale stale -> onStale(stale);
      case JobReply.Lost lost -> {
        slots(lost.job(), Slot.Phase.REPORTING).stream()
            .filter(slot -> slot.report().filter(Slot.Report.Lose.class::isInstance).isPresent())
            .forEach(ledger::drop);
        toldOfLastLife(lost.job());
      }
      case JobReply.NotFound missing -> {
        slots(missing.job(), Slot.Phase.STARTING).forEach(slot -> freed(ledger.drop(slot)));
        slots(missing.job(), Slot.Phase.REPORTING).forEach(ledger::drop);
        toldOfLastLife(missing.job());
      }
      case JobReply.Accepted other -> unexpected(other);
      case JobReply.RawDataGone other -> unexpected(other);
      case JobReply.Cancelled other -> unexpected(other);
      case JobReply.Released other -> unexpected(other);
      case JobReply.Retried other -> unexpected(other);
      case JobReply.PrioritySet other -> unexpected(other);
      case JobReply.Rejected other -> unexpected(other);
      case JobReply.State other -> unexpected(other);
    }
    answerLeaving();
    return this;
  }

  private void toldOfLastLife(JobId job) {
    lastLife.ifPresent(life -> life.told(job));
    beginWhenAllAreTold();
  }

  private void unexpected(JobReply reply) {
    getContext().getLog().warn("unexpected reply of a job: {}", reply);
  }

  private List<Slot> slots(JobId job, Slot.Phase phase) {
    return ledger.ofJob(job).stream().filter(slot -> slot.phase() == phase).toList();
  }

  private void onGranted(JobReply.Granted granted) {
    List<Slot> held =
        ledger.ofJob(granted.job()).stream()
            .filter(slot -> slot.key.assignment() == granted.assignment())
            .toList();
    if (held.isEmpty()) {
      lose(granted.job(), granted.attempt(), "not held by its node any more");
      return;
    }
    for (Slot slot : held) {
      if (slot.phase() == Slot.Phase.STARTING) {
        begin(slot, granted.spec(), granted.attempt());
      }
    }
  }

  private void begin(Slot slot, JobSpec spec, int attempt) {
    if (slot.isCancelled(attempt)) {
      freed(ledger.drop(slot));
    } else if (draining) {
      release(slot, attempt, new Slot.Report.Lose(DRAINED));
    } else {
      ledger.ofJob(spec.id()).stream()
          .filter(other -> other.phase() == Slot.Phase.RUNNING && other.attempt() < attempt)
          .forEach(other -> stopAndForget(other, "attempt " + attempt + " has begun"));
      RunningAttempt running = workshop.attempt(spec, attempt, slot.resources);
      slot.runs(running);
      ActorRef<AgentCommand> self = getContext().getSelf();
      workshop.run(running, outcome -> self.tell(new Ended(slot.key, outcome)));
    }
  }

  private void onStale(JobReply.Stale stale) {
    reported(stale.job(), stale.attempt());
    slots(stale.job(), Slot.Phase.RUNNING).stream()
        .filter(slot -> slot.attempt() == stale.attempt())
        .forEach(slot -> stopAndForget(slot, "the job has moved on"));
  }

  private void reported(JobId job, int attempt) {
    slots(job, Slot.Phase.REPORTING).stream()
        .filter(slot -> slot.attempt() == attempt)
        .forEach(ledger::drop);
  }

  private void stopAndForget(Slot slot, String reason) {
    slot.forget();
    stopRunning(slot, reason);
  }

  private void stopRunning(Slot slot, String reason) {
    slot.running()
        .ifPresent(
            attempt ->
                workshop.stop(attempt, Failure.of(FailureClass.NODE_LOST, "stopped: " + reason)));
  }

  private Behavior<AgentCommand> onEnded(Ended ended) {
    ledger.find(ended.key()).ifPresent(slot -> onEnded(slot, ended.outcome()));
    return this;
  }

  /** Attempts of an agent that failed are in no ledger any more. */
  private void onEnded(Slot slot, Outcome outcome) {
    if (slot.isForgotten()) {
      freed(ledger.drop(slot));
    } else if (slot.handedBack().isPresent() && !(outcome instanceof Outcome.Succeeded)) {
      release(slot, slot.attempt(), new Slot.Report.Lose(slot.handedBack().get()));
    } else {
      release(slot, slot.attempt(), new Slot.Report.Finish(outcome));
    }
    answerLeaving();
  }

  private void release(Slot slot, int attempt, Slot.Report report) {
    freed(ledger.release(slot, attempt, report, System.nanoTime(), config.retryAfter()));
    sendReport(slot);
  }

  private void sendReport(Slot slot) {
    switch (slot.report().orElseThrow()) {
      case Slot.Report.Finish finish ->
          tell(
              slot.key.job(),
              new JobCommand.Finish(slot.attempt(), finish.outcome(), largestNode, jobReplies));
      case Slot.Report.Lose lose -> lose(slot.key.job(), slot.attempt(), lose.reason());
    }
  }

  private void lose(JobId job, int attempt, String reason) {
    lose(job, attempt, reason, LossCause.MOVED);
  }

  private void lose(JobId job, int attempt, String reason, LossCause cause) {
    tell(
        job,
        new JobCommand.Lose(
            attempt, setup.identity().id(), reason, cause, Optional.of(jobReplies)));
  }

  /** Told to the scheduler with all that is freed by the messages that already wait here. */
  private void freed(Held held) {
    if (reports.freed(held)) {
      getContext().getSelf().tell(new SendReleased());
    }
  }

  private Behavior<AgentCommand> sendReleased() {
    reports.sendReleased();
    return this;
  }

  private Behavior<AgentCommand> onBeat() {
    getContext()
        .pipeToSelf(
            workshop.disk(ledger.running()),
            (state, failure) ->
                failure == null ? new DiskSeen(state) : new DiskUnseen(failure.toString()));
    tellLastLife();
    beginWhenAllAreTold();
    long now = System.nanoTime();
    ledger
        .due(now, config.retryAtMost())
        .forEach(
            slot -> {
              if (slot.phase() == Slot.Phase.STARTING) {
                askToStart(slot.key);
              } else {
                sendReport(slot);
              }
            });
    report();
    return this;
  }

  private void report() {
    if (swept) {
      reports.send(description(), ledger);
    }
  }

  private SchedulerCommand.NodeDescription description() {
    return new SchedulerCommand.NodeDescription(
        setup.identity().id(),
        setup.address(),
        setup.roles(),
        disk.capacity(),
        draining,
        takesNoWork().orElse(""),
        disk.free(),
        tools);
  }

  private Optional<String> takesNoWork() {
    return ledger.reporting() >= config.unreportedAtMost()
        ? Optional.of(ledger.reporting() + " results wait for their jobs to take note of them")
        : disk.takesNoWork();
  }

  private Behavior<AgentCommand> onStop(Stop stop) {
    for (Slot slot : ledger.ofJob(stop.job())) {
      switch (slot.phase()) {
        case STARTING -> slot.cancelUpTo(stop.attempt());
        case RUNNING -> {
          if (slot.attempt() == stop.attempt()) {
            stopAndForget(slot, stop.reason());
          }
        }
        case REPORTING -> getContext().getLog().debug("stopped when it had ended: {}", slot.key);
      }
    }
    return this;
  }

  private Behavior<AgentCommand> onSetDraining(boolean wanted) {
    if (draining != wanted) {
      draining = wanted;
      if (draining) {
        for (Slot slot : ledger.slots()) {
          if (slot.phase() == Slot.Phase.RUNNING) {
            slot.handBack(DRAINED);
            stopRunning(slot, DRAINED);
          }
        }
      }
      report();
    }
    return this;
  }

  private Behavior<AgentCommand> onLeave(Leave leave) {
    leaving.add(leave.replyTo());
    onSetDraining(true);
    answerLeaving();
    return this;
  }

  private void answerLeaving() {
    if (!leaving.isEmpty() && ledger.isEmpty()) {
      reports.sendReleased();
      leaving.forEach(replyTo -> replyTo.tell(Done.getInstance()));
      leaving.clear();
    }
  }

  private Behavior<AgentCommand> onSwept(Swept result) {
    if (!result.by().equals(workshop)) {
      return this;
    }
    result.problem().ifPresent(problem -> getContext().getLog().error("{}", problem));
    lastLife = Optional.of(new LastLife(result.unfinished(), System.nanoTime()));
    tellLastLife();
    getContext()
        .pipeToSelf(
            workshop.toolVersions(),
            (versions, failure) -> new ToolsKnown(failure == null ? versions : Map.of()));
    beginWhenAllAreTold();
    return this;
  }

  private void tellLastLife() {
    lastLife.stream()
        .flatMap(life -> life.untold().stream())
        .forEach(
            one ->
                lose(
                    one.job(),
                    one.attempt(),
                    "node " + id() + " was restarted",
                    LastLife.cause(one)));
  }

  private void beginWhenAllAreTold() {
    if (!swept && lastLife.filter(life -> life.isOver(System.nanoTime())).isPresent()) {
      swept = true;
      lastLife = Optional.empty();
      report();
    }
  }

  private Behavior<AgentCommand> onToolsKnown(ToolsKnown known) {
    tools = Map.copyOf(known.versions());
    report();
    return this;
  }

  private Behavior<AgentCommand> onDiskSeen(Workshop.DiskState state) {
    boolean changed =
        !state.takesNoWork().equals(disk.takesNoWork())
            || !state.capacity().equals(disk.capacity());
    disk = state;
    if (changed) {
      report();
    }
    return this;
  }

  private Behavior<AgentCommand> onDiskUnseen(DiskUnseen unseen) {
    getContext().getLog().warn("the data volume cannot be read: {}", unseen.problem());
    return this;
  }

  private Behavior<AgentCommand> onReadLog(ReadLog read) {
    Optional<RunningAttempt> running =
        ledger.ofJob(read.job()).stream()
            .map(Slot::running)
            .flatMap(Optional::stream)
            .reduce((older, newer) -> newer);
    long offset = Math.max(0, read.offset());
    int limit = Math.clamp(read.limit(), 0, LOG_LIMIT);
    running
        .map(attempt -> workshop.readLog(attempt, offset, limit))
        .orElseGet(() -> CompletableFuture.completedFuture(new byte[0]))
        .thenAccept(
            bytes ->
                read.replyTo()
                    .tell(new AgentReply.LogChunk(read.job(), running.isPresent(), offset, bytes)));
    return this;
  }

  private Behavior<AgentCommand> onDescribe(Describe describe) {
    describe
        .replyTo()
        .tell(
            new AgentReply.AgentState(
                AgentStates.describe(description(), ledger, workshop, reports.sequence())));
    return this;
  }

  private Behavior<AgentCommand> onEnd() {
    workshop.close(ledger.running());
    return this;
  }
}
