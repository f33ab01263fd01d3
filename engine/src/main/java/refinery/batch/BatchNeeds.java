package refinery.batch;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.entity.Decision;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Need;

/**
 * Decides on what meets the needs of a batch. A batch asks once; when nothing is there, it waits
 * silently until something is offered. Pure.
 */
final class BatchNeeds {
  private BatchNeeds() {}

  /**
   * The answer to the batch's question.
   *
   * @param open the need that is to be met next
   */
  static Decision<BatchEvent, BatchEffect> sought(
      Batch batch, BatchCommand.Sought answer, Optional<Need> open, Instant now) {
    boolean asked =
        batch.state() == BatchState.DOWNLOADED && open.filter(answer.need()::equals).isPresent();
    if (!asked || (answer.found().isEmpty() && batch.awaited().equals(open))) {
      return Decision.nothing();
    }
    return Decision.persist(
        List.of(
            answer
                .found()
                .filter(answer.need()::isMetBy)
                .<BatchEvent>map(found -> new BatchEvent.NeedMet(found, now))
                .orElseGet(() -> new BatchEvent.NeedAwaited(answer.need(), now))));
  }

  static Decision<BatchEvent, BatchEffect> offered(
      Batch batch, BatchCommand.Offered offer, Instant now) {
    return batch
        .awaited()
        .filter(offer.need()::equals)
        .filter(need -> need.isMetBy(offer.provision()))
        .map(need -> new BatchEvent.NeedMet(offer.provision(), now))
        .map(met -> Decision.<BatchEvent, BatchEffect>persist(List.of(met)))
        .orElseGet(Decision::nothing);
  }

  static Decision<BatchEvent, BatchEffect> hopeless(
      Batch batch, BatchCommand.NeedHopeless hopeless, Instant now) {
    return batch
        .awaited()
        .filter(hopeless.need()::equals)
        .filter(need -> batch.course().updatedAt().isBefore(hopeless.waitingBefore()))
        .map(need -> new BatchEvent.NeedGivenUp(need, failure(need), now))
        .map(given -> Decision.<BatchEvent, BatchEffect>persist(List.of(given)))
        .orElseGet(Decision::nothing);
  }

  private static Failure failure(Need need) {
    String bring =
        need instanceof Need.One one && !one.hint().isEmpty() ? "; this would: " + one.hint() : "";
    return Failure.of(
        FailureClass.ABSENT, "nothing that is under way brings the " + need.describe() + bring);
  }
}
