package refinery.quality;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.configuration.ConfigurationException;
import refinery.protocol.Json;

/** The shipped thresholds, and what is told of wrong ones. */
class QualityRulesTest {
  private static final Map<String, QualityRules> PRESETS = QualityRulesFile.load();

  private static Judgement judge(String preset, Measure measure, double value) {
    return PRESETS.get(preset).judge(new Measures.Builder().with(measure, value).build());
  }

  @ParameterizedTest
  @CsvSource({
    "default, MAPPING_RATE_PERCENT, 0, fail",
    "default, MAPPING_RATE_PERCENT, 19.99, fail",
    "default, MAPPING_RATE_PERCENT, 20, warn",
    "default, MAPPING_RATE_PERCENT, 50, pass",
    "default, MAPPED_READS_PER_GENE, 0.99, fail",
    "default, MAPPED_READS_PER_GENE, 10, pass",
    "default, LIBRARY_AGREEMENT_PERCENT, 79.9, warn",
    "default, DUPLICATE_RATE_PERCENT, 90, pass",
    "default, DUPLICATE_RATE_PERCENT, 90.1, warn",
    "dee2, MAPPING_RATE_PERCENT, 39.9, fail",
    "dee2, MAPPING_RATE_PERCENT, 40, warn",
    "dee2, MAPPING_RATE_PERCENT, 60, pass",
    "dee2, PROCESSED_READS_PER_GENE, 49.9, fail",
    "dee2, MAPPED_READS_PER_GENE, 499.9, warn",
    "dee2, PASSED_FILTER_PERCENT, 59.9, fail",
    "dee2, PASSED_FILTER_PERCENT, 79.9, warn",
    "amalgkit, STATED_READS, 999999, fail",
    "amalgkit, STATED_READS, 1000000, pass",
    "amalgkit, MAPPING_RATE_PERCENT, 0.1, fail",
    "amalgkit, MAPPING_RATE_PERCENT, 0.25, fail",
    "amalgkit, MAPPING_RATE_PERCENT, 5, fail",
    "amalgkit, MAPPING_RATE_PERCENT, 15, fail",
    "amalgkit, MAPPING_RATE_PERCENT, 60, pass",
  })
  void boundsAreInTheUnitOfTheMeasure(
      String preset, Measure measure, double value, String verdict) {
    Judgement judgement = judge(preset, measure, value);
    assertThat(judgement.verdict().word()).isEqualTo(verdict);
    assertThat(judgement.reasons()).hasSize(verdict.equals("pass") ? 0 : 1);
  }

  @Test
  void aReasonNamesMeasureValueUnitAndThreshold() {
    assertThat(judge("dee2", Measure.MAPPING_RATE_PERCENT, 12.345678).reasons())
        .containsExactly(
            new Reason(
                Verdict.FAIL,
                "mapping_rate_percent",
                12.345678,
                "percent",
                "below 40 %",
                "fail: mapping_rate_percent is 12.3457 %, below 40 %"));
  }

  @Test
  void theWorstReasonComesFirstAndDecides() {
    Judgement judgement =
        PRESETS
            .get("dee2")
            .judge(
                new Measures.Builder()
                    .with(Measure.MAPPED_READS_PER_GENE, 10)
                    .with(Measure.MAPPING_RATE_PERCENT, 50)
                    .build());
    assertThat(judgement.verdict()).isEqualTo(Verdict.FAIL);
    assertThat(judgement.reasons())
        .extracting(Reason::level)
        .containsExactly(Verdict.FAIL, Verdict.WARN);
    assertThat(judgement.notJudged())
        .containsExactly("passed_filter_percent", "processed_reads_per_gene");
  }

  @Test
  void unknownIsNotZeroButARunOfWhichNothingIsKnownDoesNotPass() {
    Judgement judgement =
        PRESETS
            .get("default")
            .judge(new Measures.Builder().with(Measure.PROCESSED_READS, 5).build());
    assertThat(judgement.verdict()).isEqualTo(Verdict.WARN);
    assertThat(judgement.reasons()).isEmpty();
    Measures nothing =
        new Measures.Builder()
            .percent(Measure.MAPPING_RATE_PERCENT, 0, 0)
            .perGene(Measure.MAPPED_READS_PER_GENE, 3, 0)
            .build();
    assertThat(nothing.known()).isEmpty();
    assertThatThrownBy(() -> new Measures.Builder().with(Measure.MAPPED_READS, Double.NaN).build())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("mapped_reads is NaN");
  }

  @Test
  void theFileIsReadBackAsItWas() throws IOException {
    Measures measures =
        new Measures.Builder()
            .with(Measure.STATED_READS, 3000)
            .with(Measure.MAPPING_RATE_PERCENT, 100.0 / 3)
            .library(Optional.of("IU"), Optional.empty())
            .build();
    RunQuality quality = RunQuality.of("salmon", PRESETS.get("dee2"), measures);
    assertThat(RunQuality.read(quality.text())).isEqualTo(quality);
    assertThat(quality.text()).contains("\"stated_reads\" : {\n      \"value\" : 3000,");
    assertThat(
            Json.MAPPER.readTree(quality.text()).at("/measures/rrna_rate_percent/value").isNull())
        .isTrue();
    assertThatThrownBy(() -> RunQuality.read("{}")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> RunQuality.read("{\"format\":1}")).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ISF=5 ISR=95 | ISR",
        "ISF=80 ISR=20 | ISF",
        "ISF=79 ISR=21 | IU",
        "SF=1462 SR=1430 | U",
        "ISR=2871 SR=2 | ISR",
        "OSF=9 ISF=1 | OSF",
        "IU=7 | IU",
        "x=1 |",
      })
  void theMappedReadsShowTheLibraryType(String counts, String type) {
    var node = Json.MAPPER.createObjectNode();
    for (String count : counts.strip().split(" ")) {
      node.put(count.split("=")[0], Integer.parseInt(count.split("=")[1]));
    }
    assertThat(LibraryType.observed(node)).isEqualTo(Optional.ofNullable(type));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "mapping_rate { fail-below = 0.2 } | quality.conf: 1: mapping_rate: is no measure; there are",
        "mapping_rate_percent { least = 20 } | mapping_rate_percent.least: is not known",
        "mapping_rate_percent { fail-below = 120 } | mapping_rate_percent.fail-below: must be from 0",
        "mapped_reads { warn-below = -1 } | mapped_reads.warn-below: must be a number from 0 on",
        "mapped_reads { } | mapped_reads: has bounds either below or above",
        "mapped_reads { fail-below = 1, warn-above = 3 } | mapped_reads: has bounds either below",
        "mapped_reads { fail-below = 3, warn-below = 1 } | mapped_reads: would never warn",
        "rrna_rate_percent { fail-above = 3, warn-above = 3 } | rrna_rate_percent: would never warn",
      })
  void aWrongRuleIsToldWithItsPlace(String file, String problem) {
    assertThatThrownBy(
            () ->
                QualityRulesFile.read(
                    "default",
                    file,
                    ConfigFactory.parseString(
                        file, ConfigParseOptions.defaults().setOriginDescription("quality.conf"))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(problem);
  }
}
