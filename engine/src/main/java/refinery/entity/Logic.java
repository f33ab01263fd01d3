package refinery.entity;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.journal.ReadRow;

/**
 * The pure behaviour of an entity: no actor system, clock, I/O or logging. No method throws,
 * whatever the command and the state.
 *
 * @param <C> commands
 * @param <E> events
 * @param <S> state; one value of it means that the entity does not exist
 * @param <X> effects: replies and messages to others, as values
 */
public interface Logic<C, E, S, X> {
  S empty(String entityId);

  /** What to do about a command. Does not change the state. */
  Decision<E, X> decide(S state, C command, Moment moment);

  /** The state after an event, when it is persisted and when it is replayed. */
  S evolve(S state, E event);

  /** The row of the read model that is true in this state; empty when the entity does not exist. */
  Optional<ReadRow> row(S state);

  /**
   * Effects that must still reach others, most urgent first. Each is repeated until an event
   * removes it or a decision settles it, so receivers must be idempotent.
   */
  List<X> outstanding(S state);

  /** When the entity has to receive {@link #wake()}; empty when it need not. */
  Optional<Instant> wakeAt(S state);

  /** True when the actor may stop at once when nothing is outstanding. */
  boolean isSettled(S state);

  /**
   * The command that makes the entity do what is outstanding or due; equal to itself at every call.
   */
  C wake();
}
