package refinery.journal;

import java.util.Optional;
import refinery.protocol.batch.Need;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.ScheduleView;
import refinery.protocol.query.SurveyView;
import refinery.protocol.scheduling.JobTicket;

/**
 * A row of the read model: the view that the API shows, and what else SQL queries need.
 *
 * <p>{@code open} is true when the entity has something outstanding, which others have not
 * acknowledged yet. Such entities are woken after a start.
 */
public sealed interface ReadRow {
  boolean open();

  record Survey(SurveyView view, boolean open) implements ReadRow {}

  /**
   * @param awaits the need that the batch waits for
   * @param missed the need that a failed batch has given up
   */
  record Batch(BatchView view, Optional<Need> awaits, Optional<Need> missed, boolean open)
      implements ReadRow {
    /** A batch that has not given a need up. */
    public Batch(BatchView view, Optional<Need> awaits, boolean open) {
      this(view, awaits, Optional.empty(), open);
    }
  }

  /**
   * @param ticket what the scheduler needs to queue it again
   * @param fingerprint of a process job that succeeded and whose artifacts may be reused
   * @param rawData true for a download whose files are not discarded, whether it has ended or not
   * @param usage of a process job that succeeded, unless it brought a command
   */
  record Job(
      JobView view,
      JobTicket ticket,
      Optional<String> fingerprint,
      boolean rawData,
      Optional<JobUsage> usage,
      boolean open)
      implements ReadRow {
    /** A job that has not succeeded in processing. */
    public Job(
        JobView view,
        JobTicket ticket,
        Optional<String> fingerprint,
        boolean rawData,
        boolean open) {
      this(view, ticket, fingerprint, rawData, Optional.empty(), open);
    }
  }

  /** Open also while it only waits for its next time: after a start somebody must wake it. */
  record Schedule(ScheduleView view, boolean open) implements ReadRow {}
}
