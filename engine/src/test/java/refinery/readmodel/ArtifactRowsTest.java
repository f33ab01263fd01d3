package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.journal.JournalHarness;
import refinery.journal.Projector;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.job.JobResult;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.FacetCount;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.InvalidCursor;
import refinery.testing.RefinedBatches;
import refinery.testing.RefinedBatches.Description;

class ArtifactRowsTest {
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00.123456Z");
  private static final Optional<String> FLY = Optional.of("drosophila_melanogaster");
  private static final Artifact SALMON =
      new Artifact("fly.k31.tar.gz", "ab".repeat(32), 7, "application/gzip", "salmon-index");
  private static final Artifact WORDS =
      new Artifact("index.log", "cd".repeat(32), 8, "text/plain", Artifact.LOG);
  private static final Selector INDEX =
      Selector.of("transcriptome-index", "salmon-index").ofOrganism(FLY.get()).with("k", "31");

  private static JournalHarness journal;
  private static SqlExecutor sql;
  private static SqlNodeQueries queries;
  private static RefinedBatches batches;

  @BeforeAll
  static void open() {
    journal = new JournalHarness();
    sql = new SqlExecutor(journal.database().dataSource(), 2);
    queries = new SqlNodeQueries(sql);
    batches = new RefinedBatches(journal);
  }

  @AfterAll
  static void close() {
    sql.close();
    journal.close();
  }

  @AfterEach
  void clear() throws SQLException {
    journal.execute("truncate event_journal, event_tag, batch_row, listed_artifact, artifact_row");
    batches = new RefinedBatches(journal);
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static List<RefinedArtifact> find(Selector selector) throws Exception {
    return get(queries.artifacts(selector, 10));
  }

  private static void describeIndex(String name, String release, String k) {
    batches.describe(
        name, new Description("transcriptome-index", FLY, Map.of("release", release, "k", k)));
  }

  @Test
  void artifactsComeWithTheResultsAndGoWhenTheBatchIsTakenUpAgain() throws Exception {
    describeIndex("a", "110", "31");
    batches.begin("a", AT);
    assertThat(find(INDEX)).isEmpty();
    batches.finish("a", AT, Map.of("transcripts", "60"), SALMON, WORDS);
    RefinedArtifact refined = batches.refined("a", AT, Map.of("transcripts", "60"), SALMON);
    assertThat(find(INDEX)).containsExactly(refined);
    assertThat(find(INDEX.with("transcripts", "60").with("release", "110")))
        .containsExactly(refined);
    assertThat(find(INDEX.with("release", "99"))).isEmpty();

    batches.informSurvey("a", AT.plusSeconds(9));
    assertThat(find(INDEX)).containsExactly(refined);
    batches.reprocess("a", AT.plusSeconds(10));
    assertThat(find(INDEX)).isEmpty();

    Artifact other = new Artifact("other", "ef".repeat(32), 1, "text/plain", "salmon-index");
    batches.finish("a", AT.plusSeconds(11), Map.of(), other);
    assertThat(find(INDEX))
        .containsExactly(batches.refined("a", AT.plusSeconds(11), Map.of(), other));
    assertThat(new ReadModelRebuild(dataSource(), projectors()).verify()).isEmpty();
  }

  @Test
  void noAttributeOfASampleChangesWhatWasFoundOut() throws Exception {
    batches.describe(
        "run", new Description("rnaseq", FLY, Map.of("index_sha256", "another", "sex", "male")));
    batches.begin("run", AT);
    batches.finish("run", AT, Map.of("index_sha256", "real"), SALMON);
    assertThat(find(Selector.of("rnaseq", "salmon-index")).getFirst().keyValues())
        .isEqualTo(Map.of("index_sha256", "real", "sex", "male"));
  }

  private static DataSource dataSource() {
    return journal.database().dataSource();
  }

  private static Map<String, Projector<?, ?>> projectors() {
    return Map.of("Batch", batches.projector());
  }

  @Test
  void whatTheSurveyAskedForIsWhatTheArtifactIs() throws Exception {
    batches.describe(
        "own",
        new Description(
            "transcriptome-index",
            FLY,
            Map.of("release", "110", "k", "31"),
            Map.of("k", "25", "exclude_biotypes", "")));
    batches.begin("own", AT);
    assertThat(get(queries.underWay(INDEX))).isEmpty();
    assertThat(get(queries.underWay(INDEX.with("k", "25")))).isPresent();
    batches.finish("own", AT, Map.of(), SALMON);
    assertThat(find(INDEX)).isEmpty();
    assertThat(find(INDEX.with("k", "25")))
        .containsExactly(batches.refined("own", AT, Map.of(), SALMON));
  }

  @Test
  void aRebuildMakesTheSameArtifactsWithTheirTimes() throws Exception {
    for (String name : List.of("a", "b", "c")) {
      describeIndex(name, "110", "31");
      batches.begin(name, AT);
      batches.finish(name, AT.plusSeconds(name.charAt(0)), Map.of(), SALMON);
      batches.informSurvey(name, AT.plusSeconds(300));
    }
    batches.reprocess("b", AT.plusSeconds(301));
    describeIndex("d", "110", "31");
    // a command of two events: its row comes with the second
    batches.begin("d", AT);
    batches.write(
        "d",
        new BatchEvent.Processed(
            JobId.of("job-process"),
            2,
            new JobResult.Processed(List.of(SALMON), Map.of(), "", Optional.empty()),
            AT.plusSeconds(5)),
        new BatchEvent.SurveyInformed(SurveyId.of("survey-x"), 1, 0, AT.plusSeconds(5)));
    List<RefinedArtifact> before = find(INDEX);
    assertThat(before)
        .extracting(a -> a.batch().value())
        .containsExactly("batch-c", "batch-a", "batch-d");
    ReadModelRebuild rebuild = new ReadModelRebuild(dataSource(), projectors());
    assertThat(rebuild.verify()).isEmpty();
    rebuild.rebuild();
    assertThat(find(INDEX)).isEqualTo(before);
    assertThat(rebuild.verify()).isEmpty();
  }

  @Test
  void theLatestReleaseIsChosenAndWhatIsUnderWayIsFound() throws Exception {
    for (String release : List.of("99", "110", "111")) {
      describeIndex("r" + release, release, "31");
      batches.begin("r" + release, AT);
    }
    batches.finish("r110", AT, Map.of(), SALMON);
    batches.finish("r99", AT.plusSeconds(1), Map.of(), SALMON);
    assertThat(find(INDEX)).extracting(a -> a.batch().value()).startsWith("batch-r99");
    assertThat(find(INDEX.latestBy("release")))
        .extracting(a -> a.batch().value())
        .containsExactly("batch-r110", "batch-r99");
    assertThat(get(queries.underWay(INDEX))).contains(BatchId.of("batch-r111"));
    assertThat(get(queries.underWay(INDEX.with("transcripts", "60")))).isPresent();
    assertThat(
            get(queries.underWay(INDEX.or(Map.of("taxon_id", "1")).or(Map.of("release", "111")))))
        .contains(BatchId.of("batch-r111"));
    for (Selector other :
        List.of(
            INDEX.with("k", "23"),
            INDEX.with("release", "110"),
            INDEX.ofOrganism("homo_sapiens"),
            INDEX.or(Map.of("release", "112")).or(Map.of("organism", "homo_sapiens")),
            INDEX.or(Map.of("taxon_id", "9606")),
            Selector.of("salmon-quant", "quant.sf"))) {
      assertThat(get(queries.underWay(other))).as(other.describe()).isEmpty();
    }
  }

  /** The same answers, in the same order, as the pure functions give. */
  @Test
  void sqlAgreesWithJavaOnGeneratedArtifactsAndSelectors() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    List<RefinedArtifact> all = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      String name = "g" + random.nextInt(1_000_000) + "-" + i;
      batches.describe(
          name,
          new Description(
              one(random, "p", "q"),
              random.nextInt(3) == 0 ? Optional.empty() : Optional.of(one(random, "o", "\u00f6")),
              keyValues(random)));
      Instant at = AT.plusSeconds(random.nextInt(5));
      Artifact first =
          new Artifact(
              one(random, "x", "y\ud83e\uddec", "y\uffee") + 1, "0", 1, "m", one(random, "r", "s"));
      Artifact second = new Artifact(one(random, "x", "y\ud83e\uddec", "y\uffee") + 2, "1", 2, "m");
      batches.finish(name, at, Map.of(), first, second);
      all.add(batches.refined(name, at, Map.of(), first));
      all.add(batches.refined(name, at, Map.of(), second));
    }
    int found = 0;
    for (int i = 0; i < 300; i++) {
      RefinedArtifact like = all.get(random.nextInt(all.size()));
      Selector selector =
          new Selector(
              random.nextInt(9) == 0 ? "none" : like.pipeline(),
              random.nextInt(9) == 0 ? "none" : like.role(),
              random.nextBoolean() ? like.organism() : Optional.empty(),
              some(random, random.nextInt(5) == 0 ? keyValues(random) : like.keyValues()),
              alternatives(random, like),
              random.nextBoolean() ? Optional.of("release") : Optional.empty());
      int limit = 1 + random.nextInt(200);
      List<RefinedArtifact> expected =
          all.stream().filter(selector::matches).sorted(selector.order()).limit(limit).toList();
      assertThat(get(queries.artifacts(selector, limit)))
          .as("%s, seed %d", selector, seed)
          .isEqualTo(expected);
      found += expected.size();
    }
    assertThat(found).as("seed " + seed).isPositive();
  }

  private static String one(Random random, String... texts) {
    return texts[random.nextInt(texts.length)];
  }

  private static Map<String, String> keyValues(Random random) {
    Map<String, String> values = new HashMap<>();
    for (String key : List.of("release", "k", "tissue")) {
      if (random.nextInt(4) > 0) {
        values.put(
            key,
            one(random, "9", "10", "010", "1234567890", "31", "a'b\"\\u0000\\", "\ud83e\uddec"));
      }
    }
    return values;
  }

  private static List<Map<String, String>> alternatives(Random random, RefinedArtifact like) {
    List<Map<String, String>> alternatives = new ArrayList<>();
    for (int i = random.nextInt(4); i > 0; i--) {
      Map<String, String> facets = some(random, keyValues(random));
      like.organism()
          .filter(slug -> random.nextBoolean())
          .ifPresent(slug -> facets.put("organism", slug));
      alternatives.add(random.nextBoolean() ? facets : some(random, like.keyValues()));
    }
    alternatives.removeIf(Map::isEmpty);
    return alternatives;
  }

  private static Map<String, String> some(Random random, Map<String, String> all) {
    Map<String, String> some = new HashMap<>(all);
    some.keySet().removeIf(key -> random.nextBoolean());
    return some;
  }

  private static void fill(int rows) throws SQLException {
    journal.execute(
        """
        insert into artifact_row
        select 'batch-' || n, 'quant.sf', 'salmon-quant', 'quant.sf', 'o' || mod(n, 50), 'text/plain',
               'ab', n, timestamptz '2026-01-01T00:00:00Z' + n * interval '1 second',
               jsonb_build_object('pipeline', 'salmon-quant', 'role', 'quant.sf',
                 'name', 'quant.sf', 'organism', 'o' || mod(n, 50), 'media_type', 'text/plain',
                 'sample', 's' || n, 'strategy', 'RNA-Seq', 'half', mod(n, 2)::text,
                 'release', mod(n, 7)::text)
        from generate_series(1, %d) n
        """
            .formatted(rows));
    journal.execute("analyze artifact_row");
  }

  @Test
  void tenThousandArtifactsAreNotReadForOne() throws Exception {
    fill(12_000);
    Selector all = Selector.of("salmon-quant", "quant.sf");
    Selector sample = all.with("sample", "s4711").with("strategy", "RNA-Seq");
    assertThat(find(sample)).extracting(RefinedArtifact::size).containsExactly(4711L);
    assertThat(find(all.with("half", "1")))
        .extracting(RefinedArtifact::size)
        .startsWith(11999L, 11997L);
    assertThat(find(all.ofOrganism("o49").with("half", "1")).getFirst().size()).isEqualTo(11999);
    assertThat(find(all.with("half", "1").latestBy("release")).getFirst().size()).isEqualTo(11997);
    assertThat(find(all.with("half", "2"))).isEmpty();

    for (Selector asked : List.of(sample, all, all.latestBy("release"))) {
      assertThat(plan(ArtifactRows.collected(ArtifactRows.Question.of(asked, 10)), true))
          .as(asked.describe())
          .contains("Bitmap Index Scan on artifact_facets")
          .doesNotContain("Seq Scan on artifact_row");
    }
    assertThat(
            plan(ArtifactRows.newest(ArtifactRows.Question.of(all.with("half", "1"), 10)), false))
        .contains("Index Scan using artifact_newest")
        .doesNotContain("Seq Scan")
        .doesNotContain("Sort");
  }

  /** Of 6,000 the half is read along the index of time, the seventh part is collected. */
  @Test
  void pagesMeetWithoutGapOrOverlapHoweverManyMatch() throws Exception {
    fill(6_000);
    SqlReadModel model = new SqlReadModel(sql);
    for (Map.Entry<String, Integer> asked :
        Map.of("kv.half", 3_000, "kv.release", 858, "pipeline", 6_000).entrySet()) {
      Map<String, String> values =
          Map.of(asked.getKey(), asked.getKey().equals("pipeline") ? "salmon-quant" : "1");
      List<Long> seen = new ArrayList<>();
      Optional<String> cursor = Optional.empty();
      do {
        Page<RefinedArtifact> page = get(model.artifacts(new Filter(values, 700, cursor)));
        page.items().forEach(artifact -> seen.add(artifact.size()));
        cursor = page.next();
      } while (cursor.isPresent());
      assertThat(seen)
          .hasSize(asked.getValue())
          .doesNotHaveDuplicates()
          .isSortedAccordingTo(Comparator.reverseOrder());
    }
    String cursor =
        get(model.artifacts(new Filter(Map.of("kv.half", "1"), 3, Optional.empty())))
            .next()
            .orElseThrow();
    for (Filter wrong :
        List.of(
            new Filter(Map.of("kv.half", "0"), 3, Optional.of(cursor)),
            new Filter(Map.of("kv.half", "1"), 3, Optional.of("x")))) {
      assertThatThrownBy(() -> get(model.artifacts(wrong))).hasCauseInstanceOf(InvalidCursor.class);
    }
    assertThat(get(model.artifacts(new Filter(Map.of(), 2, Optional.empty()))).items()).hasSize(2);
  }

  @Test
  void valuesAreCountedAlongTheIndex() throws Exception {
    fill(6_000);
    SqlReadModel model = new SqlReadModel(sql);
    Filter seventh = new Filter(Map.of("kv.release", "1"), 1, Optional.empty());
    assertThat(get(model.facet(seventh, "half", 9)))
        .containsExactly(new FacetCount("0", 429), new FacetCount("1", 429));
    assertThat(get(model.facet(seventh, "organism", 3))).hasSize(3);
    assertThat(get(model.facet(seventh, "none", 3))).isEmpty();
    assertThat(plan(ArtifactRows.counted(Map.of("release", "1"), "half", 9), true))
        .contains("Bitmap Index Scan on artifact_facets")
        .doesNotContain("Seq Scan");
  }

  private static String plan(Query query, boolean byFacets) throws Exception {
    SqlExecutor.Work<List<String>> lines =
        connection -> query.explained().list(connection, row -> row.getString(1));
    List<String> plan =
        get(
            sql.run(
                connection ->
                    byFacets ? ArtifactRows.byFacets(connection, lines) : lines.on(connection)));
    return String.join("\n", plan);
  }
}
