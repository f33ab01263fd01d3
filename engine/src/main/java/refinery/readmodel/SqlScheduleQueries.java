package refinery.readmodel;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.survey.SurveyState;

/** What schedules ask about their surveys, by plain SQL. Thread-safe. */
public final class SqlScheduleQueries {
  private final SqlExecutor sql;

  public SqlScheduleQueries(SqlExecutor sql) {
    this.sql = sql;
  }

  /**
   * How a survey stands.
   *
   * @param batches that it has found
   */
  public record Standing(SurveyState state, Instant createdAt, long batches) {}

  /**
   * The next batches, by id, that one of the known surveys found and this one did not. Does not
   * block.
   */
  public CompletionStage<List<BatchId>> unlisted(
      SurveyId survey, List<SurveyId> known, Optional<BatchId> after, int limit) {
    return sql.run(
        connection ->
            new Query(
                    """
                    select distinct m.batch_id from batch_survey m
                    where m.survey_id = any(?) and m.batch_id > ? and not exists (
                      select 1 from batch_survey n
                      where n.batch_id = m.batch_id and n.survey_id = ?)
                    order by m.batch_id limit ?
                    """,
                    known.stream().map(SurveyId::value).toList(),
                    after.map(BatchId::value).orElse(""),
                    survey.value(),
                    limit)
                .list(connection, row -> BatchId.of(row.getString(1))));
  }

  /** Empty when there is no such survey. Does not block. */
  public CompletionStage<Optional<Standing>> standing(SurveyId id) {
    return sql.run(
        connection ->
            new Query(
                    """
                    select state, created_at, (select coalesce(sum(batches), 0)::bigint
                      from survey_count c where c.survey_id = s.id) as batches
                    from survey_row s where id = ?
                    """,
                    id.value())
                .first(
                    connection,
                    row ->
                        new Standing(
                            SurveyState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                            row.getObject("created_at", OffsetDateTime.class).toInstant(),
                            row.getLong("batches"))));
  }
}
