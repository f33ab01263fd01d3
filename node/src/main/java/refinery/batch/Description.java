package refinery.batch;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.batch.BatchSpec;

/**
 * How the source describes a batch. Immutable.
 *
 * @param spec what its jobs and results go by
 * @param offered a newer description, not used yet
 * @param foundAt when a survey found the newest description
 */
record Description(BatchSpec spec, Optional<BatchSpec> offered, Instant foundAt) {

  static Description first(BatchSpec spec, Instant foundAt) {
    return new Description(spec, Optional.empty(), foundAt);
  }

  BatchSpec newest() {
    return offered.orElse(spec);
  }

  /** Whether the source offers other bytes than those that its jobs and results go by. */
  boolean changedAtSource() {
    return !newest().hasContentOf(spec);
  }

  /** Other bytes, or the same elsewhere. */
  boolean otherFilesOffered() {
    return !newest().files().equals(spec.files());
  }

  Description offered(BatchSpec other, Instant at) {
    return new Description(spec, Optional.of(other).filter(newer -> !newer.equals(spec)), at);
  }

  /** From now on everything goes by the newest. */
  Description used() {
    return new Description(newest(), Optional.empty(), foundAt);
  }
}
