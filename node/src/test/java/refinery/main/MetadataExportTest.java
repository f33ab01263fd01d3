package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.ActorSystem;
import akka.util.ByteString;
import com.typesafe.config.ConfigFactory;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import refinery.configuration.Configuration;
import refinery.http.metadata.MetadataExport;
import refinery.http.metadata.MetadataFormat;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.ReadRow;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.ReadModel;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.SurveyState;
import refinery.readmodel.SqlExecutor;
import refinery.readmodel.SqlReadModel;
import refinery.source.SourceRegistry;

/** The table of a survey that has several pages of batches in a real database. */
class MetadataExportTest {
  private static final SurveyId SURVEY = SurveyId.of("survey-s1");
  private static final int BATCHES = 11;
  private static final int PAGE = 3;

  @Test
  void everyBatchIsOneLineWhateverThePages() throws Exception {
    try (JournalHarness journal = new JournalHarness();
        SqlExecutor sql = new SqlExecutor(journal.database().dataSource(), 2)) {
      for (int number = 0; number < BATCHES; number++) {
        write(journal, "Batch|batch-" + number, batch(number));
      }
      write(journal, "Batch|batch-other", Examples.batch("other", BatchState.DONE, 0, "x"));
      write(journal, "Survey|survey-s1", Examples.survey("s1", SurveyState.DONE, 0));
      SqlReadModel model = new SqlReadModel(sql);
      List<String> runs =
          IntStream.range(0, BATCHES).mapToObj(number -> "SRR" + number).sorted().toList();
      List<List<String>> plain = table(journal.system(), model, MetadataFormat.TSV);
      int unit = plain.getFirst().indexOf("age_unit");
      assertThat(column(plain, 0)).containsExactlyInAnyOrderElementsOf(runs);
      assertThat(column(plain, unit)).containsOnly("week");
      assertThat(column(plain, unit + 2)).contains("7 wks", "0 wks");

      List<List<String>> amalgkit = table(journal.system(), model, MetadataFormat.AMALGKIT);
      List<String> header = amalgkit.getFirst();
      assertThat(header.subList(51, header.size())).contains("only_1", "only_10", "title");
      assertThat(header).hasSize(51 + 2 + BATCHES);
      assertThat(column(amalgkit, header.indexOf("run"))).containsExactlyInAnyOrderElementsOf(runs);
      int only = header.indexOf("only_7");
      assertThat(amalgkit.stream().filter(row -> row.get(only).equals("yes 7")).toList())
          .singleElement()
          .extracting(row -> row.get(header.indexOf("run")))
          .isEqualTo("SRR7");
    }
  }

  /** Each has a name of an attribute that no other has. */
  private static ReadRow.Batch batch(int number) {
    Map<String, String> words =
        Map.of("title", "T", "age", number + " wks", "only_" + number, "yes " + number);
    ReadRow.Batch row = Examples.batch("" + number, BatchState.DONE, number / 2, "x", SURVEY);
    BatchView view = row.view();
    return new ReadRow.Batch(
        new BatchView(
            view.id(),
            view.surveyIds(),
            view.observers(),
            view.source(),
            view.key(),
            view.pipeline(),
            view.organism(),
            words,
            view.parameters(),
            view.needs(),
            view.state(),
            view.reason(),
            view.actor(),
            view.createdAt(),
            view.updatedAt(),
            view.files(),
            view.jobIds(),
            view.artifacts(),
            view.facts(),
            Optional.empty()),
        Optional.empty(),
        false);
  }

  private static void write(JournalHarness journal, String id, ReadRow row) throws Exception {
    get(
        journal.persist(
            JournalHarness.write(id, 1, Examples.with(Examples.submitted("x", 0), row))));
  }

  private static List<List<String>> table(
      ActorSystem system, ReadModel model, MetadataFormat format) throws Exception {
    Settings settings =
        Settings.from(
            Configuration.load(Optional.empty(), Map.of(), Map.of(), ConfigFactory.empty()));
    NodeCatalog catalog =
        new NodeCatalog(
            new SourceRegistry(List.of()),
            new PipelineCatalog(settings.pipelines(), InstantSource.system()),
            settings.harmonisation(),
            sha256 -> CompletableFuture.completedFuture(Optional.empty()));
    SurveyView survey = get(model.survey(SURVEY)).orElseThrow();
    List<ByteString> pieces =
        get(
            new MetadataExport(model, catalog, Runnable::run, PAGE)
                .table(survey, format)
                .runWith(akka.stream.javadsl.Sink.seq(), system));
    assertThat(pieces).as("a header and pages").hasSize(1 + (BATCHES + PAGE - 1) / PAGE);
    List<List<String>> rows = new ArrayList<>();
    for (String line :
        pieces.stream()
            .reduce(ByteString.emptyByteString(), ByteString::concat)
            .utf8String()
            .split("\n")) {
      rows.add(List.of(line.split("\t", -1)));
    }
    assertThat(rows).hasSize(1 + BATCHES).allMatch(row -> row.size() == rows.getFirst().size());
    return rows;
  }

  private static List<String> column(List<List<String>> rows, int index) {
    return rows.stream().skip(1).map(row -> row.get(index)).toList();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }
}
