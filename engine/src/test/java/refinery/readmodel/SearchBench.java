package refinery.readmodel;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import refinery.journal.JournalHarness;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.Found;
import refinery.testing.RefinedBatches;
import refinery.testing.RefinedBatches.Description;

/** How long searches take among many batches: {@code SearchBench [BATCHES]}. */
final class SearchBench {
  private static final int REPEATS = 7;
  private static final List<String> FACETS = List.of("organism", "tissue", "library_strategy");

  private SearchBench() {}

  public static void main(String[] arguments) throws Exception {
    int batches = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 100_000;
    try (JournalHarness journal = new JournalHarness();
        SqlExecutor sql = new SqlExecutor(journal.database().dataSource(), 2)) {
      RefinedBatches one = new RefinedBatches(journal);
      one.describe("template", new Description("salmon-quant", Optional.of("x"), Map.of()));
      one.begin("template", java.time.Instant.EPOCH);
      long began = System.nanoTime();
      try (Connection connection = journal.database().dataSource().getConnection()) {
        fill(connection, batches);
      }
      System.out.printf("%,d batches recorded: %.1f s%n", batches, seconds(began));
      SearchIndex index = new SearchIndex(sql, SearchBench::harmonised, "bench");
      began = System.nanoTime();
      while (get(index.next()) > 0) {
        continue;
      }
      System.out.printf("indexed: %.1f s%n", seconds(began));
      SqlReadModel rows = new SqlReadModel(sql);
      for (Map<String, String> filter :
          List.of(
              Map.<String, String>of(),
              Map.of("q", "liver"),
              Map.of("q", "srr77777"),
              Map.of("tissue", "tissue 9", "library_strategy", "RNA-Seq"),
              Map.of("q", "shock heat", "state", "processing"))) {
        measure(rows, filter);
      }
    }
  }

  private static void measure(SqlReadModel rows, Map<String, String> filter) throws Exception {
    AtomicReference<Found> found = new AtomicReference<>();
    double[] took = new double[REPEATS];
    for (int i = 0; i < REPEATS; i++) {
      long began = System.nanoTime();
      found.set(get(rows.search(new Filter(filter, 20, Optional.empty()), FACETS, 100)));
      took[i] = seconds(began);
    }
    java.util.Arrays.sort(took);
    System.out.printf(
        "%s: %,d found, median %.0f ms, longest %.0f ms%n",
        new TreeMap<>(filter),
        found.get().total(),
        took[REPEATS / 2] * 1e3,
        took[REPEATS - 1] * 1e3);
  }

  /** Copies of the one batch that is there, each with words of its own. */
  private static void fill(Connection connection, int batches) throws SQLException {
    try (PreparedStatement statement =
        connection.prepareStatement(
            """
            insert into batch_row (id, seq_nr, source, key, pipeline, organism, state, title,
                created_at, open, changed_at, document)
            select 'batch-' || n, 1, source, 'srr' || n, pipeline, 'organism_' || n % 12, state,
                'run srr' || n, created_at + n * interval '1 second', false, changed_at,
                (document::jsonb || jsonb_build_object('id', 'batch-' || n, 'key', 'srr' || n,
                 'key_values', jsonb_build_object('organism', 'Organism ' || n % 12,
                 'tissue', 'Tissue ' || n % 300, 'library_strategy',
                 case when n % 3 = 0 then 'RNA-Seq' else 'miRNA-Seq' end,
                 'sample_title', case n % 4 when 0 then 'liver of mouse ' else 'heat shock ' end || n,
                 'study_title', 'Effects of ' || n % 1000 || ' on the transcriptome of cells',
                 'md5', md5(n::text), 'experiment', 'SRX' || n)))::json
            from batch_row, generate_series(1, ?) n where id = 'batch-template'
            """)) {
      statement.setInt(1, batches);
      statement.executeUpdate();
    }
  }

  private static Map<String, Harmonised> harmonised(Map<String, String> words) {
    Map<String, Harmonised> said = new TreeMap<>();
    for (String field : FACETS) {
      Optional.ofNullable(words.get(field))
          .ifPresent(
              value ->
                  said.put(
                      field, new Harmonised(value.replace("T", "t"), Optional.empty(), field, "")));
    }
    return said;
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(600, TimeUnit.SECONDS);
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }
}
