package refinery.readmodel;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
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
