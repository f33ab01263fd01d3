package refinery.transfer;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.ChildFailed;
import akka.actor.typed.PostStop;
import akka.actor.typed.javadsl.AbstractBehavior;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.Receive;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.agent.Attempt;
import refinery.agent.AttemptContext;
import refinery.protocol.batch.Location;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.transfer.DownloadProgress.Next;
import refinery.transfer.DownloadProgress.Wanted;
import refinery.transfer.DownloadSteps.Equipment;
import refinery.transfer.DownloadSteps.Ready;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.StoppedTransfer;

/**
 * The actor of one attempt. It does what its {@link DownloadProgress} decides, and supervises one
 * {@link FileTransfer} per file. Blocking steps run on a virtual thread, one at a time. It
 * completes the outcome when nothing of the attempt runs any more.
 */
final class DownloadAttempt extends AbstractBehavior<DownloadAttempt.Command> {
  private static final Logger LOG = LoggerFactory.getLogger(DownloadAttempt.class);

  sealed interface Command permits FileTransfer.Delivered, Internal {}

  private sealed interface Internal extends Command {}

  private enum Stop implements Internal {
    STOP
  }

  private record Received(Wanted wanted) implements Internal {}

  private record StepDone(Supplier<Next> answer) implements Internal {}

  private record StepFailed(TransferException problem) implements Internal {}

  private record Quiet(Outcome outcome) implements Internal {}

  /** A transfer that runs. */
  private record InFlight(Transfer transfer, Wanted wanted, Instant startedAt) {}

  private final Attempt attempt;
  private final Work.Download work;
  private final Equipment equipment;
  private final DownloadSteps steps;
  private final TransferLog log;
  private final CompletableFuture<Outcome> promise;
  private final DownloadAccount account;
  private final DownloadProgress progress;
  private final Map<ActorRef<FileTransfer.Command>, InFlight> transfers = new HashMap<>();
  private int children;
  private Optional<Thread> step = Optional.empty();

  static Behavior<Command> create(
      Attempt attempt,
      Work.Download work,
      Equipment equipment,
      CompletableFuture<Outcome> promise) {
    return Behaviors.withMdc(
        Command.class,
        AttemptContext.of(attempt.spec(), attempt.number()),
        Behaviors.intercept(
            () -> new TellsDefects<>(Command.class, promise),
            Behaviors.setup(
                context ->
                    new DownloadAttempt(context, attempt, work, equipment, promise).begin())));
  }

  private DownloadAttempt(
      ActorContext<Command> context,
      Attempt attempt,
      Work.Download work,
      Equipment equipment,
      CompletableFuture<Outcome> promise) {
    super(context);
    this.attempt = attempt;
    this.work = work;
    this.equipment = equipment;
    this.promise = promise;
    this.log = new TransferLog(attempt.log());
    this.steps = new DownloadSteps(attempt, work, equipment, log);
    this.account = new DownloadAccount(work, log::line);
    this.progress =
        new DownloadProgress(
            work,
            equipment.origins().places().groups(work.files()),
            attempt.reserved(),
            equipment.demand(),
            account);
  }

  private DownloadAttempt begin() {
    attempt.onStop(() -> getContext().getSelf().tell(Stop.STOP));
    try {
      Files.createDirectories(steps.directory());
      act(progress.begin());
    } catch (IOException unwritable) {
      act(
          progress.failed(
              Problems.disk("for the attempt's scratch directory", unwritable),
              work.key(),
              List.of()));
    }
    return this;
  }

  @Override
  public Receive<Command> createReceive() {
    return newReceiveBuilder()
        .onMessage(FileTransfer.Delivered.class, this::delivered)
        .onMessage(Received.class, this::received)
        .onMessage(StepDone.class, this::stepDone)
        .onMessage(StepFailed.class, this::stepFailed)
        .onMessage(Quiet.class, this::quiet)
        .onMessageEquals(Stop.STOP, () -> act(progress.stop()))
        .onSignal(ChildFailed.class, this::childFailed)
        .onSignal(PostStop.class, signal -> postStop())
        .build();
  }

  private Behavior<Command> act(Next next) {
    switch (next) {
      case Next.Fetch fetch -> start(fetch.files());
      case Next.LookUp look ->
          run(
              () -> {
                Files.createDirectories(steps.archive(look.run()).getParent());
                return steps.lookUp(look.location(), look.run());
              },
              progress::known);
      case Next.Unpack unpack ->
          run(() -> steps.unpack(unpack.archive(), unpack.location()), progress::unpacked);
      case Next.Split split -> run(() -> steps.split(split.file()), progress::unpacked);
      case Next.Publish publish -> run(() -> steps.publish(publish.files()), progress::published);
      case Next.Clear clear -> clear(clear.fetched());
      case Next.Interrupt interrupt -> step.ifPresent(Thread::interrupt);
      case Next.Await await -> {}
      case Next.End end -> end(end.outcome());
    }
    return this;
  }

  private void start(List<Wanted> files) {
    for (Wanted wanted : files) {
      try {
        start(wanted);
      } catch (TransferException unusable) {
        Next next = failed(unusable, wanted.subject(), wanted.location());
        act(next);
        if (!(next instanceof Next.Fetch || next instanceof Next.Await)) {
          return;
        }
      }
    }
  }

  private void start(Wanted wanted) throws TransferException {
    Path target =
        wanted.archive()
            ? steps.archive(wanted.subject())
            : steps.directory().resolve(wanted.subject());
    Location location = wanted.location();
    Transfer transfer =
        Transfer.of(
            equipment.origins(),
            equipment.settings(),
            location,
            new Transfer.Target(target, beginning(wanted)),
            equipment.executor(),
            new Transfer.Reporter(
                log,
                attempt::progressed,
                () -> getContext().getSelf().tell(new Received(wanted)),
                equipment.meters()));
    log.line(wanted.subject() + ": from " + location.archive() + ", " + location.url());
    ActorRef<FileTransfer.Command> child =
        getContext()
            .spawn(
                FileTransfer.create(transfer, equipment.settings(), getContext().getSelf()),
                "file-" + ++children);
    getContext().watch(child);
    transfers.put(child, new InFlight(transfer, wanted, Instant.now()));
  }

  private OptionalLong beginning(Wanted wanted) {
    return Beginning.of(
        equipment.settings().beginning(),
        progress.group(),
        wanted.subject(),
        wanted.location(),
        work.metadata());
  }

  private Behavior<Command> received(Received message) {
    boolean runs = transfers.values().stream().anyMatch(one -> one.wanted() == message.wanted());
    return runs && progress.isOpen() ? act(progress.received(message.wanted())) : this;
  }

  private Behavior<Command> delivered(FileTransfer.Delivered message) {
    Optional<ActorRef<FileTransfer.Command>> child =
        transfers.entrySet().stream()
            .filter(entry -> entry.getValue().transfer() == message.transfer())
            .map(Map.Entry::getKey)
            .findFirst();
    if (child.isEmpty() || !progress.isOpen()) {
      return this;
    }
    getContext().unwatch(child.get());
    InFlight one = transfers.remove(child.get());
    return act(
        progress.delivered(one.wanted(), one.startedAt(), Instant.now(), message.verified()));
  }

  private Behavior<Command> childFailed(ChildFailed signal) {
    InFlight one = transfers.get(signal.getRef().<FileTransfer.Command>unsafeUpcast());
    if (one == null || !progress.isOpen()) {
      return this;
    }
    TransferException problem =
        signal.getCause() instanceof TransferException typed
            ? typed
            : new BrokenTransfer("a defect in the transfer", signal.getCause());
    logFailure(one.wanted(), problem);
    return act(failed(problem, one.wanted().subject(), one.wanted().location()));
  }

  private Next failed(TransferException problem, String subject, Location location) {
    return progress.failed(problem, subject, List.of(location));
  }

  /**
   * Logs the failure of an archive as one line, and a defect of this program with its stack trace.
   */
  private void logFailure(Wanted wanted, TransferException problem) {
    String subject = wanted.subject();
    String url = wanted.location().url();
    if (problem instanceof BrokenTransfer) {
      LOG.error(
          "{}: {} of {} from {}", attempt.spec().id(), problem.getMessage(), subject, url, problem);
    } else {
      LOG.info("{}: {} from {}: {}", attempt.spec().id(), subject, url, problem.getMessage());
    }
  }

  private void clear(List<Ready> fetched) {
    List<Transfer> stopped = stopChildren();
    run(
        () -> {
          steps.clear(stopped, fetched);
          return true;
        },
        cleared -> progress.cleared());
  }

  private List<Transfer> stopChildren() {
    List<Transfer> stopped = transfers.values().stream().map(InFlight::transfer).toList();
    for (ActorRef<FileTransfer.Command> child : transfers.keySet()) {
      getContext().unwatch(child);
      getContext().stop(child);
    }
    transfers.clear();
    return stopped;
  }

  private void end(Outcome outcome) {
    if (outcome instanceof Outcome.Succeeded) {
      account
          .fallbacks()
          .forEach(one -> equipment.origins().places().fellBack(one.getKey(), one.getValue()));
    }
    List<Transfer> stopped = stopChildren();
    CompletableFuture<Void> closed = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                stopped.forEach(Transfer::close);
              } finally {
                closed.complete(null);
              }
            });
    getContext().pipeToSelf(closed, (nothing, problem) -> new Quiet(outcome));
  }

  private Behavior<Command> quiet(Quiet quiet) {
    promise.complete(quiet.outcome());
    return Behaviors.stopped();
  }

  /** Runs one blocking step on a virtual thread; {@code answer} is called in the actor. */
  private <T> void run(Callable<T> blocking, Function<T, Next> answer) {
    CompletableFuture<T> result = new CompletableFuture<>();
    step =
        Optional.of(
            Thread.ofVirtual()
                .name(getContext().getSelf().path().name() + "-step")
                .start(AttemptContext.in(attempt, () -> complete(result, blocking))));
    getContext()
        .pipeToSelf(
            result,
            (value, problem) ->
                switch (problem) {
                  case null -> new StepDone(() -> answer.apply(value));
                  case TransferException typed -> new StepFailed(typed);
                  case InterruptedException interrupted -> new StepFailed(new StoppedTransfer());
                  case IOException disk ->
                      new StepFailed(Problems.disk("in the attempt's scratch directory", disk));
                  case Throwable defect -> new StepFailed(new BrokenTransfer("a defect", defect));
                });
  }

  private static <T> void complete(CompletableFuture<T> result, Callable<T> blocking) {
    try {
      result.complete(blocking.call());
    } catch (Exception | Error problem) {
      result.completeExceptionally(problem);
    }
  }

  private Behavior<Command> stepDone(StepDone done) {
    step = Optional.empty();
    return act(done.answer().get());
  }

  private Behavior<Command> stepFailed(StepFailed failed) {
    step = Optional.empty();
    return act(progress.stepFailed(failed.problem()));
  }

  /** Completes the outcome if the actor was ended from outside, so that nobody waits for ever. */
  private Behavior<Command> postStop() {
    if (!promise.isDone()) {
      LOG.warn("the download attempt of {} was ended from outside", attempt.spec().id());
      step.ifPresent(Thread::interrupt);
      List<Transfer> stopped = stopChildren();
      Thread.ofVirtual()
          .start(
              () -> {
                stopped.forEach(Transfer::close);
                promise.complete(account.stopped());
              });
    }
    return this;
  }
}
