package refinery.readmodel;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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

  /** Classes of SQL states that blame a row: its data, a constraint, limits of the server. */
  private static final Set<String> CONTENT = Set.of("22", "23", "54");

  private static final Logger LOG = LoggerFactory.getLogger(SearchIndex.class);

  private final AtomicLong unsearchable = new AtomicLong();
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

  /** Shows how many rows could not be made of what their archive says, since the start. */
  public SearchIndex meteredBy(MeterRegistry registry) {
    FunctionCounter.builder("refinery.search.unsearchable", unsearchable, AtomicLong::get)
        .description(
            "Batches whose metadata could not be indexed; they are found by their ids only")
        .register(registry);
    return this;
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
            writeAll(connection, described(connection, new HashSet<>(noted)));
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
            "delete from search_todo where ctid = any(array(select ctid from search_todo limit ?"
                + " for update skip locked)) returning batch_id",
            PAGE)
        .list(connection, row -> row.getString(1));
  }

  /**
   * @param bare only what Refinery itself has named is searched
   */
  private record Described(
      BatchView batch, String title, OffsetDateTime createdAt, boolean isBare) {
    Described bare() {
      return new Described(batch, title, createdAt, true);
    }

    /** What is said of the batch, the shortest first, so that prose cannot crowd out the labels. */
    String words(Map<String, String> facets) {
      if (isBare) {
        return batch.id().value();
      }
      String labels =
          Stream.concat(
                  Stream.of(batch.key(), title),
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
                    row.getObject("created_at", OffsetDateTime.class),
                    false));
  }

  /** Writes all rows; those that cannot be made do not keep the others back. */
  private void writeAll(Connection connection, List<Described> batches) throws SQLException {
    if (isWritten(connection, batches, this::facets)) {
      return;
    }
    for (Described described : batches) {
      if (!isWritten(connection, List.of(described), this::facets)) {
        LOG.warn(
            "{}: what its archive says cannot be indexed; it is found by its id only",
            described.batch().id().value());
        unsearchable.incrementAndGet();
        write(connection, List.of(described.bare()), batch -> Map.of());
      }
    }
  }

  /** False if the content of a row is at fault: nothing was written then. */
  private boolean isWritten(
      Connection connection,
      List<Described> batches,
      Function<BatchView, Map<String, String>> facets)
      throws SQLException {
    Savepoint before = connection.setSavepoint();
    try {
      write(connection, batches, facets);
      connection.releaseSavepoint(before);
      return true;
    } catch (SQLException e) {
      connection.rollback(before);
      if (e.getSQLState() == null || !CONTENT.contains(e.getSQLState().substring(0, 2))) {
        throw e;
      }
      return false;
    } catch (RuntimeException e) {
      connection.rollback(before);
      return false;
    }
  }

  private void write(
      Connection connection,
      List<Described> batches,
      Function<BatchView, Map<String, String>> facetsOf)
      throws SQLException {
    try (PreparedStatement row =
        connection.prepareStatement(
            "insert into search_row (batch_id, created_at, rules, words, facets)"
                + " values (?, ?, ?, to_tsvector('simple', ?), ?::jsonb)"
                + " on conflict (batch_id) do update set created_at = excluded.created_at,"
                + " rules = excluded.rules, words = excluded.words, facets = excluded.facets")) {
      for (Described described : batches) {
        Map<String, String> facets = facetsOf.apply(described.batch());
        row.setString(1, described.batch().id().value());
        row.setObject(2, described.createdAt());
        row.setString(3, rules);
        row.setString(4, described.words(facets));
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
}
