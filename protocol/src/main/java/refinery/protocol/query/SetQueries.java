package refinery.protocol.query;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchState;

/**
 * Questions about sets of many batches, answered in pieces. Consistent with the journal as {@link
 * ReadModel} is; no method blocks.
 */
public interface SetQueries {

  /** How far a survey has searched for batches. */
  enum Search {
    UNKNOWN_SURVEY,
    RUNNING,
    /** The survey failed or was cancelled before its search was complete. */
    ENDED_EARLY,
    COMPLETE
  }

  /**
   * @param output the artifact that the set asks for, or why there is none where the set does
   *     without; empty while the batch has to bring it
   */
  record Member(BatchId batch, BatchState state, Optional<MemberOutput> output) {}

  CompletionStage<Search> search(SurveyId survey);

  /**
   * At most {@code limit} batches of a survey, without cancelled ones, in the order of their ids
   * and after the given one.
   */
  CompletionStage<List<BatchId>> batches(SurveyId survey, Optional<BatchId> after, int limit);

  /**
   * Those of these batches that exist, in the order of their ids, each with the output that {@code
   * set} asks for.
   */
  CompletionStage<List<Member>> members(List<BatchId> ids, BatchSet set);
}
