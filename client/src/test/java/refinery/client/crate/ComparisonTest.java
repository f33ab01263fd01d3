package refinery.client.crate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.Json;

class ComparisonTest {
  private static final String CRATE =
      """
      {"@graph": [
       {"@id": "./", "mainEntity": {"@id": "w"}, "identifier": {"@id": "#b"}},
       {"@id": "#b", "value": "batch-a"},
       {"@id": "#request", "value": "{\\"source\\": \\"ena\\"}"},
       {"@id": "w", "version": "2", "input": [{"@id": "#i"}, {"@id": "#r"}],
        "output": [{"@id": "#o1"}, {"@id": "#o2"}]},
       {"@id": "#i", "name": "SRR1.fastq.gz", "workExample": {"@id": "https://a/SRR1"}},
       {"@id": "https://a/SRR1", "md5": "MD5", "contentSize": "5"},
       {"@id": "#r", "name": "reproduces", "workExample": {"@id": "#rv"}},
       {"@id": "#rv", "value": "MD5"},
       {"@id": "#o1", "name": "quant.sf", "workExample": {"@id": "outputs/quant.sf"}},
       {"@id": "#o2", "name": "index.tar.gz", "workExample": [{"@id": "https://n/x"}]},
       {"@id": "outputs/quant.sf", "sha256": "QUANT", "contentSize": "10"},
       {"@id": "https://n/x", "sha256": "INDEX", "contentSize": "20"},
       {"@id": "#fact-pipeline_sha256", "value": "FILE"},
       {"@id": "#tool-salmon", "name": "salmon", "softwareVersion": "TOOL"},
       {"@id": "#job-1/step-1", "name": "quant", "instrument": {"@id": "#tool-salmon"}},
       {"@id": "#job-0/step-1", "name": "download SRR1", "checks": ["5 bytes", "sha-256 RAW"]}
      ]}
      """;

  private static CrateDocument crate(String... replaced) throws JsonProcessingException {
    String text = CRATE;
    for (int i = 0; i < replaced.length; i += 2) {
      text = text.replace(replaced[i], replaced[i + 1]);
    }
    return new CrateDocument(Json.MAPPER.readTree(text));
  }

  private static Comparison compared(CrateDocument first, CrateDocument second) {
    return Comparison.of(
        first, second, (one, two) -> ContentDifference.ofDigests(one.sha256(), two.sha256()));
  }

  @Test
  void equalDigestsAreAReproductionWhateverTheOrder() throws Exception {
    CrateDocument first = crate();
    assertThat(first.batch()).contains("batch-a");
    assertThat(first.request().orElseThrow().path("source").asText()).isEqualTo("ena");
    assertThat(
            compared(first, crate("#job-1/", "#job-7/", "\"value\": \"MD5\"", "\"value\": \"x\"")))
        .satisfies(
            same -> {
              assertThat(same.reproduced()).isTrue();
              assertThat(same.conditions()).isEmpty();
              assertThat(same.outputs())
                  .containsExactly(
                      "index.tar.gz: equal, sha256 INDEX", "quant.sf: equal, sha256 QUANT");
            });
  }

  @Test
  void aChangedByteOfTheInputAndAnotherToolAreNamed() throws Exception {
    Comparison other =
        compared(
            crate(),
            crate("MD5", "OTHER", "RAW", "WAR", "TOOL", "1.11", "QUANT", "TNAUQ", "FILE", "NEW"));
    assertThat(other.reproduced()).isFalse();
    assertThat(other.outputs()).contains("quant.sf: differs: sha256 QUANT, now TNAUQ");
    assertThat(other.conditions())
        .containsExactly(
            "download SRR1: sha-256 RAW, now sha-256 WAR",
            "input SRR1.fastq.gz: md5 MD5, contentSize 5, now md5 OTHER, contentSize 5",
            "pipeline file: sha256 FILE, now sha256 NEW",
            "tool of quant: salmon TOOL, now salmon 1.11");
  }

  @Test
  void anOutputThatIsMissingOrNewIsNoReproduction() throws Exception {
    Comparison other = compared(crate(), crate("\"name\": \"quant.sf\"", "\"name\": \"q\""));
    assertThat(other.reproduced()).isFalse();
    assertThat(other.outputs()).contains("q: new", "quant.sf: not made again");
    CrateDocument none = new CrateDocument(Json.MAPPER.createObjectNode());
    assertThat(compared(none, none).reproduced()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "m.json,{\"start_time\":1;\"n\":2},{\"start_time\":3;\"n\":2},NONE,equal but for start_time",
    "m.json,{\"a\":{\"n\":2}},{\"a\":{\"n\":3}},FULL,differs in a.n",
    "m.json,{\"n\":2},{,FULL,no JSON",
    "q.sf,a|1.000,a|1.001,NONE,numbers differ in 1 of 1 lines",
    "q.sf,a|1.0,a|1.2,FULL,by 1.7e-01 at most",
    "q.sf,a|1.0,b|1.0,FULL,'line 1, not only in numbers'",
    "q.sf,a|NaN,a|1.0,FULL,not only in numbers",
    "q.sf,a,a|1,FULL,not only in numbers",
    "q.sf,a,a~b,FULL,'1 lines, now 2'",
    "q.sf,a,a~,FULL,line ends",
    "q.gz,a,b,FULL,differs",
  })
  void contentsAreComparedAsWhatTheyAre(
      String name, String first, String second, ContentDifference.Weight weight, String words) {
    ContentDifference difference = ContentDifference.of(name, bytes(first), bytes(second), 0.01);
    assertThat(difference.counts()).isEqualTo(weight);
    assertThat(difference.words()).contains(words);
  }

  private static byte[] bytes(String text) {
    return text.replace(';', ',')
        .replace('|', '\t')
        .replace('~', '\n')
        .getBytes(StandardCharsets.UTF_8);
  }
}
