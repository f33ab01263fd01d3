package refinery.transfer;

import akka.actor.typed.ActorRef;
import akka.actor.typed.Behavior;
import akka.actor.typed.PostStop;
import akka.actor.typed.SupervisorStrategy;
import akka.actor.typed.javadsl.ActorContext;
import akka.actor.typed.javadsl.Behaviors;
import akka.actor.typed.javadsl.TimerScheduler;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/**
 * The actor of one file. It runs the {@link Transfer} on a virtual thread and fails with its
 * exception. After a {@link TransientTransfer} its supervisor restarts it, with back-off and not
 * before the time that the server asked for. The {@link Transfer} outlives restarts and goes on
 * where it stopped. Failures of archives are expected: supervision does not log them, and the
 * parent logs each one once.
 */
final class FileTransfer {
  private FileTransfer() {}

  sealed interface Command {}

  private enum Begin implements Command {
    BEGIN
  }

  private record Ended(PartFile.Verified verified) implements Command {}

  private record Broke(TransferException problem) implements Command {}

  /** Tells the parent of the file; of a failure it learns by {@code ChildFailed}. */
  record Delivered(Transfer transfer, PartFile.Verified verified)
      implements DownloadAttempt.Command {}

  static Behavior<Command> create(
      Transfer transfer, TransferSettings settings, ActorRef<DownloadAttempt.Command> parent) {
    SupervisorStrategy restart =
        SupervisorStrategy.restartWithBackoff(settings.minBackoff(), settings.maxBackoff(), 0.2)
            .withMaxRestarts(settings.maxAttempts() - 1)
            .withResetBackoffAfter(settings.maxBackoff())
            .withLoggingEnabled(false);
    Behavior<Command> restarting =
        Behaviors.supervise(
                Behaviors.<Command>setup(
                    context ->
                        Behaviors.withTimers(timers -> idle(context, timers, transfer, parent))))
            .onFailure(TransientTransfer.class, restart);
    return Behaviors.supervise(restarting)
        .onFailure(TransferException.class, SupervisorStrategy.stop().withLoggingEnabled(false));
  }

  private static Behavior<Command> idle(
      ActorContext<Command> context,
      TimerScheduler<Command> timers,
      Transfer transfer,
      ActorRef<DownloadAttempt.Command> parent) {
    Duration wait = Duration.between(Instant.now(), transfer.notBefore());
    if (transfer.notBefore().equals(Instant.MIN) || !wait.isPositive()) {
      context.getSelf().tell(Begin.BEGIN);
    } else {
      timers.startSingleTimer(Begin.BEGIN, wait);
    }
    return Behaviors.receive(Command.class)
        .onMessageEquals(Begin.BEGIN, () -> streaming(context, transfer, parent))
        .build();
  }

  private static Behavior<Command> streaming(
      ActorContext<Command> context, Transfer transfer, ActorRef<DownloadAttempt.Command> parent) {
    CompletableFuture<Command> end = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual().name(context.getSelf().path().name()).start(() -> stream(transfer, end));
    context.pipeToSelf(
        end,
        (command, problem) ->
            problem == null ? command : new Broke(new BrokenTransfer("a defect", problem)));
    return Behaviors.receive(Command.class)
        .onMessage(
            Ended.class,
            ended -> {
              parent.tell(new Delivered(transfer, ended.verified()));
              return Behaviors.stopped();
            })
        .onMessage(
            Broke.class,
            broke -> {
              throw broke.problem();
            })
        .onSignal(
            PostStop.class,
            signal -> {
              thread.interrupt();
              return Behaviors.same();
            })
        .build();
  }

  private static void stream(Transfer transfer, CompletableFuture<Command> end) {
    try {
      end.complete(new Ended(transfer.run()));
    } catch (TransferException problem) {
      end.complete(new Broke(problem));
    } catch (RuntimeException | Error defect) {
      end.completeExceptionally(defect);
    }
  }
}
