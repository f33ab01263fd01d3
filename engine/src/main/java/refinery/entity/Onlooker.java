package refinery.entity;

import java.util.List;

/**
 * Sees what the entities of one kind do, on this node. Called by their actors, so it must not block
 * or throw.
 *
 * @param <E> events
 * @param <S> state
 */
public interface Onlooker<E, S> {
  /** One persisted event with the state before and after it. */
  record Change<E, S>(S before, E event, S after) {}

  /** An entity's actor was started. */
  default void started() {}

  /** Its events were replayed, which took so many nanoseconds. */
  default void recovered(long nanos) {}

  /** These events of one entity were persisted, in this order. */
  default void persisted(List<Change<E, S>> changes) {}

  /** An entity's actor has ended. */
  default void stopped() {}

  /** Looks at nothing. */
  static <E, S> Onlooker<E, S> none() {
    return new Onlooker<>() {};
  }

  /** Both see everything. */
  default Onlooker<E, S> and(Onlooker<E, S> other) {
    Onlooker<E, S> first = this;
    return new Onlooker<>() {
      @Override
      public void started() {
        first.started();
        other.started();
      }

      @Override
      public void recovered(long nanos) {
        first.recovered(nanos);
        other.recovered(nanos);
      }

      @Override
      public void persisted(List<Change<E, S>> changes) {
        first.persisted(changes);
        other.persisted(changes);
      }

      @Override
      public void stopped() {
        first.stopped();
        other.stopped();
      }
    };
  }
}
