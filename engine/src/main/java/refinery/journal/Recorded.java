package refinery.journal;

import java.util.Optional;

/**
 * What entities persist: an event and, with the last event of a write, the read row that is true
 * after it. The journal stores only the event; the row is written to its own table in the same
 * transaction. On replay {@code row} is empty.
 */
public record Recorded<E>(E event, Optional<ReadRow> row) {
  public static <E> Recorded<E> replayed(E event) {
    return new Recorded<>(event, Optional.empty());
  }
}
