package refinery.protocol.scheduling;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;

/**
 * That a node takes no more work.
 *
 * @param by who asked for it first
 * @param since when it was asked for first
 * @param deadline until when what runs may end; what runs then is handed back. Empty: handed back
 *     at once
 */
public record DrainOrder(Optional<Actor> by, Instant since, Optional<Instant> deadline) {

  /** This order where another was given already: the last deadline counts. */
  public DrainOrder after(Optional<DrainOrder> before) {
    return before.map(first -> new DrainOrder(first.by(), first.since(), deadline)).orElse(this);
  }
}
