package refinery.protocol.dataset;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.BatchId;
import refinery.protocol.Json;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;

class DatasetRequestReaderTest {

  private static DatasetRequest valid(String text) throws IOException {
    return switch (DatasetRequestReader.read(Json.MAPPER.readTree(text))) {
      case Validated.Valid<DatasetRequest> valid -> valid.value();
      case Validated.Invalid<DatasetRequest> invalid -> throw new IOException(invalid.toString());
    };
  }

  private static List<Problem> problems(String text) throws IOException {
    return switch (DatasetRequestReader.read(Json.MAPPER.readTree(text))) {
      case Validated.Valid<DatasetRequest> valid -> List.of();
      case Validated.Invalid<DatasetRequest> invalid -> invalid.problems();
    };
  }

  @Test
  void whatIsNotSaidHasItsDefault() throws IOException {
    DatasetRequest request = valid("{\"samples\": [\"SRR2\", \"SRR1\", \"SRR2\"]}");
    assertThat(request.selection()).isEqualTo(new DatasetSelection.Named(List.of("SRR1", "SRR2")));
    assertThat(request.values()).containsExactly("counts", "tpm", "length");
    assertThat(request.formats()).containsExactly("tsv.gz");
    assertThat(request.choices())
        .containsEntry(DatasetChoice.LEVEL, "gene")
        .containsEntry(DatasetChoice.COUNTS, "no")
        .containsEntry(DatasetChoice.AGGREGATE, "all");
  }

  @Test
  void equalRequestsHaveOneFormHoweverTheyAreWritten() throws IOException {
    String normal =
        valid(
                """
                {"samples": ["b", "a"], "formats": ["mtx", "tsv.gz"], "values": ["tpm", "counts"],
                 "level": "gene"}
                """)
            .normal();
    assertThat(
            valid(
                    "{\"values\": [\"tpm\"], \"formats\": [\"tsv.gz\", \"mtx\"], \"samples\":"
                        + " [\"a\", \"b\"]}")
                .normal())
        .isEqualTo(normal);
    assertThat(valid("{\"samples\": [\"a\"]}").normal()).isNotEqualTo(normal);
    assertThat(valid(normal).normal()).as("it is a request itself").isEqualTo(normal);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                                                    | /survey_id   | exactly one
          {"samples": ["a"], "survey_id": "survey-x"}           | /samples     | exactly one
          {"survey_id": "SRP1"}                                 | /survey_id   | id of a survey
          {"samples": []}                                       | /samples     | 1 to 100000
          {"samples": ["a", "../b"]}                            | /samples/1   | accession
          {"query": {"a b": "x"}}                               | /query/a b   | key is
          {"query": {"tissue": 1}}                              | /query/tissue | string
          {"samples": ["a"], "level": "exon"}                   | /level       | gene, transcript
          {"samples": ["a"], "counts": "dtuScaledTPM"}          | /counts      | transcripts
          {"samples": ["a"], "values": ["fpkm"]}                | /values/0    | counts, tpm, length
          {"samples": ["a"], "formats": "mtx"}                  | /formats     | list
          {"samples": ["a"], "impute": "mean"}                  | /impute      | none, svd
          {"samples": ["a"], "base": "x"}                       | /base        | id of a dataset
          {"samples": ["a"], "pipeline": "Salmon"}              | /pipeline    | name of a pipeline
          {"samples": ["a"], "quantile": true}                  | /quantile    | known are
          """)
  void whatIsWrongIsNamed(String text, String pointer, String words) throws IOException {
    assertThat(problems(text))
        .anySatisfy(
            problem -> {
              assertThat(problem.pointer()).isEqualTo(pointer);
              assertThat(problem.message()).contains(words);
            });
  }

  @Test
  void theIdIsThatOfRequestAndInputsInAnyOrder() {
    DatasetId id = DatasetId.of("{}", List.of("a 1", "b 2"));
    assertThat(DatasetId.of("{}", List.of("b 2", "a 1"))).isEqualTo(id);
    assertThat(DatasetId.of("{}", List.of("a 1", "b 3"))).isNotEqualTo(id);
    assertThat(DatasetId.of("{ }", List.of("a 1", "b 2"))).isNotEqualTo(id);
  }

  @Test
  void aPlansLinesAreReadAgain() throws IOException {
    PlanLine taken =
        new PlanLine.Taken(
            "SRR1", BatchId.of("batch-1"), "fly", "ab", 7, false, Map.of("title", "a\tb\n#c"));
    PlanLine kept = ((PlanLine.Taken) taken).keptThere();
    PlanLine dropped = new PlanLine.Dropped("SRR2", Optional.empty(), "not done");
    assertThat(taken.text()).startsWith("batch-1\t").doesNotContain("\n");
    assertThat(kept.text()).startsWith("#");
    for (PlanLine line : List.of(taken, kept, dropped)) {
      assertThat(PlanLine.of(line.text())).isEqualTo(line);
    }
  }
}
