package refinery.protocol.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;

/**
 * Lists, search, counts and history. Read-your-writes: rows are written in the events' own
 * transaction. Stages fail with {@link InvalidCursor} for a cursor that was not given out for the
 * same list, and with an SQL exception when the database is away.
 */
public interface ReadModel {

  /** Filters by exact value: the names of the API's query parameters; empty means all. */
  record Filter(Map<String, String> values, int limit, Optional<String> cursor) {
    public Filter {
      values = Map.copyOf(values);
    }
  }

  /** Newest first, {@code created_at} descending, then id. Filters: state, source. */
  CompletionStage<Page<SurveyView>> surveys(Filter filter);

  /** Filters: survey_id, state, pipeline, organism, q (key, organism or title contains). */
  CompletionStage<Page<BatchView>> batches(Filter filter);

  /** Filters: state, kind, node, survey_id, batch_id, failure_class, pipeline. */
  CompletionStage<Page<JobView>> jobs(Filter filter);

  CompletionStage<Optional<SurveyView>> survey(SurveyId id);

  CompletionStage<Optional<BatchView>> batch(BatchId id);

  CompletionStage<Optional<JobView>> job(JobId id);

  /** Every event of the job in order: sequence_nr, type, at, event. */
  CompletionStage<List<RecordedEvent>> history(JobId id);

  /** Events after the cursor, behind the transaction horizon, in the journal's order. */
  CompletionStage<List<RecordedEvent>> events(long afterOrdering, int limit);

  /** The journal's newest ordering behind the horizon. */
  CompletionStage<Long> lastOrdering();

  /** The media type and size of a listed artifact; empty when no event lists this digest. */
  CompletionStage<Optional<BatchView.ArtifactView>> artifact(String sha256);

  /**
   * Outputs of batches that are done, newest first. Filters: pipeline, role, name, organism,
   * media_type, and {@code kv.KEY} for any key-value.
   */
  CompletionStage<Page<RefinedArtifact>> artifacts(Filter filter);

  /**
   * How many of the artifacts that pass the filter have which value of this key (a key-value's, or
   * one of the other filters' names), the most frequent first, at most so many values.
   */
  CompletionStage<List<FacetCount>> facet(Filter filter, String key, int values);

  record FacetCount(String value, long count) {}

  /** {surveys:{state:n}, batches:{..}, jobs:{kind:{state:n}}, throughput, failures:[..]}. */
  CompletionStage<JsonNode> stats();

  /** {@code entity} is {@code job-...}; {@code event} the stored JSON. */
  record RecordedEvent(
      long ordering, String entity, long sequenceNr, String type, Instant at, JsonNode event) {}

  /** The cursor is not one of ours. */
  final class InvalidCursor extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidCursor(String cursor) {
      super("not a cursor of this list: " + cursor);
    }
  }
}
