package refinery.entity;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.journal.ReadRow;

/**
 * The pure behaviour of an entity: no Akka system, clock, I/O or logging. Total: neither function
 * throws for any command in any state.
 *
 * @param <C> commands
 * @param <E> events
 * @param <S> state; there is one for "does not exist"
 * @param <X> effects: replies and messages to others, as values
 */
public interface Logic<C, E, S, X> {
  S empty(String entityId);

  Decision<E, X> decide(S state, C command, Moment moment);

  S evolve(S state, E event);

  Optional<ReadRow> row(S state);

  /**
   * What must still reach others, most urgent first. Repeated until an event or a settlement
   * removes it: receivers are idempotent.
   */
  List<X> outstanding(S state);

  /** When a {@link #wake()} is due by itself. */
  Optional<Instant> wakeAt(S state);

  /** Whether the actor is of no further use once nothing is outstanding. */
  boolean isSettled(S state);

  /** The command that does nothing but repeat what is outstanding. */
  C wake();
}
