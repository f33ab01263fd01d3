package refinery.transfer;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import java.util.concurrent.CompletableFuture;
import refinery.protocol.job.Outcome;

/**
 * Fails an attempt's outcome with any exception of its actor, also of its start. Without it the
 * actor's end would look like a stop, which is charged to nobody, or would not be noticed.
 */
final class TellsDefects<T> extends BehaviorInterceptor<T, T> {
  private final CompletableFuture<Outcome> promise;

  TellsDefects(Class<T> messages, CompletableFuture<Outcome> promise) {
    super(messages);
    this.promise = promise;
  }

  @Override
  public Behavior<T> aroundStart(TypedActorContext<T> context, PreStartTarget<T> target) {
    try {
      return target.start(context);
    } catch (RuntimeException | Error e) {
      promise.completeExceptionally(e);
      throw e;
    }
  }

  @Override
  public Behavior<T> aroundReceive(
      TypedActorContext<T> context, T message, ReceiveTarget<T> target) {
    try {
      return target.apply(context, message);
    } catch (RuntimeException | Error e) {
      promise.completeExceptionally(e);
      throw e;
    }
  }

  @Override
  public Behavior<T> aroundSignal(
      TypedActorContext<T> context, Signal signal, SignalTarget<T> target) {
    try {
      return target.apply(context, signal);
    } catch (RuntimeException | Error e) {
      promise.completeExceptionally(e);
      throw e;
    }
  }
}
