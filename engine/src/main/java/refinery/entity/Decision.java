package refinery.entity;

import java.util.List;

/**
 * What an entity does about a command.
 *
 * @param events persisted together, before anything else is done; empty when the state does not
 *     change
 * @param effects performed once, after the events are persisted; lost if the node dies in between.
 *     Replies and acknowledgements, which the other side asks for again
 * @param settled outstanding effects that the command acknowledges without an event. They are not
 *     repeated until the entity is restarted
 */
public record Decision<E, X>(List<E> events, List<X> effects, List<X> settled) {
  public Decision {
    events = List.copyOf(events);
    effects = List.copyOf(effects);
    settled = List.copyOf(settled);
  }

  public static <E, X> Decision<E, X> nothing() {
    return new Decision<>(List.of(), List.of(), List.of());
  }

  public static <E, X> Decision<E, X> effect(X effect) {
    return new Decision<>(List.of(), List.of(effect), List.of());
  }

  public static <E, X> Decision<E, X> persist(List<E> events) {
    return new Decision<>(events, List.of(), List.of());
  }

  public Decision<E, X> and(X effect) {
    return new Decision<>(
        events,
        java.util.stream.Stream.concat(effects.stream(), java.util.stream.Stream.of(effect))
            .toList(),
        settled);
  }

  public static <E, X> Decision<E, X> settle(List<X> settled) {
    return new Decision<>(List.of(), List.of(), settled);
  }
}
