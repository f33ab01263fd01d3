package refinery.readmodel;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import refinery.protocol.Json;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.Found;
import refinery.protocol.query.ReadModel.Hit;

/**
 * Searches batches by the words of their archives and by the harmonised form of them. Up to {@link
 * #FEW} matches are collected by the indexes of words and facets and then sorted; where there are
 * more, the newest are read along the index of time, where matches are then frequent enough.
 */
final class SearchRows {
  static final int FEW = 2_000;

  private static final String LIST = "search";
  private static final String WORDS = "q";
  private static final String STATE = "state";
  private static final String QUALITY = "quality";
  private static final String SURVEY = "survey_id";
  private static final int LARGEST_PAGE = 1_000;
  private static final String OF_BATCH = "select 1 from batch_row b where b.id = s.batch_id";
  private static final TypeReference<Map<String, String>> MAP = new TypeReference<>() {};

  private SearchRows() {}

  /**
   * @param values the most values of a facet that are returned
   */
  static Found answer(Connection connection, Filter filter, List<String> facets, int values)
      throws SQLException {
    return ArtifactRows.byFacets(
        connection,
        with -> {
          FacetCounts counts = FacetCounts.read(with, filter, facets, values);
          long total = counts.total();
          Page<Hit> page = page(with, filter, total <= FEW);
          return new Found(page.items(), page.next(), total, counts.values());
        });
  }

  /** Adds the conditions of the filter, without those on the facet {@code but}. */
  static Query matching(Query query, Filter filter, String but) {
    query.add("where true");
    Map<String, String> facets = new TreeMap<>(filter.values());
    facets.remove(but);
    Optional.ofNullable(facets.remove(WORDS))
        .ifPresent(text -> query.add("and s.words @@ websearch_to_tsquery('simple', ?)", text));
    Optional.ofNullable(facets.remove(STATE))
        .ifPresent(state -> query.add("and exists (" + OF_BATCH + " and b.state = ?)", state));
    Optional.ofNullable(facets.remove(QUALITY))
        .ifPresent(word -> query.add("and exists (" + OF_BATCH + " and b.quality = ?)", word));
    Optional.ofNullable(facets.remove(SURVEY))
        .ifPresent(
            survey ->
                query.add(
                    "and exists (select 1 from batch_survey m where m.batch_id = s.batch_id"
                        + " and m.survey_id = ?)",
                    survey));
    if (!facets.isEmpty()) {
      query.add("and s.facets @> ?::jsonb", json(facets));
    }
    return query;
  }

  private record Row(Hit hit, Cursor cursor) {}

  private static Page<Hit> page(Connection connection, Filter filter, boolean few)
      throws SQLException {
    int limit = Math.clamp(filter.limit(), 1, LARGEST_PAGE);
    List<Row> rows = page(filter, few, limit + 1).list(connection, SearchRows::row);
    List<Hit> items = rows.stream().limit(limit).map(Row::hit).toList();
    return new Page<>(
        items,
        rows.size() > limit
            ? Optional.of(rows.get(limit - 1).cursor().encode(LIST, filter))
            : Optional.empty());
  }

  /** Newest first; of few matches all are collected before they are sorted. */
  static Query page(Filter filter, boolean few, int limit) {
    String columns = "select s.batch_id, s.created_at, s.facets from search_row s";
    Query query = new Query(few ? "with s as materialized (" + columns : columns);
    matching(query, filter, "");
    if (few) {
      query.add(") select s.batch_id, s.created_at, s.facets from s where true");
    }
    filter
        .cursor()
        .map(text -> Cursor.decode(text, LIST, filter))
        .ifPresent(
            after ->
                query.add(
                    "and s.created_at <= ? and (s.created_at < ? or s.batch_id > ?)",
                    after.createdAt(),
                    after.createdAt(),
                    after.id()));
    query.add("order by s.created_at desc, s.batch_id limit ?", limit);
    Query whole = new Query("select p.batch_id, p.created_at, p.facets, b.document from (");
    return whole
        .add(query)
        .add(") p join batch_row b on b.id = p.batch_id order by p.created_at desc, p.batch_id");
  }

  private static Row row(ResultSet row) throws SQLException {
    try {
      return new Row(
          new Hit(
              JsonColumns.read(row, "document", BatchView.class),
              Json.MAPPER.readValue(row.getString("facets"), MAP)),
          new Cursor(
              row.getObject("created_at", OffsetDateTime.class).toInstant(),
              row.getString("batch_id")));
    } catch (IOException e) {
      throw new SQLException("cannot read what a batch is searched by", e);
    }
  }

  static String json(Map<String, String> facets) {
    try {
      return Json.MAPPER.writeValueAsString(
          facets.entrySet().stream()
              .collect(
                  Collectors.toMap(
                      Map.Entry::getKey, entry -> entry.getValue().replace("\0", ""))));
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("cannot search for " + facets, e);
    }
  }
}
