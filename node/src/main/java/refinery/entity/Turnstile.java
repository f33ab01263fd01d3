package refinery.entity;

import akka.actor.typed.Behavior;
import akka.actor.typed.BehaviorInterceptor;
import akka.actor.typed.TypedActorContext;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps an entity's commands back while it recovers or writes, and lets them in one by one after
 * that, or hands them out to be decided together. Akka's own stash would hold them too, but lets
 * them in by recursion: a few thousand commands that persist nothing overflow the stack and end the
 * JVM.
 *
 * <p>Equal commands that wait are one: receivers are idempotent, and whoever repeats himself wants
 * one answer. What comes when {@link #CAPACITY} different ones wait already is dropped: senders
 * repeat what matters, and a person's request times out.
 *
 * <p>Confined to its actor. Everything here is lost with it, as a mailbox is.
 *
 * @param <C> commands
 */
final class Turnstile<C> extends BehaviorInterceptor<Object, C> {
  /** Different commands that may wait for one entity. */
  static final int CAPACITY = 20_000;

  private static final Logger LOG = LoggerFactory.getLogger(Turnstile.class);

  /** Tells the actor to take the next waiting command. */
  private enum Next {
    COMMAND
  }

  private final Class<C> commands;
  private final Set<C> waiting = new LinkedHashSet<>();
  private boolean open;
  private boolean nextIsOnItsWay;
  private long dropped;

  Turnstile(Class<C> commands) {
    super(Object.class);
    this.commands = commands;
  }

  /** The entity has begun to write, or has not recovered yet. */
  void close() {
    open = false;
  }

  /** The entity can take a command. */
  void open() {
    open = true;
    if (dropped > 0) {
      LOG.warn("an entity was slow: {} commands to it were dropped", dropped);
      dropped = 0;
    }
  }

  /** Whether nothing waits; an entity that others still talk to need not stop. */
  boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Takes the command that has waited longest out, unless it equals {@code last}. */
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

  /** While the turnstile is open, each that comes lets one in: none is dropped then. */
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

  /** Akka's own messages to a persistent actor: answers of the journal and the like. */
  @SuppressWarnings("unchecked")
  private Behavior<C> passOn(
      TypedActorContext<Object> context, Object message, ReceiveTarget<C> target) {
    return ((ReceiveTarget<Object>) (ReceiveTarget<?>) target)
        .apply(context, message)
        .<C>unsafeCast();
  }
}
