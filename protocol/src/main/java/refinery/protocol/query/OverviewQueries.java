package refinery.protocol.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What the overview of a dashboard asks of the database: sums and single rows, each by an index. No
 * method blocks. Stages fail with an SQL exception when the database is away.
 */
public interface OverviewQueries {

  /**
   * Which entities have events after a place in the journal, behind the transaction horizon.
   *
   * @param cursor the last event that was looked at; the asked one if there was none
   * @param events how many there were
   * @param entities ids of those that changed, the latest first, without repetition
   */
  record Changes(long cursor, long events, List<String> entities) {
    public Changes {
      entities = List.copyOf(entities);
    }
  }

  /**
   * Which surveys want the batches, or have the jobs, among these ids; at most {@code limit}. Ids
   * of other things are passed over.
   */
  CompletionStage<List<String>> surveysOf(List<String> entities, int limit);

  /** What the next events after {@code cursor} are of, at most {@code limit} events. */
  CompletionStage<Changes> changes(long cursor, int limit);

  /** The job that has waited longest for its turn: queued, waiting or unplaceable. */
  CompletionStage<Optional<JobView>> oldestWaiting();

  /**
   * How much was found and ended in each step of time from {@code from} (included) to {@code to}.
   * Buckets are {at, batches_found, batches_done, batches_failed, batches_cancelled,
   * jobs_succeeded, jobs_failed, jobs_cancelled}; all of them are there, also empty ones.
   */
  CompletionStage<List<JsonNode>> history(Instant from, Instant to, Duration step);

  /**
   * How many jobs and batches stood in which state at the last look in each step of time from
   * {@code from} (included) to {@code to}. Buckets are {at, jobs, batches}, both by state; null
   * where nobody looked. All buckets are there.
   */
  CompletionStage<List<JsonNode>> states(Instant from, Instant to, Duration step);

  /** How many batches are found by their ids only, as their metadata could not be indexed. */
  CompletionStage<Long> unsearchable();

  /**
   * A thing that a text may mean.
   *
   * @param kind survey, batch, job, schedule, dataset or artifact
   * @param title what people call it
   * @param page the id of the survey, batch, job, schedule or dataset on whose page it is
   */
  record Jump(String kind, String id, String title, String page) {}

  /**
   * What an id or its beginning, an accession or a digest's beginning may mean, at most {@code
   * limit} of each kind.
   */
  CompletionStage<List<Jump>> jump(String text, int limit);
}
