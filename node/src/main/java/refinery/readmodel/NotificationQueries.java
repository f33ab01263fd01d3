package refinery.readmodel;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.query.JobView;

/**
 * The jobs that were given up, in the journal's order, and how far each channel has told of them.
 * Asynchronous: JDBC has its own executor.
 */
public interface NotificationQueries {

  /**
   * The job as it was when it was given up, whatever became of it since.
   *
   * @param position in the journal
   * @param sequenceNumber of the job's event; a job that was retried may be given up again
   */
  record GivenUp(long position, long sequenceNumber, JobView job) {}

  /** How far a channel is, and what it has counted so far. */
  record Place(long position, long delivered, long skipped, Optional<Instant> deliveredAt) {}

  /** Where the channel stopped; a channel that is new starts at the journal's present end. */
  CompletionStage<Place> open(String channel);

  /** The first {@code limit} behind the position, none of which can be preceded later. */
  CompletionStage<List<GivenUp>> after(long position, int limit);

  /** Moves the channel on, never back; counts only when it moves. */
  CompletionStage<Boolean> moveOn(String channel, long position, int delivered, int skipped);
}
