package refinery.datasets;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import refinery.protocol.BatchId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.dataset.DatasetChoice;
import refinery.protocol.dataset.DatasetPlan.Matrix;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetSelection;
import refinery.protocol.dataset.PlanLine;

class SampleChoiceTest {
  private static final Instant AT = Instant.parse("2026-01-01T00:00:00Z");
  private static final DatasetSelection SURVEY =
      new DatasetSelection.OfSurvey(SurveyId.of("survey-x"));

  private static DatasetRequest request(DatasetSelection selection, String... pipeline) {
    Map<DatasetChoice, String> choices = new EnumMap<>(DatasetChoice.class);
    for (DatasetChoice choice : DatasetChoice.values()) {
      choices.put(choice, choice.fallback());
    }
    return new DatasetRequest(
        selection,
        List.of(pipeline).stream().findFirst(),
        choices,
        DatasetRequest.VALUES,
        List.of("tsv.gz"),
        Optional.empty());
  }

  private static Candidate open(String key, BatchState state, String reason) {
    return new Candidate(
        BatchId.of("batch-" + key),
        key,
        state,
        Optional.of(reason).filter(words -> !words.isEmpty()),
        "salmon-quant",
        Optional.empty());
  }

  private static Candidate done(String batch, String key, String pipeline, String... columns) {
    Map<String, String> all = new TreeMap<>(Map.of("index_sha256", "i1", "index_batch", "batch-i"));
    for (int i = 0; i < columns.length; i += 2) {
      all.put(columns[i], columns[i + 1]);
    }
    return new Candidate(
        BatchId.of("batch-" + batch),
        key,
        BatchState.DONE,
        Optional.empty(),
        pipeline,
        Optional.of(
            new Candidate.Output(
                "quant.sf", "sha-" + batch, 9, AT.plusSeconds(batch.length()), all)));
  }

  private static Map<String, String> reasons(SampleChoice choice) {
    Map<String, String> reasons = new TreeMap<>();
    choice.dropped().forEach(each -> reasons.put(each.sample(), each.reason()));
    return reasons;
  }

  @Test
  void whatIsNotThereIsDroppedWithItsReason() {
    SampleChoice choice =
        SampleChoice.of(
            request(SURVEY),
            List.of(
                done("a", "a", "salmon-quant"),
                open("b", BatchState.PROCESSING, ""),
                open("c", BatchState.FAILED, "exit 3"),
                open("d", BatchState.CANCELLED, "no RNA-seq"),
                open("e", BatchState.DONE, ""),
                done("f", "f", "salmon-quant", "index_sha256", "")));
    assertThat(choice.taken()).extracting(PlanLine.Taken::sample).containsExactly("a");
    assertThat(choice.artifact()).isEqualTo("quant.sf");
    assertThat(reasons(choice))
        .containsEntry("b", "not done, but processing")
        .containsEntry("c", "failed: exit 3")
        .containsEntry("d", "cancelled: no RNA-seq")
        .containsKeys("e", "f")
        .hasSize(5);
  }

  @Test
  void aRunThatWasRefinedTwiceGoesInOnce() {
    List<Candidate> two =
        List.of(
            done("newer", "SRR1", "salmon-quant"),
            done("old", "SRR1", "salmon-quant"),
            open("again", BatchState.FAILED, ""));
    SampleChoice choice = SampleChoice.of(request(SURVEY), two);
    assertThat(choice.taken()).extracting(PlanLine.Taken::sha256).containsExactly("sha-newer");
    assertThat(reasons(choice).get("SRR1")).contains("batch-newer");
    SampleChoice named =
        SampleChoice.of(
            request(new DatasetSelection.Named(List.of("SRR1", "SRR9"))), two.subList(0, 2));
    assertThat(named.taken()).hasSize(1);
    assertThat(reasons(named)).as("each name has one answer").containsOnlyKeys("SRR9");
  }

  @Test
  void resultsOfSeveralPipelinesAreNotMixed() {
    List<Candidate> both =
        List.of(done("s", "a", "salmon-quant"), done("k", "a", "kallisto-quant"));
    assertThat(SampleChoice.of(request(SURVEY), both).problems())
        .extracting(Problem::pointer)
        .containsExactly("/pipeline");
    SampleChoice chosen = SampleChoice.of(request(SURVEY, "kallisto-quant"), both);
    assertThat(chosen.taken()).extracting(PlanLine.Taken::sha256).containsExactly("sha-k");
    assertThat(reasons(chosen).get("a")).contains("salmon-quant");
  }

  @Test
  void nothingIsNoDataset() {
    SampleChoice none =
        SampleChoice.of(request(SURVEY), List.of(open("c", BatchState.FAILED, "exit 3")));
    assertThat(none.problems())
        .singleElement()
        .satisfies(
            problem ->
                assertThat(problem.message()).contains("none of the 1", "c (failed: exit 3)"));
    assertThat(SampleChoice.of(request(SURVEY), List.of()).problems()).hasSize(1);
  }

  private static List<PlanLine.Taken> samples(String... organismAndIndex) {
    List<PlanLine.Taken> taken = new ArrayList<>();
    for (int i = 0; i < organismAndIndex.length; i += 2) {
      taken.add(
          new PlanLine.Taken(
              "r" + i,
              BatchId.of("batch-" + i),
              "",
              "q" + i,
              1,
              false,
              Map.of(
                  "organism",
                  organismAndIndex[i],
                  "index_sha256",
                  organismAndIndex[i + 1],
                  "index_release",
                  "7",
                  "study_accession",
                  "PRJ../" + organismAndIndex[i])));
    }
    return taken;
  }

  @Test
  void oneMatrixHasOneIndexAndTheOthersAreNamed() {
    List<PlanLine.Taken> mixed = samples("fly", "aaaaaaaaaaaa1", "fly", "bbbbbbbbbbbb2");
    Grouping refused = Grouping.of("all", mixed, (batch, index) -> Optional.of("map"));
    assertThat(refused.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.pointer()).isEqualTo("/aggregate");
              assertThat(problem.message())
                  .contains("2 different indices", "aaaaaaaaaaaa of fly release 7 has 1 (r0)")
                  .contains("bbbbbbbbbbbb", "(r2)", "species");
            });
    Grouping split = Grouping.of("species", mixed, (batch, index) -> Optional.of("map"));
    assertThat(split.matrices())
        .extracting(Matrix::name)
        .containsExactly("fly.7.aaaaaaaa", "fly.7.bbbbbbbb");
    assertThat(split.samples())
        .extracting(PlanLine.Taken::matrix)
        .containsExactly("fly.7.aaaaaaaa", "fly.7.bbbbbbbb");
  }

  @Test
  void foldersAreSafeWhateverTheArchiveSays() {
    Grouping studies =
        Grouping.of(
            "experiment", samples("fly", "a", "yeast", "b"), (batch, index) -> Optional.of("m"));
    assertThat(studies.matrices())
        .extracting(Matrix::name)
        .containsExactly("PRJ___fly", "PRJ___yeast");
  }

  @Test
  void anIndexThatIsHereNoMoreIsSaid() {
    Grouping gone = Grouping.of("all", samples("fly", "a"), (batch, index) -> Optional.empty());
    assertThat(gone.problems()).extracting(Problem::message).allMatch(m -> m.contains("no more"));
  }
}
