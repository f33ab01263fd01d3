package refinery.entity;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.PostStop;
import akka.actor.typed.Signal;
import akka.actor.typed.TypedActorContext;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds an entity's commands back while it recovers or writes. After that it lets them in one by
 * one, or hands them out to be decided together. Akka's own stash unstashes by recursion, so a few
 * thousand commands that persist nothing would overflow the stack and end the JVM.
 *
 * <p>Equal commands that wait are kept once, since entities are idempotent and a repeat needs no
 * second answer. When {@link #CAPACITY} different commands wait, further ones are dropped: senders
 * repeat what matters, and a person's request times out.
 *
 * <p>Confined to its actor. What waits here is lost with the actor, as its mailbox is.
 *
 * @param <C> commands
 */
final class Turnstile<C> extends BehaviorInterceptor<Object, C> {
  /** The most different commands that may wait for one entity. */
  static final int CAPACITY = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(Turnstile.class);

  /** Tells the actor to take the next waiting command. */
  private enum Next {
    COMMAND
  }

  private final Class<C> commands;
  private final Runnable stopped;
  private final Set<C> waiting = new LinkedHashSet<>();
  private boolean open;
  private boolean nextIsOnItsWay;
  private long dropped;

  /**
   * @param stopped run when the actor has ended
   */
  Turnstile(Class<C> commands, Runnable stopped) {
    super(Object.class);
    this.commands = commands;
    this.stopped = stopped;
  }

  @Override
  public Behavior<C> aroundSignal(
      TypedActorContext<Object> context, Signal signal, SignalTarget<C> target) {
    if (signal instanceof PostStop) {
      stopped.run();
    }
    return target.apply(context, signal);
  }

  /** From now on commands wait, because the entity writes. */
  void close() {
    open = false;
  }

  /** From now on the entity takes commands. */
  void open() {
    open = true;
    if (dropped > 0) {
      LOG.warn("an entity was slow: {} commands to it were dropped", dropped);
      dropped = 0;
    }
  }

  /** True when no command waits. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /**
   * Takes out the command that has waited longest. Empty when none waits, or when that one equals
   * {@code last}, which then stays.
   */
  Optional<C> takeUnless(C last) {
    Iterator<C> oldest = waiting.iterator();
    if (!oldest.hasNext()) {
      return Optional.empty();
    }
    C command = oldest.next();
    if (command.equals(last)) {
      return Optional.empty();
    }
    oldest.remove();
    return Optional.of(command);
  }

  @Override
  public Behavior<C> aroundReceive(
      TypedActorContext<Object> context, Object message, ReceiveTarget<C> target) {
    Behavior<C> next;
    if (message == Next.COMMAND) {
      nextIsOnItsWay = false;
      next = takeNext(context, target);
    } else if (commands.isInstance(message)) {
      next = arrived(context, commands.cast(message), target);
    } else {
      next = passOn(context, message, target);
    }
    askForNext(context);
    return next;
  }

  /**
   * Lets the command in if none waits. Otherwise lets the oldest in and keeps this one, so while
   * the turnstile is open the number of waiting commands does not grow.
   */
  private Behavior<C> arrived(
      TypedActorContext<Object> context, C command, ReceiveTarget<C> target) {
    if (open && waiting.isEmpty()) {
      return target.apply(context, command);
    }
    Behavior<C> next = takeNext(context, target);
    keep(command);
    return next;
  }

  private Behavior<C> takeNext(TypedActorContext<Object> context, ReceiveTarget<C> target) {
    if (!open || waiting.isEmpty()) {
      return akka.actor.typed.javadsl.Behaviors.same();
    }
    Iterator<C> oldest = waiting.iterator();
    C command = oldest.next();
    oldest.remove();
    return target.apply(context, command);
  }

  private void keep(C command) {
    if (waiting.size() < CAPACITY) {
      waiting.add(command);
    } else if (!waiting.contains(command)) {
      dropped++;
    }
  }

  private void askForNext(TypedActorContext<Object> context) {
    if (open && !waiting.isEmpty() && !nextIsOnItsWay) {
      nextIsOnItsWay = true;
      context.asJava().getSelf().tell(Next.COMMAND);
    }
  }

  /** Passes on Akka's own messages to a persistent actor, such as answers of the journal. */
  @SuppressWarnings("unchecked")
  private Behavior<C> passOn(
      TypedActorContext<Object> context, Object message, ReceiveTarget<C> target) {
    return ((ReceiveTarget<Object>) (ReceiveTarget<?>) target)
        .apply(context, message)
        .<C>unsafeCast();
  }
}
