package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.configuration.ConfigurationException;

/** A tool's own count of reads against what is known of its files. */
class ReadCountsTest {

  @ParameterizedTest
  @CsvSource({
    // the tool's, the files', without mate, the archive's, what comes of it
    "100, 100, 0, 100, ''",
    "100, 100, 20, 120, ''",
    "100, 100, 0, , ''",
    "99, 100, 0, 100, CORRUPT: salmon read 99 reads but 100 were counted",
    "100, 100, 0, 101, CORRUPT: 100 reads and 0 without mate are there but the archive states 101",
    "100, , 0, 100, ''",
    "100, , 20, 120, ''",
    "100, , 0, , PERMANENT: nobody counted the reads"
  })
  void whatAToolMustHaveRead(
      long processed, Long counted, long orphans, Long stated, String expected) {
    Optional<StepFailure> problem =
        ReadCounts.problem("salmon", processed, number(counted), orphans, number(stated));
    String said =
        problem
            .map(StepFailure::failure)
            .map(failure -> failure.failureClass() + ": " + failure.message().replace(",", ""))
            .orElse("");
    if (expected.isEmpty()) {
      assertThat(said).isEmpty();
    } else {
      assertThat(said).startsWith(expected);
    }
  }

  /** Otherwise the tool's own number proves the files, of which the beginning was read. */
  @ParameterizedTest
  @CsvSource({
    // the tool's, the files', without mate, the archive's, whether the files must be read
    "100, , 0, 100, false",
    "100, , 20, 120, false",
    "99, , 0, 100, true",
    "101, , 0, 100, true",
    "100, , 20, 100, true",
    "100, , 0, , false",
    "99, 100, 0, 100, false",
  })
  void aToolWhoseNumberIsNotTheStatedOneProvesNothing(
      long processed, Long counted, long orphans, Long stated, boolean unproven) {
    assertThat(ReadCounts.isUnproven(processed, number(counted), orphans, number(stated)))
        .isEqualTo(unproven);
  }

  private static OptionalLong number(Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  @ParameterizedTest
  @CsvSource({
    "salmon-check, '', true",
    "kallisto-check, '', true",
    "gunzip, '', false",
    "salmon-check, reads, false"
  })
  void onlyAStepThatAlwaysComparesMayBeNamed(String builtin, String when, boolean fine) {
    Config file =
        ConfigFactory.parseString(
            """
            name = counts
            version = "1"
            description = "Counts."
            inputs = [[reads]]
            counts-reads = check
            resources { cpu = "1", memory = "1MiB", disk = "1MiB" }
            steps = [
              { name = tool, command = [true] }
              { name = check, builtin = %s, when = [%s] }
            ]
            """
                .formatted(builtin, when));
    if (fine) {
      assertThat(PipelineFile.read("counts.conf", file).countsReads()).contains("check");
    } else {
      assertThatThrownBy(() -> PipelineFile.read("counts.conf", file))
          .isInstanceOf(ConfigurationException.class)
          .hasMessageContaining("counts.conf:5: counts-reads: 'check' is no step")
          .hasMessageContaining("[fastqc-summary, kallisto-check, salmon-check]");
    }
  }
}
