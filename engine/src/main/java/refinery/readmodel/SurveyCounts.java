package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import refinery.protocol.batch.BatchState;
import refinery.protocol.query.SurveyView;
import refinery.protocol.query.SurveyView.BatchCounts;
import refinery.protocol.query.SurveyView.QualityCounts;

/**
 * How many batches of a survey stand how, from the counts that the database keeps: the cost does
 * not depend on how many batches there are. Blocking.
 */
final class SurveyCounts {
  private final Map<String, Long> states = new HashMap<>();
  private final Map<String, Long> verdicts = new HashMap<>();

  private SurveyCounts() {}

  /** The surveys with their counts. */
  static List<SurveyView> counted(Connection connection, List<SurveyView> surveys)
      throws SQLException {
    record Count(String survey, String state, String quality, long count) {}
    List<Count> rows =
        new Query(
                "select survey_id, state, quality, sum(batches) from survey_count"
                    + " where survey_id = any(?) group by survey_id, state, quality",
                surveys.stream().map(survey -> survey.id().value()).toList())
            .list(
                connection,
                row ->
                    new Count(
                        row.getString(1), row.getString(2), row.getString(3), row.getLong(4)));
    Map<String, SurveyCounts> counts = new HashMap<>();
    for (Count row : rows) {
      counts
          .computeIfAbsent(row.survey(), key -> new SurveyCounts())
          .add(row.state(), row.quality(), row.count());
    }
    return surveys.stream()
        .map(
            survey ->
                survey.withBatches(
                    counts.getOrDefault(survey.id().value(), new SurveyCounts()).view()))
        .toList();
  }

  private void add(String state, String quality, long count) {
    states.merge(state, count, Long::sum);
    verdicts.merge(quality, count, Long::sum);
  }

  private BatchCounts view() {
    return new BatchCounts(
        states.values().stream().mapToLong(Long::longValue).sum(),
        of(BatchState.QUEUED),
        of(BatchState.DOWNLOADING),
        of(BatchState.DOWNLOADED, BatchState.PROCESSING),
        of(BatchState.DONE),
        of(BatchState.FAILED),
        of(BatchState.CANCELLED),
        of(BatchState.PLANNED),
        new QualityCounts(
            verdicts.getOrDefault("pass", 0L),
            verdicts.getOrDefault("warn", 0L),
            verdicts.getOrDefault("fail", 0L)));
  }

  private long of(BatchState... counted) {
    return Stream.of(counted).mapToLong(state -> states.getOrDefault(state.word(), 0L)).sum();
  }
}
