package refinery.journal;

import java.util.Optional;

/** How an entity's events become its read row: the entity's own pure functions. */
public interface Projector<E, S> {
  S empty(String entityId);

  S evolve(S state, E event);

  Optional<ReadRow> row(S state);
}
