package refinery.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.configuration.ConfigurationException;

/** The shipped rules of selection on what archives say. */
class SelectionTest {
  private static final Selection RULES = SelectionFile.load();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "study_title | Single-Cell atlas of liver | rule single_cell: study_title says"
            + " \"Single-Cell\"",
        "library_source | TRANSCRIPTOMIC SINGLE CELL | rule single_cell: library_source",
        "sample_title | snRNA-seq of cortex | rule single_nucleus: sample_title says \"snRNA\"",
        "experiment_title | QuantSeq of roots | rule three_prime_tag: experiment_title",
        "library_strategy | miRNA-Seq | rule small_rna: library_strategy says \"miRNA\"",
        "read_count | 999999 | rule low_spots: spots is 999999, least is 1000000",
        "read_length | 30 | rule short_reads: read_length is 30, least is 31",
      })
  void theReasonNamesRuleAndValue(String key, String text, String reason) {
    assertThat(RULES.skip(Map.of(key, text)).orElse("")).startsWith("not selected: " + reason);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "read_count | 0",
        "read_count | missing",
        "read_count | 1000000",
        "read_length | 31",
        "study_title | Bulk RNA-Seq of liver cells",
        "library_strategy | RNA-Seq",
      })
  void whatIsUnknownOrEnoughIsTaken(String key, String text) {
    assertThat(RULES.skip(Map.of(key, text))).isEmpty();
    assertThat(RULES.skip(Map.of())).isEmpty();
  }

  @Test
  void aWrongRuleIsToldWithItsPlace() {
    String file = "words = []\nnumbers = [\n{ id = a, field = weight, least = 1 } ]";
    assertThatThrownBy(
            () ->
                SelectionFile.read(HarmonisationFile.load(), () -> ConfigFactory.parseString(file)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("3: numbers[0].field: there is no harmonised field 'weight'");
  }
}
