package refinery.journal;

import java.util.Optional;

/** Makes an entity's read row from its events, by the entity's own pure functions. */
public interface Projector<E, S> {
  S empty(String entityId);

  S evolve(S state, E event);

  Optional<ReadRow> row(S state);
}
