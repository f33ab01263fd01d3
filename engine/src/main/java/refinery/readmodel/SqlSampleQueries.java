package refinery.readmodel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import refinery.datasets.Candidate;
import refinery.datasets.SampleQueries;
import refinery.protocol.BatchId;
import refinery.protocol.Json;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Harmonised;

/** {@link SampleQueries} by plain SQL. Thread-safe. */
public final class SqlSampleQueries implements SampleQueries {
  private static final String COLUMNS =
      """
      select b.id, b.key, b.state as batch_state, b.document ->> 'reason' as reason,
        b.pipeline as batch_pipeline, b.source, b.document -> 'key_values' as archive,
        b.document -> 'facts' as facts, b.document #>> '{files,0,locations,0}' as location, a.*
      """;
  private static final String OUTPUT =
      """
      left join lateral (
        select * from artifact_row where batch_id = b.id and role = any(?) order by name limit 1
      ) a on true
      """;

  private static final TypeReference<Map<String, String>> WORDS = new TypeReference<>() {};

  private final SqlExecutor sql;
  private final Function<Map<String, String>, Map<String, Harmonised>> harmonise;

  /**
   * @param harmonise makes the harmonised form of what an archive says
   */
  public SqlSampleQueries(
      SqlExecutor sql, Function<Map<String, String>, Map<String, Harmonised>> harmonise) {
    this.sql = sql;
    this.harmonise = harmonise;
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
                .list(connection, this::candidate));
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
                .list(connection, this::candidate));
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

  private Candidate candidate(ResultSet row) throws SQLException {
    Optional<Candidate.Output> output = Optional.empty();
    if (row.getString("sha256") != null) {
      RefinedArtifact artifact = ArtifactRows.artifact(row);
      output =
          Optional.of(
              Candidate.Output.of(
                  artifact,
                  new Candidate.Origin(
                      row.getString("source"),
                      words(row.getString("facts")),
                      harmonise.apply(words(row.getString("archive"))),
                      Optional.ofNullable(row.getString("location")))));
    }
    return new Candidate(
        BatchId.of(row.getString("id")),
        row.getString("key"),
        BatchState.valueOf(row.getString("batch_state").toUpperCase(Locale.ROOT)),
        Optional.ofNullable(row.getString("reason")),
        row.getString("batch_pipeline"),
        output);
  }

  private static Map<String, String> words(String json) throws SQLException {
    if (json == null) {
      return Map.of();
    }
    try {
      return Json.MAPPER.readValue(json, WORDS);
    } catch (JsonProcessingException e) {
      throw new SQLException("a batch's row is malformed", e);
    }
  }
}
