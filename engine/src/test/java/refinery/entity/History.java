package refinery.entity;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import refinery.testing.StoredEvents;

/** An entity that is given one command after another, as its journal would hold it. */
public final class History<C, E, S, X> {
  private final Logic<C, E, S, X> logic;
  private final Class<E> events;
  private final String entityId;
  private final Transitions<C, E, S> transitions;
  private final List<String> journal = new ArrayList<>();
  private S state;

  public History(
      Logic<C, E, S, X> logic, Class<E> events, String entityId, Transitions<C, E, S> transitions) {
    this.logic = logic;
    this.events = events;
    this.entityId = entityId;
    this.transitions = transitions;
    this.state = logic.empty(entityId);
  }

  public S state() {
    return state;
  }

  public Decision<E, X> give(C command, Moment moment) {
    S before = state;
    Decision<E, X> decision = logic.decide(before, command, moment);
    for (E event : decision.events()) {
      state = logic.evolve(state, event);
      journal.add(StoredEvents.write(event));
    }
    transitions.see(before, command, decision.events(), state);
    return decision;
  }

  /** Whoever reads the journal again sees the same. */
  public void checkReplayed() {
    S read = logic.empty(entityId);
    for (String stored : journal) {
      read = logic.evolve(read, StoredEvents.read(stored, events));
    }
    assertThat(read).as("what is read again from the journal").isEqualTo(state);
  }
}
