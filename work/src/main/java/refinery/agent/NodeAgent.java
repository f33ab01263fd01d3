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
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import refinery.protocol.JobId;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.AgentReply;
import refinery.protocol.scheduling.AgentCommand.Assign;
import refinery.protocol.scheduling.AgentCommand.Describe;
import refinery.protocol.scheduling.AgentCommand.ReadLog;
import refinery.protocol.scheduling.AgentCommand.SetDraining;
import refinery.protocol.scheduling.AgentCommand.Stop;
import refinery.protocol.scheduling.SchedulerCommand;

/**
 * The actor that owns this node's work. It carries out what its {@link Handshake} decides, and runs
 * attempts on an {@link Executor}. Nothing here survives a crash: jobs and scheduler learn of the
 * crash from the next incarnation, and the next executor removes what was left.
 */
public final class NodeAgent extends AbstractBehavior<AgentCommand> {
  private static final int LOG_LIMIT = 1 << 20;

  private record FromJob(JobReply reply) implements AgentCommand {}

  private record Ended(Slot.Key key, Outcome outcome, Optional<Capacity> capacity)
      implements AgentCommand {}

  private record Beat() implements AgentCommand {}

  private record SendReleased() implements AgentCommand {}

  private record Swept(Executor by, List<Executor.Unfinished> unfinished, Capacity capacity)
      implements AgentCommand {}

  private record NotSwept(Executor by, String problem) implements AgentCommand {}

  private record ToolsKnown(Map<String, String> versions) implements AgentCommand {}

  private record LogRead(AgentReply.LogChunk chunk, ActorRef<AgentReply> to)
      implements AgentCommand {}

  private record LogNotRead(ReadLog asked, String problem) implements AgentCommand {}

  private record CapacityKnown(Capacity capacity) implements AgentCommand {}

  private record CapacityUnknown(String problem) implements AgentCommand {}

  /** Hands everything back to the jobs, and answers when nothing is held any more. */
  record Leave(ActorRef<Done> replyTo) implements AgentCommand {}

  /** Stops whatever still runs, and answers when no process or file of an attempt is left. */
  record End(ActorRef<Done> replyTo) implements AgentCommand {}

  private record Over(ActorRef<Done> replyTo) implements AgentCommand {}

  private final AgentSetup setup;
  private final Executor executor;
  private final Handshake handshake;
  private final Map<Slot.Key, Executor.Execution> running = new LinkedHashMap<>();
  private final ActorRef<JobReply> jobReplies;
  private final List<ActorRef<Done>> leaving = new ArrayList<>();
  private final FiguresToTell figures = new FiguresToTell();

  /**
   * Ends what the node's previous life left before it reports to the scheduler. An agent that
   * failed begins a new life in the same JVM, with a new incarnation, once nothing of its last life
   * runs.
   */
  public static Behavior<AgentCommand> create(AgentSetup setup) {
    AtomicReference<Executor> last = new AtomicReference<>();
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
      AtomicReference<Executor> last) {
    Optional<Executor> before = Optional.ofNullable(last.get());
    NodeAgent agent =
        new NodeAgent(context, timers, before.isEmpty() ? setup : setup.again(), before);
    last.set(agent.executor);
    return agent;
  }

  private NodeAgent(
      ActorContext<AgentCommand> context,
      TimerScheduler<AgentCommand> timers,
      AgentSetup setup,
      Optional<Executor> before) {
    super(context);
    this.setup = setup;
    executor = setup.executors().get();
    handshake =
        new Handshake(
            setup.identity(), setup.address(), setup.roles(), setup.config(), Capacity.UNKNOWN);
    jobReplies = context.messageAdapter(JobReply.class, FromJob::new);
    context.pipeToSelf(
        sweep(before),
        (swept, failure) -> failure == null ? swept : new NotSwept(executor, failure.getMessage()));
    timers.startTimerWithFixedDelay(new Beat(), setup.config().heartbeat());
    context
        .getLog()
        .info(
            "node {} starts processes by {}",
            setup.identity().id().value(),
            executor.description());
  }

  private CompletionStage<AgentCommand> sweep(Optional<Executor> before) {
    return before
        .map(Executor::whenOver)
        .orElseGet(() -> CompletableFuture.completedFuture(null))
        .thenCompose(over -> executor.endPreviousLife())
        .thenCompose(
            unfinished ->
                executor
                    .capacity()
                    .thenApply(capacity -> new Swept(executor, unfinished, capacity)));
  }

  @Override
  public Receive<AgentCommand> createReceive() {
    return newReceiveBuilder()
        .onMessage(Assign.class, assign -> act(handshake.assigned(assign, System.nanoTime())))
        .onMessage(
            FromJob.class, message -> act(handshake.jobReplied(message.reply(), System.nanoTime())))
        .onMessage(Ended.class, this::onEnded)
        .onMessage(SendReleased.class, message -> act(handshake.sendReleased()))
        .onMessage(Beat.class, message -> onBeat())
        .onMessage(Stop.class, stop -> act(handshake.stop(stop)))
        .onMessage(SetDraining.class, set -> act(handshake.drain(set, System.nanoTime())))
        .onMessage(Leave.class, this::onLeave)
        .onMessage(End.class, this::onEndAsked)
        .onMessage(Swept.class, this::onSwept)
        .onMessage(NotSwept.class, this::onNotSwept)
        .onMessage(ToolsKnown.class, known -> act(handshake.toolsKnown(known.versions())))
        .onMessage(CapacityKnown.class, known -> act(handshake.capacityKnown(known.capacity())))
        .onMessage(CapacityUnknown.class, this::onCapacityUnknown)
        .onMessage(ReadLog.class, this::onReadLog)
        .onMessage(LogRead.class, this::onLogRead)
        .onMessage(LogNotRead.class, this::onLogNotRead)
        .onMessage(Describe.class, this::onDescribe)
        .onSignal(PostStop.class, signal -> onEnd())
        .onSignal(PreRestart.class, signal -> onEnd())
        .build();
  }

  private Behavior<AgentCommand> act(List<AgentEffect> effects) {
    effects.forEach(this::carryOut);
    return this;
  }

  private void carryOut(AgentEffect effect) {
    switch (effect) {
      case AgentEffect.AskToStart ask ->
          tell(
              ask.key().job(),
              new JobCommand.Start(
                  setup.identity().id(),
                  ask.key().epoch(),
                  ask.key().assignment(),
                  ask.alone(),
                  jobReplies));
      case AgentEffect.TellEnd end ->
          tell(
              end.job(),
              new JobCommand.Finish(end.attempt(), end.outcome(), end.largestNode(), jobReplies));
      case AgentEffect.TellLoss loss ->
          tell(
              loss.job(),
              new JobCommand.Lose(
                  loss.attempt(),
                  setup.identity().id(),
                  loss.reason(),
                  loss.cause(),
                  Optional.of(jobReplies)));
      case AgentEffect.Run run -> run(run);
      case AgentEffect.StopRun stop ->
          Optional.ofNullable(running.get(stop.key()))
              .ifPresent(execution -> execution.stop(stop.why()));
      case AgentEffect.SendReleasedSoon soon -> getContext().getSelf().tell(new SendReleased());
      case AgentEffect.TellReleased told -> tellScheduler(told);
      case AgentEffect.Report report -> tellScheduler(report);
      case AgentEffect.Left left -> {
        leaving.forEach(replyTo -> replyTo.tell(Done.getInstance()));
        leaving.clear();
      }
      case AgentEffect.Note note ->
          getContext().getLog().atLevel(note.level()).log("{}", note.text());
    }
  }

  private void tellScheduler(AgentEffect.TellReleased told) {
    setup
        .scheduler()
        .tell(
            new SchedulerCommand.Released(
                setup.identity().id(), told.incarnation(), told.released()));
  }

  private void tellScheduler(AgentEffect.Report report) {
    setup
        .scheduler()
        .tell(
            new SchedulerCommand.Report(
                report.node(),
                report.incarnation(),
                report.sequence(),
                report.held(),
                report.unreported(),
                getContext().getSelf()));
  }

  private void tell(JobId job, JobCommand command) {
    setup.jobs().apply(job).accept(command);
  }

  private void run(AgentEffect.Run run) {
    ActorRef<AgentCommand> self = getContext().getSelf();
    running.put(
        run.key(),
        executor.run(
            run.spec(),
            run.attempt(),
            run.reserved(),
            outcome ->
                measured()
                    .thenAccept(capacity -> self.tell(new Ended(run.key(), outcome, capacity)))));
  }

  /**
   * What there is to offer once an attempt has ended: what it reserved must not be given away while
   * what it has left on the volume, such as raw data, is not counted.
   */
  private CompletionStage<Optional<Capacity>> measured() {
    try {
      return executor.capacity().thenApply(Optional::of).exceptionally(unknown -> Optional.empty());
    } catch (RejectedExecutionException closing) {
      return CompletableFuture.completedFuture(Optional.empty());
    }
  }

  private Behavior<AgentCommand> onEnded(Ended ended) {
    running.remove(ended.key());
    ended.capacity().ifPresent(capacity -> act(handshake.capacityKnown(capacity)));
    return act(handshake.ended(ended.key(), ended.outcome(), System.nanoTime()));
  }

  private Behavior<AgentCommand> onBeat() {
    setup
        .meters()
        .looked(handshake.description().capacity(), handshake.slots().used(), running.values());
    getContext()
        .pipeToSelf(
            executor.capacity(),
            (capacity, failure) ->
                failure == null
                    ? new CapacityKnown(capacity)
                    : new CapacityUnknown(failure.toString()));
    act(handshake.beat(System.nanoTime()));
    figures.due(setup.identity(), executor.hosts(), running).ifPresent(setup.scheduler()::tell);
    return this;
  }

  private Behavior<AgentCommand> onCapacityUnknown(CapacityUnknown unknown) {
    getContext().getLog().warn("the data volume cannot be read: {}", unknown.problem());
    return this;
  }

  private Behavior<AgentCommand> onLeave(Leave leave) {
    leaving.add(leave.replyTo());
    return act(handshake.leave(Instant.now(), System.nanoTime()));
  }

  /** Ignores a sweep that an earlier life in this JVM has begun. */
  private Behavior<AgentCommand> onSwept(Swept swept) {
    if (!swept.by().equals(executor)) {
      return this;
    }
    act(handshake.capacityKnown(swept.capacity()));
    return beginWork(swept.unfinished());
  }

  private Behavior<AgentCommand> onNotSwept(NotSwept not) {
    if (!not.by().equals(executor)) {
      return this;
    }
    getContext().getLog().error("{}", not.problem());
    return beginWork(List.of());
  }

  private Behavior<AgentCommand> beginWork(List<Executor.Unfinished> unfinished) {
    getContext()
        .pipeToSelf(
            executor.toolVersions(),
            (versions, failure) -> new ToolsKnown(failure == null ? versions : Map.of()));
    return act(handshake.lastLifeEnded(unfinished, System.nanoTime()));
  }

  private Behavior<AgentCommand> onReadLog(ReadLog read) {
    Optional<Slot> newest =
        handshake.slots().ofJob(read.job(), Slot.Phase.RUNNING).stream()
            .filter(slot -> running.containsKey(slot.key))
            .reduce((older, newer) -> newer);
    int attempt = newest.map(Slot::attempt).orElse(0);
    long offset = Math.max(0, read.offset());
    int limit = Math.clamp(read.limit(), 0, LOG_LIMIT);
    getContext()
        .pipeToSelf(
            newest
                .map(slot -> log(running.get(slot.key), offset, limit))
                .orElseGet(() -> CompletableFuture.completedFuture(new byte[0])),
            (bytes, failure) ->
                failure == null
                    ? new LogRead(
                        new AgentReply.LogChunk(read.job(), attempt, offset, bytes), read.replyTo())
                    : new LogNotRead(read, failure.toString()));
    return this;
  }

  private static CompletionStage<byte[]> log(Executor.Execution of, long offset, int limit) {
    try {
      return of.readLog(offset, limit);
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private Behavior<AgentCommand> onLogRead(LogRead read) {
    read.to().tell(read.chunk());
    return this;
  }

  /** Answers as if nothing ran, so that the reader turns to what is stored. */
  private Behavior<AgentCommand> onLogNotRead(LogNotRead not) {
    ReadLog asked = not.asked();
    getContext().getLog().warn("{}: its log cannot be read: {}", asked.job(), not.problem());
    asked.replyTo().tell(new AgentReply.LogChunk(asked.job(), 0, asked.offset(), new byte[0]));
    return this;
  }

  private Behavior<AgentCommand> onDescribe(Describe describe) {
    describe
        .replyTo()
        .tell(new AgentReply.AgentState(AgentStates.describe(handshake, running, executor)));
    return this;
  }

  /** Nothing is heeded any more but that all has ended; jobs hear of the loss from the cluster. */
  private Behavior<AgentCommand> onEndAsked(End end) {
    executor.close();
    getContext().pipeToSelf(executor.whenOver(), (over, failure) -> new Over(end.replyTo()));
    return Behaviors.receive(AgentCommand.class)
        .onMessage(
            Over.class,
            over -> {
              over.replyTo().tell(Done.getInstance());
              return Behaviors.stopped();
            })
        .onAnyMessage(late -> Behaviors.same())
        .build();
  }

  private Behavior<AgentCommand> onEnd() {
    executor.close();
    return this;
  }
}
