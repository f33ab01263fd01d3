package refinery.journal;

import java.util.Optional;

/**
 * What entities persist: an event and, on the last event of a command, the read row that is true
 * after it. The journal stores the event only; the row is upserted in the same transaction. On
 * replay {@code row} is empty.
 */
public record Recorded<E>(E event, Optional<ReadRow> row) {
  public static <E> Recorded<E> replayed(E event) {
    return new Recorded<>(event, Optional.empty());
  }
}
