package refinery.readmodel;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.query.ReadModel.FacetCount;
import refinery.protocol.query.ReadModel.Filter;

/**
 * How many batches match a search, and how many of them have each value of some facets. A condition
 * on a facet itself does not hide the values that one could choose instead, so such a facet costs a
 * look of its own at all that match; the others are counted in one look together.
 *
 * @param values by facet, in the order in which they were asked for, the most frequent first
 */
record FacetCounts(long total, Map<String, List<FacetCount>> values) {

  /**
   * @param most the most values of a facet
   */
  static FacetCounts read(Connection connection, Filter filter, List<String> facets, int most)
      throws SQLException {
    List<String> free =
        facets.stream().filter(facet -> !filter.values().containsKey(facet)).toList();
    Map<String, List<FacetCount>> values = new LinkedHashMap<>();
    facets.forEach(facet -> values.put(facet, new ArrayList<>()));
    List<Counted> counted =
        together(filter, free, most).list(connection, row -> counted(row, free));
    long total = 0;
    for (Counted each : counted) {
      if (each.facet().isEmpty()) {
        total = each.count().count();
      } else {
        values.get(each.facet()).add(each.count());
      }
    }
    for (String facet : facets) {
      if (!free.contains(facet)) {
        values.put(facet, alone(filter, facet, most).list(connection, FacetCounts::count));
      }
    }
    return new FacetCounts(total, values);
  }

  /**
   * @param facet empty for all that match
   */
  private record Counted(String facet, FacetCount count) {}

  /** The bits of {@code grouping} say which columns a row was not grouped by, the first highest. */
  private static Counted counted(ResultSet row, List<String> facets) throws SQLException {
    int without = row.getInt(1);
    FacetCount count =
        new FacetCount(Optional.ofNullable(row.getString(2)).orElse(""), row.getLong(3));
    for (int i = 0; i < facets.size(); i++) {
      if ((without & 1 << (facets.size() - 1 - i)) == 0) {
        return new Counted(facets.get(i), count);
      }
    }
    return new Counted("", count);
  }

  static Query together(Filter filter, List<String> facets, int most) {
    if (facets.isEmpty()) {
      return SearchRows.matching(
          new Query("select 0, null, count(*) from search_row s"), filter, "");
    }
    List<String> columns = new ArrayList<>();
    Query query = new Query("select without, value, batches from (select");
    Query rows = new Query("select");
    for (int i = 0; i < facets.size(); i++) {
      columns.add("f" + i);
      rows.add((i == 0 ? "" : ", ") + "s.facets ->> ? as f" + i, facets.get(i));
    }
    String all = String.join(", ", columns);
    String sets = String.join("), (", columns);
    rows.add("from search_row s");
    return query
        .add("grouping(" + all + ") as without, coalesce(" + all + ", null) as value,")
        .add("count(*) as batches, row_number() over (partition by grouping(" + all + ")")
        .add("order by count(*) desc, coalesce(" + all + ", null) collate \"C\") as place from (")
        .add(SearchRows.matching(rows, filter, ""))
        .add(") matching group by grouping sets ((" + sets + "), ())")
        .add(
            "having coalesce(" + all + ", null) is not null or grouping(" + all + ") = ?",
            none(facets))
        .add(") counted where place <= ? order by without, place", most);
  }

  private static int none(List<String> facets) {
    return (1 << facets.size()) - 1;
  }

  /** The values of a facet among what matches all other conditions. */
  static Query alone(Filter filter, String facet, int most) {
    Query query =
        new Query("select value, count(*) from (select s.facets ->> ? as value", facet)
            .add("from search_row s");
    return SearchRows.matching(query, filter, facet)
        .add(") matching where value is not null group by value")
        .add("order by 2 desc, value collate \"C\" limit ?", most);
  }

  private static FacetCount count(ResultSet row) throws SQLException {
    return new FacetCount(row.getString(1), row.getLong(2));
  }
}
