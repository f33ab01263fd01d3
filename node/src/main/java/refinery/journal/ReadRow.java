package refinery.journal;

import java.util.Optional;
import refinery.protocol.batch.Need;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.SurveyView;
import refinery.protocol.scheduling.JobTicket;

/**
 * A row of the read model: the view of the API and what else SQL has to find.
 *
 * <p>{@code open} says that the entity has something outstanding (an intent that was not yet
 * acknowledged): whoever starts the node wakes it.
 */
public sealed interface ReadRow {
  boolean open();

  record Survey(SurveyView view, boolean open) implements ReadRow {}

  /**
   * @param awaits what the batch waits to be offered
   */
  record Batch(BatchView view, Optional<Need> awaits, boolean open) implements ReadRow {}

  /**
   * @param ticket what the scheduler needs to queue it again
   * @param fingerprint of a succeeded process job whose artifacts may be reused
   * @param rawData whether a succeeded download's raw data is still wanted
   */
  record Job(
      JobView view, JobTicket ticket, Optional<String> fingerprint, boolean rawData, boolean open)
      implements ReadRow {}
}
