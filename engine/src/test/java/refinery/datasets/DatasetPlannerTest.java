package refinery.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.inputs.SetQuestions;
import refinery.inputs.Sets;
import refinery.journal.JournalHarness;
import refinery.protocol.Json;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.Need;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetRequestReader;
import refinery.protocol.dataset.Datasets;
import refinery.protocol.dataset.Datasets.Planned;
import refinery.protocol.dataset.PlanLine;
import refinery.protocol.query.ReadModel;
import refinery.readmodel.SqlExecutor;
import refinery.readmodel.SqlReadModel;
import refinery.readmodel.SqlSampleQueries;
import refinery.readmodel.SqlSetQueries;
import refinery.testing.FileManifests;
import refinery.testing.RefinedBatches;
import refinery.testing.RefinedBatches.Description;

/**
 * Plans over the tables. {@code -Drefinery.samples=N} for another number of samples in the survey.
 */
class DatasetPlannerTest {
  private static final int SAMPLES = Integer.getInteger("refinery.samples", 2_500);
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final String INDEX = "ab".repeat(32);
  private static final String GENES = "cd".repeat(32);

  @TempDir static Path temp;
  private static JournalHarness journal;
  private static SqlExecutor sql;
  private static DatasetPlanner planner;
  private static FileManifests manifests;

  @BeforeAll
  static void open() throws Exception {
    journal = new JournalHarness();
    sql = new SqlExecutor(journal.database().dataSource(), 2);
    manifests = new FileManifests(temp);
    SqlSampleQueries queries = new SqlSampleQueries(sql, DatasetPlannerTest::harmonised);
    planner = new DatasetPlanner(queries, new SqlReadModel(sql), manifests);
    RefinedBatches batches = new RefinedBatches(journal);
    batches.describe(
        "index", new Description("transcriptome-index", Optional.of("fly"), Map.of("k", "31")));
    batches.finish(
        "index",
        AT,
        Map.of(),
        new Artifact("i.tar.gz", INDEX, 1, "application/gzip", "salmon-index"),
        new Artifact("genes_to_transcripts.txt", GENES, 1, "text/plain"));
    for (String run : List.of("run1", "run2", "run3")) {
      batches.describe(
          run,
          new Description(
              "salmon-quant", Optional.of("fly"), Map.of("tissue", run, "drug", "none")));
      batches.begin(run, AT);
    }
    for (String run : List.of("run1", "run2")) {
      batches.finish(
          run,
          AT,
          Map.of("index_sha256", INDEX, "index_batch", "batch-index", "quality_verdict", "warn"),
          new Artifact("quant.sf", "ef" + run, 5, "text/plain"),
          new Artifact("meta_info.json", "00", 5, "text/plain"));
    }
    aLargeSurvey();
  }

  private static Map<String, Harmonised> harmonised(Map<String, String> archive) {
    return archive.containsKey("tissue")
        ? Map.of(
            "tissue",
            new Harmonised(archive.get("tissue").toUpperCase(), Optional.empty(), "tissue", "t.1"))
        : Map.of();
  }

  /** As many samples of a survey, every tenth of which failed. */
  private static void aLargeSurvey() throws Exception {
    journal.execute(
        """
        insert into survey_row values
          ('survey-large', 1, 'ena', 'done', now(), false, now(), '{}')
        """);
    journal.execute(
        """
        insert into batch_row
        select 'batch-n' || lpad(n::text, 7, '0'), 1, 'ena', 'SRR' || n, 'salmon-quant', 'fly',
          case when n %% 10 = 0 then 'failed' else 'done' end, '', now(), null, null, false, now(),
          '{"reason": "exit 3"}'
        from generate_series(1, %d) n
        """
            .formatted(SAMPLES));
    journal.execute(
        """
        insert into batch_survey select 'survey-large', id, 1, state, now() from batch_row
        where id like 'batch-n0%'
        """);
    journal.execute(
        """
        insert into artifact_row
        select id, 'quant.sf', 'salmon-quant', 'quant.sf', 'fly', 'text/plain', md5(id), 7, now(),
          '{"index_sha256": "%s", "index_batch": "batch-index", "role": "quant.sf",
            "organism": "fly", "pipeline": "salmon-quant", "group": "large"}'::jsonb
        from batch_row where state = 'done' and id like 'batch-n0%%'
        """
            .formatted(INDEX));
  }

  @AfterAll
  static void close() {
    planner.close();
    sql.close();
    journal.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(60, TimeUnit.SECONDS);
  }

  private static Planned ask(String request) throws Exception {
    Validated<DatasetRequest> read = DatasetRequestReader.read(Json.MAPPER.readTree(request));
    return get(planner.plan(((Validated.Valid<DatasetRequest>) read).value()));
  }

  private static Planned.Plan plan(String request) throws Exception {
    return (Planned.Plan) ask(request);
  }

  private static List<PlanLine> lines(Planned.Plan planned, int page) throws Exception {
    List<PlanLine> all = new ArrayList<>();
    long from = 0;
    while (true) {
      Datasets.Lines lines = get(planner.samples(planned.stored().sha256(), from, page));
      all.addAll(lines.lines());
      if (lines.next().isEmpty()) {
        return all;
      }
      from = lines.next().getAsLong();
    }
  }

  @Test
  void theSameRequestIsTheSameDatasetUntilItsInputsChange() throws Exception {
    Planned.Plan planned = plan("{\"samples\": [\"run1\", \"batch-run2\", \"run3\", \"none\"]}");
    assertThat(plan("{\"samples\": [\"none\", \"run3\", \"batch-run2\", \"run1\"]}"))
        .isEqualTo(planned);
    DatasetPlan plan = planned.plan();
    assertThat(plan.samples()).isEqualTo(new DatasetPlan.Samples(4, 2, 2, 0));
    assertThat(plan.matrices())
        .singleElement()
        .satisfies(
            matrix -> {
              assertThat(matrix.genes()).isEqualTo(GENES);
              assertThat(matrix.index()).isEqualTo(INDEX);
            });
    assertThat(plan.dropped()).extracting(PlanLine.Dropped::sample).containsExactly("none", "run3");
    assertThat(plan("{\"samples\": [\"run1\", \"batch-run2\"]}").plan().id())
        .isNotEqualTo(plan.id());
  }

  @Test
  void aSampleIsToldWithItsVerdictItsHarmonisedFieldsAndTheArchivesWords() throws Exception {
    assertThat(lines(plan("{\"samples\": [\"run1\"]}"), 9))
        .singleElement(InstanceOfAssertFactories.type(PlanLine.Taken.class))
        .extracting(PlanLine.Taken::columns, InstanceOfAssertFactories.MAP)
        .containsEntry("quality_verdict", "warn")
        .containsEntry("harmonised_tissue", "RUN1")
        .containsEntry("tissue", "run1")
        .containsEntry("drug", "none")
        .containsKey("source");
  }

  @Test
  void aQueryFindsWhatIsRefined() throws Exception {
    assertThat(plan("{\"query\": {\"tissue\": \"run2\"}}").plan().samples().taken()).isEqualTo(1);
    assertThat(plan("{\"query\": {\"organism\": \"fly\", \"group\": \"large\"}}").plan().samples())
        .isEqualTo(new DatasetPlan.Samples(SAMPLES - SAMPLES / 10, SAMPLES - SAMPLES / 10, 0, 0));
    assertThat(ask("{\"query\": {\"tissue\": \"none\"}}")).isInstanceOf(Planned.Refused.class);
  }

  @Test
  void aPageBeginsOnlyWhereALineDoes() throws Exception {
    String plan = plan("{\"samples\": [\"run1\", \"run2\"]}").stored().sha256();
    long second = get(planner.samples(plan, 0, 1)).next().orElseThrow();
    assertThat(get(planner.samples(plan, second, 9)).lines()).hasSize(1);
    for (long wrong : new long[] {-1, 3, second - 1, second + 1, Long.MAX_VALUE}) {
      assertThatThrownBy(() -> get(planner.samples(plan, wrong, 9)))
          .as("byte %d", wrong)
          .rootCause()
          .isInstanceOf(ReadModel.InvalidCursor.class);
    }
  }

  @Test
  void theMembersOfAPlanAreASetThatIsThere() throws Exception {
    Planned.Plan planned = plan("{\"survey_id\": \"survey-large\"}");
    DatasetPlan plan = planned.plan();
    assertThat(plan.samples())
        .isEqualTo(new DatasetPlan.Samples(SAMPLES, SAMPLES - SAMPLES / 10, SAMPLES / 10, 0));
    List<PlanLine> lines = lines(planned, 999);
    assertThat(lines).hasSize(SAMPLES).doesNotHaveDuplicates();
    assertThat(plan.dropped()).hasSize(DatasetPlan.NAMED);
    assertThat(get(planner.read(planned.stored().sha256()))).isEqualTo(planned);
    try (SetQuestions questions = new SetQuestions(new SqlSetQueries(sql), manifests)) {
      Sets.Answer answer =
          get(
              questions.ask(
                  new Need.All(
                      "quants", new BatchSet(planned.stored(), "salmon-quant", "quant.sf")),
                  0));
      assertThat(answer)
          .isInstanceOfSatisfying(
              Sets.Answer.Met.class,
              met ->
                  assertThat(
                          new Need.All(
                                  "quants",
                                  new BatchSet(planned.stored(), "salmon-quant", "quant.sf"))
                              .isMetBy(met.provision()))
                      .isTrue());
    }
  }

  @Test
  void whatIsNotThereIsRefused() throws Exception {
    assertThat(ask("{\"survey_id\": \"survey-none\"}").toString()).contains("no survey");
    assertThat(ask("{\"samples\": [\"run1\"], \"base\": \"dataset-none\"}").toString())
        .contains("/base", "no dataset");
    assertThat(ask("{\"samples\": [\"run3\"]}").toString()).contains("/samples", "processing");
  }
}
