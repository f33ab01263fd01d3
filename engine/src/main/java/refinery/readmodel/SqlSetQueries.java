package refinery.readmodel;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.query.SetQueries;

/** {@link SetQueries} by plain SQL. Thread-safe. */
public final class SqlSetQueries implements SetQueries {
  private final SqlExecutor sql;

  public SqlSetQueries(SqlExecutor sql) {
    this.sql = sql;
  }

  @Override
  public CompletionStage<Search> search(SurveyId survey) {
    return sql.run(connection -> MemberRows.search(connection, survey));
  }

  @Override
  public CompletionStage<List<BatchId>> batches(
      SurveyId survey, Optional<BatchId> after, int limit) {
    return sql.run(connection -> MemberRows.batches(connection, survey, after, limit));
  }

  @Override
  public CompletionStage<List<Member>> members(List<BatchId> ids, BatchSet set) {
    return sql.run(connection -> MemberRows.members(connection, ids, set));
  }
}
