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
import java.util.TreeMap;
import refinery.protocol.BatchId;
import refinery.protocol.Json;
import refinery.protocol.artifact.KeyValues;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.FacetCount;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.InvalidCursor;

/**
 * Finds artifacts by their facets. The index of facets gives exactly the matching rows, but
 * unsorted; the index of time is sorted, but also gives rows that do not match. So up to {@link
 * #FEW} matches are collected by the first and sorted. If there are more, the newest ones are read
 * along the second, where matches are then frequent enough. Both ways are forced, because the
 * planner's statistics know nothing of single key-values.
 */
final class ArtifactRows {
  static final int FEW = 2_000;

  private static final String LIST = "artifacts";
  private static final String KEY_VALUE = "kv.";
  private static final int LARGEST_PAGE = 1_000;
  private static final TypeReference<Map<String, String>> MAP = new TypeReference<>() {};
  private static final String COLUMNS =
      "batch_id, pipeline, role, name, organism, media_type, sha256, size, refined_at, facets";

  /**
   * Makes the planner use the index of facets. Connections of the pool are set up to avoid bitmap
   * scans and sorts, which this needs.
   */
  private static final String BY_FACETS =
      "set local enable_bitmapscan = on; set local enable_sort = on; set local enable_seqscan ="
          + " off";

  private static final String LATEST =
      "case when facets ->> ? ~ '^[0-9]{1,9}$' then (facets ->> ?)::integer else -1 end desc,";

  /** A batch that has all these facets already. */
  private static final String SAYS =
      "or not exists (select 1 from jsonb_each_text(?::jsonb) wanted"
          + " where coalesce(case wanted.key when 'organism' then organism end,"
          + " document -> 'parameters' ->> wanted.key,"
          + " document -> 'key_values' ->> wanted.key) is distinct from wanted.value)";

  private ArtifactRows() {}

  /**
   * @param facets all of them must be equal
   * @param anyOf see {@link Selector}; if present, all matches are collected, however many
   * @param latestBy likewise
   * @param after where the page begins in the order of time, exclusive
   */
  record Question(
      Map<String, String> facets,
      List<Map<String, String>> anyOf,
      Optional<String> latestBy,
      Optional<Place> after,
      int limit) {
    static Question of(Selector selector, int limit) {
      return new Question(
          selector.facets(), selector.anyOf(), selector.latestBy(), Optional.empty(), limit);
    }

    /** By time alone; the index of time has it. */
    boolean isNewestFirst() {
      return anyOf.isEmpty() && latestBy.isEmpty();
    }
  }

  record Place(Instant refinedAt, String batch, String name) {
    static Place of(RefinedArtifact artifact) {
      return new Place(artifact.refinedAt(), artifact.batch().value(), artifact.name());
    }

    static Place of(Cursor cursor, Filter filter) {
      int space = cursor.id().indexOf(' ');
      if (space < 0) {
        throw new InvalidCursor(filter.cursor().orElse(""));
      }
      return new Place(
          cursor.createdAt(), cursor.id().substring(0, space), cursor.id().substring(space + 1));
    }

    Cursor cursor() {
      return new Cursor(refinedAt, batch + " " + name);
    }
  }

  /** The facets that a filter asks for: its own names, and KEY for {@code kv.KEY}. */
  private static Map<String, String> facets(Filter filter) {
    Map<String, String> facets = new TreeMap<>();
    filter
        .values()
        .forEach(
            (name, value) -> {
              boolean keyValue = name.startsWith(KEY_VALUE);
              if (!keyValue && !KeyValues.RESERVED.contains(name)) {
                throw new IllegalArgumentException("the list of artifacts has no filter " + name);
              }
              facets.put(keyValue ? name.substring(KEY_VALUE.length()) : name, value);
            });
    return facets;
  }

  static Page<RefinedArtifact> page(Connection connection, Filter filter) throws SQLException {
    int limit = Math.clamp(filter.limit(), 1, LARGEST_PAGE);
    Optional<Place> after =
        filter
            .cursor()
            .map(text -> Cursor.decode(text, LIST, filter))
            .map(cursor -> Place.of(cursor, filter));
    List<RefinedArtifact> found =
        answer(
            connection,
            new Question(facets(filter), List.of(), Optional.empty(), after, limit + 1));
    List<RefinedArtifact> items = found.subList(0, Math.min(limit, found.size()));
    return new Page<>(
        items,
        found.size() > limit
            ? Optional.of(Place.of(items.getLast()).cursor().encode(LIST, filter))
            : Optional.empty());
  }

  /** Counts the values of a key among matching artifacts, by the index of facets. */
  static List<FacetCount> count(Connection connection, Filter filter, String key, int values)
      throws SQLException {
    Query query = counted(facets(filter), key, values);
    return byFacets(
        connection,
        with -> query.list(with, row -> new FacetCount(row.getString(1), row.getLong(2))));
  }

  static Query counted(Map<String, String> facets, String key, int values) {
    return new Query(
            "select value, count(*) from (select facets ->> ? as value from artifact_row"
                + " where facets @> ?::jsonb) matching where value is not null",
            key,
            json(facets))
        .add("group by value order by 2 desc, value collate \"C\" limit ?", values);
  }

  private record Found(long matches, Optional<RefinedArtifact> artifact) {}

  static List<RefinedArtifact> answer(Connection connection, Question question)
      throws SQLException {
    if (!question.facets().isEmpty()) {
      List<Found> few = collect(connection, question);
      if (!question.isNewestFirst() || few.getFirst().matches() <= FEW) {
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

  /**
   * Runs the work with the planner's settings for the index of facets, and rolls back after it. The
   * work must only read.
   */
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

  /**
   * The query by the index of facets. It gives one row without an artifact when nothing is left.
   */
  static Query collected(Question question) {
    int most = question.isNewestFirst() ? FEW + 1 : Integer.MAX_VALUE;
    Query query =
        new Query(
            "with found as materialized (select "
                + COLUMNS
                + " from artifact_row where facets @> ?::jsonb",
            json(question.facets()));
    if (!question.anyOf().isEmpty()) {
      query.add("and (facets @> ?::jsonb", json(question.anyOf().getFirst()));
      for (Map<String, String> other : question.anyOf().subList(1, question.anyOf().size())) {
        query.add("or facets @> ?::jsonb", json(other));
      }
      query.add(")");
    }
    query.add(
        "limit ?)"
            + " select n.matches, f.* from (select count(*) as matches from found) n"
            + " left join (select * from found where true",
        most);
    question.after().ifPresent(place -> after(query, place));
    query.add(") f on true order by");
    if (!question.anyOf().isEmpty()) {
      query.add("case");
      for (int rank = 0; rank < question.anyOf().size(); rank++) {
        query.add("when facets @> ?::jsonb then ?", json(question.anyOf().get(rank)), rank);
      }
      query.add("end,");
    }
    question.latestBy().ifPresent(key -> query.add(LATEST, key, key));
    return query.add("refined_at desc, batch_id, name limit ?", question.limit());
  }

  /** The query by the index of time. */
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

  /** A batch that has not ended and none of whose key-values contradicts the selector. */
  static Optional<BatchId> underWay(Connection connection, Selector selector) throws SQLException {
    Query query =
        new Query(
            "select id from batch_row where state not in ('done', 'failed', 'cancelled', 'planned')"
                + " and pipeline = ?",
            selector.pipeline());
    selector.organism().ifPresent(slug -> query.add("and organism = ?", slug));
    if (!selector.anyOf().isEmpty()) {
      query.add("and (false");
      selector.anyOf().forEach(facets -> query.add(SAYS, json(facets)));
      query.add(")");
    }
    return query
        .add(
            "and not exists (select 1 from jsonb_each_text(?::jsonb) wanted"
                + " where coalesce(document -> 'parameters' ->> wanted.key,"
                + " document -> 'key_values' ->> wanted.key) <> wanted.value) limit 1",
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

  static RefinedArtifact artifact(ResultSet row) throws SQLException {
    try {
      Map<String, String> facets = Json.MAPPER.readValue(row.getString("facets"), MAP);
      return new RefinedArtifact(
          BatchId.of(row.getString("batch_id")),
          row.getString("pipeline"),
          row.getString("role"),
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
