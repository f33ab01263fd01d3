package refinery.batch;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.trace.TraceContext;

/**
 * What the source says of a batch. Immutable.
 *
 * @param spec the description that its jobs and results are made from
 * @param offered a newer description that is not used yet
 * @param foundAt when a survey found the newest description last
 * @param withdrawn that the source lists it no more; goes as soon as it is found again
 * @param trace what the survey that found it first belongs to
 */
record Description(
    BatchSpec spec,
    Optional<BatchSpec> offered,
    Instant foundAt,
    Optional<BatchEvent.Withdrawn> withdrawn,
    Optional<TraceContext> trace) {

  static Description first(BatchEvent.Registered event) {
    return new Description(
        event.spec(), Optional.empty(), event.foundAt(), Optional.empty(), event.trace());
  }

  BatchSpec newest() {
    return offered.orElse(spec);
  }

  /** True when the source now offers other bytes than the jobs and results are made from. */
  boolean changedAtSource() {
    return !newest().hasContentOf(spec);
  }

  /** True when the source now offers other bytes, or the same bytes at other locations. */
  boolean otherFilesOffered() {
    return !newest().files().equals(spec.files());
  }

  /** The same description was found again at this time; empty: it was not. */
  Description foundAgain(Optional<Instant> at) {
    return at.isEmpty() ? this : new Description(spec, offered, at.get(), Optional.empty(), trace);
  }

  Description offered(BatchSpec other, Instant at) {
    return new Description(
        spec, Optional.of(other).filter(newer -> !newer.equals(spec)), at, Optional.empty(), trace);
  }

  /** From now on the newest description is used. */
  Description used() {
    return new Description(newest(), Optional.empty(), foundAt, withdrawn, trace);
  }

  Description withdrawn(BatchEvent.Withdrawn event) {
    return new Description(spec, offered, foundAt, Optional.of(event), trace);
  }
}
