package refinery.readmodel;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.query.JobView;

/**
 * The jobs that were given up, in the journal's order, and how far each channel has come in it. No
 * method blocks; a stage fails when the database is away or overloaded.
 */
public interface NotificationQueries {

  /**
   * A job as it was when it was given up, whatever has happened to it since.
   *
   * @param position of the event in the journal
   * @param sequenceNumber of the event within the job; a job that was retried may be given up again
   */
  record GivenUp(long position, long sequenceNumber, JobView job) {}

  /** How far a channel has come in the journal, and how many jobs it has told of or skipped. */
  record Place(long position, long delivered, long skipped, Optional<Instant> deliveredAt) {}

  /** Where the channel stopped. A new channel begins at the present end of the journal. */
  CompletionStage<Place> open(String channel);

  /**
   * The first {@code limit} jobs given up behind that position. No transaction that is still open
   * can add one before them.
   */
  CompletionStage<List<GivenUp>> after(long position, int limit);

  /**
   * Moves the channel on and adds to its counts. Does nothing and gives false when it is at this
   * position already, or behind it.
   */
  CompletionStage<Boolean> moveOn(String channel, long position, int delivered, int skipped);
}
