package refinery.readmodel;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.datasets.Candidate;
import refinery.datasets.SampleQueries;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.BatchState;

/** {@link SampleQueries} by plain SQL. Thread-safe. */
public final class SqlSampleQueries implements SampleQueries {
  private static final String COLUMNS =
      """
      select b.id, b.key, b.state as batch_state, b.document ->> 'reason' as reason,
        b.pipeline as batch_pipeline, a.*
      """;
  private static final String OUTPUT =
      """
      left join lateral (
        select * from artifact_row where batch_id = b.id and role = any(?) order by name limit 1
      ) a on true
      """;

  private final SqlExecutor sql;

  public SqlSampleQueries(SqlExecutor sql) {
    this.sql = sql;
  }

  @Override
  public CompletionStage<Boolean> isSurvey(SurveyId survey) {
    return sql.run(
        connection ->
            new Query("select 1 from survey_row where id = ?", survey.value())
                .first(connection, row -> row.getInt(1))
                .isPresent());
  }

  @Override
  public CompletionStage<List<Candidate>> ofSurvey(
      SurveyId survey, Optional<BatchId> after, int limit) {
    return sql.run(
        connection ->
            new Query(COLUMNS + "from (select batch_id from batch_survey")
                .add("where survey_id = ?", survey.value())
                .add("and batch_id > ?", after.map(BatchId::value).orElse(""))
                .add("order by batch_id limit ?) m join batch_row b on b.id = m.batch_id", limit)
                .add(OUTPUT, Candidate.QUANTIFICATIONS)
                .add("order by b.id")
                .list(connection, SqlSampleQueries::candidate));
  }

  @Override
  public CompletionStage<List<Candidate>> ofBatches(Collection<String> ids) {
    return named("b.id", ids);
  }

  @Override
  public CompletionStage<List<Candidate>> ofKeys(Collection<String> keys) {
    return named("b.key", keys);
  }

  private CompletionStage<List<Candidate>> named(String column, Collection<String> names) {
    return sql.run(
        connection ->
            new Query(COLUMNS + "from batch_row b")
                .add(OUTPUT, Candidate.QUANTIFICATIONS)
                .add("where " + column + " = any(?) order by b.id", names)
                .list(connection, SqlSampleQueries::candidate));
  }

  @Override
  public CompletionStage<Optional<String>> genesOf(String indexBatch, String index) {
    return sql.run(
        connection ->
            new Query(
                    """
                    select g.sha256 from artifact_row g
                    where g.batch_id = ? and g.role = 'genes_to_transcripts.txt' and exists (
                      select 1 from artifact_row i where i.batch_id = g.batch_id and i.sha256 = ?)
                    """,
                    indexBatch,
                    index)
                .first(connection, row -> row.getString(1)));
  }

  private static Candidate candidate(ResultSet row) throws SQLException {
    Optional<Candidate.Output> output = Optional.empty();
    if (row.getString("sha256") != null) {
      RefinedArtifact artifact = ArtifactRows.artifact(row);
      output = Optional.of(Candidate.Output.of(artifact));
    }
    return new Candidate(
        BatchId.of(row.getString("id")),
        row.getString("key"),
        BatchState.valueOf(row.getString("batch_state").toUpperCase(Locale.ROOT)),
        Optional.ofNullable(row.getString("reason")),
        row.getString("batch_pipeline"),
        output);
  }
}
