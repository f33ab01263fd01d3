package refinery.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.configuration.ConfigurationException;
import refinery.protocol.catalog.Harmonised;

/** The shipped rules on values that archives really hold. */
class HarmonisationTest {
  private static final Harmonisation RULES = HarmonisationFile.load();

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "sex | MALE | male | - | sex.3",
        "Sex | ' F ' | female | - | sex.2",
        "gender | Woman | female | - | sex.2",
        "sex | male/female pooled | mixed | - | sex.1",
        "sex | pooled male and female | mixed | - | sex.1",
        "sex | Females & males | mixed | - | sex.1",
        "sex | hermaphrodite | hermaphrodite | - | sex.4",
        "age | 12 weeks | 12 | week | age.weeks",
        "age | 8-12 wk | 8-12 | week | age.weeks",
        "age | 8 to 10 Weeks old | 8 to 10 | week | age.weeks",
        "AGE | 63 Years | 63 | year | age.years",
        "age | 63y | 63 | year | age.years",
        "age | 3 mo | 3 | month | age.months",
        "age | P7 | 7 | day | age.postnatal",
        "age | E14.5 | 14.5 | embryonic day | age.embryonic",
        "age | 48h | 48 | hour | age.hours",
        "age | 45 | 45 | - | age.number",
        "tissue | Liver | liver | - | tissue.3",
        "source_name | normal Liver tissue | liver | - | tissue.3",
        "Organism Part | Whole Blood | blood | - | tissue.1",
        "tissue | PBMCs | peripheral blood mononuclear cell | - | tissue.2",
        "dev_stage | Adult | adult | - | developmental_stage.adult",
        "developmental stage | E14.5 | embryonic day 14.5 | - | developmental_stage.embryonic",
        "age | P7 | postnatal day 7 | - | developmental_stage.postnatal",
        "disease state | Healthy control | normal | - | disease.none",
        "disease | Breast Carcinoma | breast carcinoma | - | disease.words",
        "cell line | HeLa cells | HeLa | - | cell_line.1",
        "treatment | 10 uM Dexamethasone, 4 h | 10 uM Dexamethasone, 4 h | - | treatment.words",
        "tax_id | 09606 | 9606 | - | taxon_id.1",
        "scientific_name | Homo sapiens | Homo sapiens | - | organism.1",
        "library_layout | PAIRED | paired | - | layout.1",
        "library_strategy | rna-seq | RNA-Seq | - | strategy.1",
        "instrument_platform | ILLUMINA | illumina | - | platform.1",
        "instrument_model | Illumina HiSeq 2500 | Illumina HiSeq 2500 | - | instrument.1",
        "read_count | 0012000 | 12000 | - | spots.1",
        "base_count | 1212000 | 1212000 | base | bases.1",
      })
  void anArchivesWordsGetTheValueOfTheRuleThatIsNamed(
      String key, String text, String value, String unit, String rule) {
    Map<String, Harmonised> harmonised = RULES.of(Map.of(key, text));

    assertThat(harmonised.values())
        .contains(new Harmonised(value, Optional.ofNullable(unit), key, rule));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "-",
        "n/a",
        "N/A",
        "NA",
        "N.A.",
        "not applicable",
        "Not_Applicable",
        "not collected",
        "missing",
        "Missing: control sample",
        "unknown",
        "None",
        "?",
        "NaN"
      })
  void whatIsNotKnownIsNoValueOfAnyField(String text) {
    for (Harmonisation.Field field : RULES.fields()) {
      for (String key : field.from()) {
        assertThat(RULES.of(Map.of(key, text))).as(key).isEmpty();
      }
    }
  }

  @Test
  void aKeyThatSaysNothingGivesWayToTheNext() {
    assertThat(RULES.of(Map.of("tissue", "not applicable", "source_name", "Kidney")).get("tissue"))
        .isEqualTo(new Harmonised("kidney", Optional.empty(), "source_name", "tissue.3"));
  }

  @Test
  void zeroIsNotKnown() {
    assertThat(RULES.of(Map.of("read_count", "0", "base_count", "0", "tax_id", "0"))).isEmpty();
  }

  @Test
  void theLengthOfReadsIsTheBasesOfASpotOrHalfOfThem() {
    Map<String, String> run = new LinkedHashMap<>();
    run.put("read_count", "1000");
    run.put("base_count", "202000");
    assertThat(RULES.of(run)).doesNotContainKey("read_length");
    run.put("library_layout", "PAIRED");
    assertThat(RULES.of(run).get("read_length"))
        .isEqualTo(
            new Harmonised(
                "101",
                Optional.of("base"),
                "base_count, read_count, library_layout",
                "read_length.bases-of-spots"));
    run.put("library_layout", "SINGLE");
    assertThat(RULES.of(run).get("read_length").value()).isEqualTo("202");
    run.put("read_length", "75 bp");
    assertThat(RULES.of(run).get("read_length").rule()).isEqualTo("read_length.1");
  }

  @Test
  void proseIsNoLabel() {
    assertThat(RULES.of(Map.of("tissue", "liver ".repeat(300), "age", "1".repeat(500)))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{ id = a, match = \"(\", value = x } | rules[0].match: is no regular expression",
        "{ id = a, match = \"x\", value = \"$1\" } | rules[0].value: uses $1",
        "{ id = a, match = \"x\", value = \"a$\" } | rules[0].value: must be text",
        "{ id = a, match = \"x\", vale = x } | rules[0].vale: is not known",
        "{ id = a, match = x, value = x }, { id = a, match = x, value = x } | rules[1].id: must be",
        "{ id = a, match = x } | value",
      })
  void aWrongRuleIsToldWithItsPlace(String rules, String message) {
    String file =
        "longest = 9\nunknown = x\nfields = [\n{ name = sex, from = [sex], rules = ["
            + rules
            + "] } ]";
    assertThatThrownBy(() -> HarmonisationFile.read(() -> ConfigFactory.parseString(file)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("4");
  }
}
