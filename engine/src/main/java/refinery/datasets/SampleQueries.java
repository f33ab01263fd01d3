package refinery.datasets;

import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;

/** Looks up candidates in pieces. Consistent with the journal; no method blocks. */
public interface SampleQueries {

  CompletionStage<Boolean> isSurvey(SurveyId survey);

  /** Batches of a survey in the order of their ids, after the given one. */
  CompletionStage<List<Candidate>> ofSurvey(SurveyId survey, Optional<BatchId> after, int limit);

  /** Those of these batches that exist. */
  CompletionStage<List<Candidate>> ofBatches(Collection<String> ids);

  /** All batches that their sources call so. */
  CompletionStage<List<Candidate>> ofKeys(Collection<String> keys);

  /**
   * The digest of the table of genes and transcripts that was made with an index; empty if that
   * batch has not this index now.
   */
  CompletionStage<Optional<String>> genesOf(String indexBatch, String index);
}
