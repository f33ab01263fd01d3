package refinery.readmodel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.query.BatchView;

/**
 * Makes the rows that batches are searched by. Which rows are to be made stands in the database,
 * written with the batch itself, so nothing is forgotten whatever ends meanwhile; several nodes may
 * work on it at once. Thread-safe.
 */
public final class SearchIndex {
  /** Rows made in one transaction. */
  static final int PAGE = 200;

  /** Characters of all that an archive says which are searched; more of it is prose without end. */
  static final int MOST_WORDS = 50_000;

  private final SqlExecutor sql;
  private final Function<Map<String, String>, Map<String, Harmonised>> harmonise;
  private final String rules;

  /**
   * @param harmonise makes the harmonised form of an archive's words; pure
   * @param rules names these rules: what other rules made is made anew
   */
  public SearchIndex(
      SqlExecutor sql,
      Function<Map<String, String>, Map<String, Harmonised>> harmonise,
      String rules) {
    this.sql = sql;
    this.harmonise = harmonise;
    this.rules = rules;
  }

  /** Notes all rows that other rules have made. Gives their number. */
  public CompletionStage<Integer> begin() {
    return sql.run(
        connection -> {
          try (PreparedStatement note =
              connection.prepareStatement(
                  "insert into search_todo select batch_id from search_row where rules <> ?")) {
            note.setString(1, rules);
            return note.executeUpdate();
          }
        });
  }

  /** Makes at most {@value #PAGE} rows. Gives how many were noted; 0 when all are made. */
  public CompletionStage<Integer> next() {
    return sql.run(
        connection -> {
          connection.setAutoCommit(false);
          try {
            List<String> noted = taken(connection);
            write(connection, described(connection, new HashSet<>(noted)));
            connection.commit();
            return noted.size();
          } finally {
            connection.rollback();
            connection.setAutoCommit(true);
          }
        });
  }

  private static List<String> taken(Connection connection) throws SQLException {
    return new Query(
            "delete from search_todo where ctid = any(array("
                + "select ctid from search_todo limit ? for update skip locked)) returning batch_id",
            PAGE)
        .list(connection, row -> row.getString(1));
  }

  private record Described(BatchView batch, String title, OffsetDateTime createdAt) {}

  private static List<Described> described(Connection connection, Set<String> ids)
      throws SQLException {
    return new Query(
            "select document, title, created_at from batch_row where id = any(?) order by id", ids)
        .list(
            connection,
            row ->
                new Described(
                    JsonColumns.read(row, "document", BatchView.class),
                    row.getString("title"),
                    row.getObject("created_at", OffsetDateTime.class)));
  }

  private void write(Connection connection, List<Described> batches) throws SQLException {
    try (PreparedStatement row =
        connection.prepareStatement(
            "insert into search_row (batch_id, created_at, rules, words, facets)"
                + " values (?, ?, ?, to_tsvector('simple', ?), ?::jsonb)"
                + " on conflict (batch_id) do update set created_at = excluded.created_at,"
                + " rules = excluded.rules, words = excluded.words, facets = excluded.facets")) {
      for (Described described : batches) {
        Map<String, String> facets = facets(described.batch());
        row.setString(1, described.batch().id().value());
        row.setObject(2, described.createdAt());
        row.setString(3, rules);
        row.setString(4, words(described, facets));
        row.setString(5, SearchRows.json(facets));
        row.addBatch();
      }
      row.executeBatch();
    }
  }

  private Map<String, String> facets(BatchView batch) {
    Map<String, String> facets = new TreeMap<>();
    harmonise.apply(batch.keyValues()).forEach((field, said) -> facets.put(field, said.value()));
    facets.put("source", batch.source());
    facets.put("pipeline", batch.pipeline());
    return facets;
  }

  /** What is said of the batch, the shortest first, so that prose cannot crowd out the labels. */
  private static String words(Described described, Map<String, String> facets) {
    BatchView batch = described.batch();
    String labels =
        Stream.concat(
                Stream.of(batch.key(), described.title()),
                Stream.concat(facets.values().stream(), batch.organism().stream()))
            .collect(Collectors.joining("\n"));
    String said =
        batch.keyValues().values().stream()
            .sorted((one, other) -> Integer.compare(one.length(), other.length()))
            .collect(Collectors.joining("\n"));
    String all = (labels + "\n" + said).replace('\0', ' ');
    return all.substring(0, Math.min(all.length(), MOST_WORDS));
  }
}
