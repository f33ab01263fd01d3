package refinery.readmodel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.Json;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;

/**
 * Finds artifacts by their facets. The index of facets says exactly which rows match, but not in
 * order; the index by time has the order, but passes over what does not match. So up to {@link
 * #FEW} matches are collected and sorted; of more than that the newest are read in order, where at
 * least {@link #FEW} of all rows match. Neither way depends on the planner's statistics, which know
 * nothing of single key-values.
 */
final class ArtifactRows {
  static final int FEW = 2_000;

  private static final TypeReference<Map<String, String>> MAP = new TypeReference<>() {};
  private static final String COLUMNS =
      "batch_id, pipeline, artifact, name, organism, media_type, sha256, size, refined_at, facets";

  /** The pool prefers indexes in order; this question is for the one without. */
  private static final String BY_FACETS =
      "set local enable_bitmapscan = on; set local enable_sort = on; set local enable_seqscan ="
          + " off";

  private static final String LATEST =
      "case when facets ->> ? ~ '^[0-9]{1,9}$' then (facets ->> ?)::integer else -1 end desc,";

  private ArtifactRows() {}

  /**
   * @param facets all of which must be equal
   * @param latestBy see {@link Selector}; with it all matches are collected, however many
   * @param after in the order of time: the artifact's place, exclusive
   */
  record Question(
      Map<String, String> facets, Optional<String> latestBy, Optional<Place> after, int limit) {
    static Question of(Selector selector, int limit) {
      return new Question(selector.facets(), selector.latestBy(), Optional.empty(), limit);
    }
  }

  record Place(Instant refinedAt, String batch, String name) {}

  private record Found(long matches, Optional<RefinedArtifact> artifact) {}

  static List<RefinedArtifact> answer(Connection connection, Question question)
      throws SQLException {
    if (!question.facets().isEmpty()) {
      List<Found> few = collect(connection, question);
      if (question.latestBy().isPresent() || few.getFirst().matches() <= FEW) {
        return few.stream().map(Found::artifact).flatMap(Optional::stream).toList();
      }
    }
    return newest(question).list(connection, ArtifactRows::artifact);
  }

  private static List<Found> collect(Connection connection, Question question) throws SQLException {
    return byFacets(
        connection,
        with ->
            collected(question)
                .list(
                    with,
                    row ->
                        new Found(
                            row.getLong("matches"),
                            row.getString("batch_id") == null
                                ? Optional.empty()
                                : Optional.of(artifact(row)))));
  }

  /** With the planner's settings for the index of facets; the work must only read. */
  static <T> T byFacets(Connection connection, SqlExecutor.Work<T> work) throws SQLException {
    connection.setAutoCommit(false);
    try (Statement settings = connection.createStatement()) {
      settings.execute(BY_FACETS);
      return work.on(connection);
    } finally {
      connection.rollback();
      connection.setAutoCommit(true);
    }
  }

  /** By the index of facets; one row without artifact when nothing is left. */
  static Query collected(Question question) {
    int most = question.latestBy().isPresent() ? Integer.MAX_VALUE : FEW + 1;
    Query query =
        new Query(
            "with found as materialized (select "
                + COLUMNS
                + " from artifact_row where facets @> ?::jsonb limit ?)"
                + " select n.matches, f.* from (select count(*) as matches from found) n"
                + " left join (select * from found where true",
            json(question.facets()),
            most);
    question.after().ifPresent(place -> after(query, place));
    query.add(") f on true order by");
    question.latestBy().ifPresent(key -> query.add(LATEST, key, key));
    return query.add("refined_at desc, batch_id, name limit ?", question.limit());
  }

  /** By the index of time. */
  static Query newest(Question question) {
    Query query = new Query("select " + COLUMNS + " from artifact_row where true");
    if (!question.facets().isEmpty()) {
      query.add("and facets @> ?::jsonb", json(question.facets()));
    }
    question.after().ifPresent(place -> after(query, place));
    return query.add("order by refined_at desc, batch_id, name limit ?", question.limit());
  }

  private static void after(Query query, Place place) {
    query.add(
        "and refined_at <= ? and (refined_at < ? or (batch_id, name) > (?, ?))",
        place.refinedAt(),
        place.refinedAt(),
        place.batch(),
        place.name());
  }

  /** A batch that has not ended and of whose key-values none speaks against the selector. */
  static Optional<BatchId> underWay(Connection connection, Selector selector) throws SQLException {
    Query query =
        new Query(
            "select id from batch_row where state not in ('done', 'failed', 'cancelled')"
                + " and pipeline = ?",
            selector.pipeline());
    selector.organism().ifPresent(slug -> query.add("and organism = ?", slug));
    return query
        .add(
            "and not exists (select 1 from jsonb_each_text(?::jsonb) wanted"
                + " where document -> 'key_values' ->> wanted.key <> wanted.value) limit 1",
            json(selector.keyValues()))
        .first(connection, row -> BatchId.of(row.getString(1)));
  }

  private static String json(Map<String, String> facets) {
    try {
      return Json.MAPPER.writeValueAsString(facets);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot ask for " + facets, e);
    }
  }

  private static RefinedArtifact artifact(ResultSet row) throws SQLException {
    try {
      Map<String, String> facets = Json.MAPPER.readValue(row.getString("facets"), MAP);
      return new RefinedArtifact(
          BatchId.of(row.getString("batch_id")),
          row.getString("pipeline"),
          row.getString("artifact"),
          row.getString("name"),
          Optional.ofNullable(row.getString("organism")),
          facets,
          row.getString("sha256"),
          row.getLong("size"),
          row.getString("media_type"),
          row.getObject("refined_at", OffsetDateTime.class).toInstant());
    } catch (IOException e) {
      throw new SQLException("cannot read the facets of an artifact", e);
    }
  }
}
