package refinery.protocol.query;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.ScheduleId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;

/**
 * Lists, search, counts and history, from the database. A row is written in the same transaction as
 * its event, so a reader sees its own writes. No method blocks. Stages fail with {@link
 * InvalidCursor} for a cursor that was not given out for the same list, and with an SQL exception
 * when the database is away.
 */
public interface ReadModel {

  /**
   * Filters by exact value. The keys are the names of the API's query parameters; no key means all.
   *
   * @param limit items on a page
   * @param cursor where the page begins; empty for the first page
   */
  record Filter(Map<String, String> values, int limit, Optional<String> cursor) {
    public Filter {
      values = Map.copyOf(values);
    }
  }

  /** Surveys by {@code created_at}, newest first, then by id. Filters: state, source. */
  CompletionStage<Page<SurveyView>> surveys(Filter filter);

  /**
   * Batches. Filters: survey_id, state, quality (a verdict), pipeline, organism, q (text that key,
   * organism or title contains).
   */
  CompletionStage<Page<BatchView>> batches(Filter filter);

  /**
   * Jobs. Filters: state, kind, node, survey_id, batch_id, failure_class, failure_group, pipeline.
   */
  CompletionStage<Page<JobView>> jobs(Filter filter);

  /**
   * Failed jobs by cause. Filters: kind, survey_id, pipeline, failure_class; the limit is of
   * groups.
   */
  CompletionStage<FailureGroups> failures(Filter filter);

  /**
   * What a retry of those jobs of the group that pass the filters takes up, with their dependants;
   * empty when there is no such job. Filters: as of {@link #failures}.
   *
   * @param most the most jobs, and the most batches
   */
  CompletionStage<Optional<FailureGroups.RetryPlan>> retryPlan(
      String group, Map<String, String> filters, int most);

  /** Schedules that are not deleted, the newest first, then by id. Filter: state. */
  CompletionStage<Page<ScheduleView>> schedules(Filter filter);

  CompletionStage<Optional<SurveyView>> survey(SurveyId id);

  /** A schedule that is not deleted. */
  CompletionStage<Optional<ScheduleView>> schedule(ScheduleId id);

  CompletionStage<Optional<BatchView>> batch(BatchId id);

  CompletionStage<Optional<JobView>> job(JobId id);

  /** The sums of a survey's plan; all zero for an unknown survey. */
  CompletionStage<SurveyPlan> plan(SurveyId id);

  /** How fast these surveys go on; without those of which too few jobs ended to tell. */
  CompletionStage<Map<SurveyId, SurveyPace>> paces(Collection<SurveyId> ids);

  /**
   * How far each batch of a survey is, the newest first. Filter: state, of the batch. Empty for an
   * unknown survey.
   */
  CompletionStage<SurveyMatrix> matrix(SurveyId id, Filter filter);

  /** Every event of the job, oldest first. */
  CompletionStage<List<RecordedEvent>> history(JobId id);

  /** The newest events of the batch, oldest first. */
  CompletionStage<List<RecordedEvent>> history(BatchId id, int limit);

  /** The newest events of the survey that somebody caused, oldest first. */
  CompletionStage<List<RecordedEvent>> orders(SurveyId id, int limit);

  /**
   * Events after that ordering, in the journal's order. Only those behind the transaction horizon:
   * no transaction that is still open can add an earlier one.
   */
  CompletionStage<List<RecordedEvent>> events(long afterOrdering, int limit);

  /** The largest ordering in the journal behind the transaction horizon. */
  CompletionStage<Long> lastOrdering();

  /** An artifact by its digest; empty when no persisted event lists this digest. */
  CompletionStage<Optional<BatchView.ArtifactView>> artifact(String sha256);

  /**
   * Outputs of batches that are done, newest first. Filters: pipeline, role, name, organism,
   * media_type, and {@code kv.KEY} for the key-value KEY.
   */
  CompletionStage<Page<RefinedArtifact>> artifacts(Filter filter);

  /**
   * The values that a key has among the artifacts that pass the filter, each with the number of
   * artifacts, the most frequent first.
   *
   * @param key of a key-value, or the name of one of the other filters
   * @param values the most that are returned
   */
  CompletionStage<List<FacetCount>> facet(Filter filter, String key, int values);

  record FacetCount(String value, long count) {}

  /**
   * Batches by the words of their archives and the harmonised form of them, newest first. A batch
   * can be found a second or two after it was recorded. Filters: q (all of its words; quoted ones
   * together, {@code or}, {@code -without}), state, quality, survey_id, and any field of the
   * harmonised form, source or pipeline by its exact value.
   *
   * @param facets fields whose values are counted, the most frequent first, among what passes the
   *     filters on other fields
   * @param values the most values of a field that are returned
   */
  CompletionStage<Found> search(Filter filter, List<String> facets, int values);

  /**
   * @param harmonised the batch's values by field, with source and pipeline
   */
  record Hit(BatchView batch, Map<String, String> harmonised) {
    public Hit {
      harmonised = Map.copyOf(harmonised);
    }
  }

  /**
   * @param total how many batches match
   */
  record Found(
      List<Hit> items, Optional<String> next, long total, Map<String, List<FacetCount>> facets) {}

  /**
   * Counts: {surveys:{state:n}, batches:{..}, jobs:{kind:{state:n}}, throughput, failures:[..]}.
   */
  CompletionStage<JsonNode> stats();

  /** Of {@link #stats} only surveys, batches and jobs by state, which costs less. */
  default CompletionStage<JsonNode> counts() {
    return stats();
  }

  /** What the overview of a dashboard asks. */
  OverviewQueries overview();

  /**
   * An event of the journal.
   *
   * @param ordering grows over the whole journal
   * @param entity the entity's id, e.g. {@code job-...}
   * @param sequenceNr grows by one within the entity
   * @param event the stored JSON
   */
  record RecordedEvent(
      long ordering, String entity, long sequenceNr, String type, Instant at, JsonNode event) {}

  /** The cursor was not given out for this list. */
  final class InvalidCursor extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    public InvalidCursor(String cursor) {
      super("not a cursor of this list: " + cursor);
    }
  }
}
