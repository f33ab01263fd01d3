package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.configuration.ConfigurationException;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.Work;

class PipelineNeedsTest {
  private final PipelineCatalog catalog =
      new PipelineCatalog(PipelineRegistry.load(Optional.empty()), InstantSource.system());

  private static RawFile reads(OptionalLong reads, OptionalLong bases) {
    return new RawFile("r.fastq.gz", "reads", "o", "ab", 1, "ena", "http://a", reads, bases);
  }

  private static Work.Process work(
      RawFile file, Map<String, String> parameters, Map<String, String> said) {
    return new Work.Process("salmon-quant", List.of(file), List.of(), parameters, said, List.of());
  }

  private static final Map<String, String> ORGANISM = Map.of("organism", "homo_sapiens");

  private static Selector index(String k) {
    return Selector.of("transcriptome-index", "salmon-index")
        .ofOrganism("homo_sapiens")
        .with("k", k)
        .latestBy("release");
  }

  @ParameterizedTest
  @CsvSource({"100,7600,31", "100,7500,23", "1,76,31"})
  void theIndexFollowsTheMeanReadLength(long reads, long bases, String k) {
    RawFile file = reads(OptionalLong.of(reads), OptionalLong.of(bases));
    assertThat(catalog.needs(work(file, Map.of(), ORGANISM)))
        .containsExactly(
            new Need("index", index(k), "refinery survey ensembl species=homo_sapiens"));
  }

  @Test
  void whatTheSurveyAsksForOverrulesIt() {
    RawFile file = reads(OptionalLong.of(1), OptionalLong.of(100));
    Map<String, String> asked = Map.of("k", "21", "reference_release", "110");
    assertThat(catalog.needs(work(file, asked, ORGANISM)))
        .extracting(Need::selector)
        .containsExactly(index("21").with("release", "110"));
  }

  /** An archive's sample may have attributes of any name. */
  @Test
  void whatAnArchiveSaysIsNoParameter() {
    RawFile file = reads(OptionalLong.of(1), OptionalLong.of(100));
    Map<String, String> said =
        Map.of("organism", "homo_sapiens", "k", "1", "reference_release", "hostile");
    assertThat(catalog.needs(work(file, Map.of(), said)))
        .extracting(Need::selector)
        .containsExactly(index("31"));
  }

  @Test
  void readsThatWereNotCountedAreAsLongAsTheArchiveSays() {
    RawFile file = reads(OptionalLong.empty(), OptionalLong.empty());
    Map<String, String> said = Map.of("organism", "homo_sapiens", "mean_read_length", "50.5");
    assertThat(catalog.needs(work(file, Map.of(), said)))
        .extracting(Need::selector)
        .containsExactly(index("23"));
    assertThat(catalog.needs(work(file, Map.of(), ORGANISM))).as("nothing can be told").isEmpty();
  }

  private static final String PIPELINE =
      """
      name = p, version = "1", description = d
      inputs = [[reads]]
      resources { cpu = "1", memory = "1", disk = "1" }
      steps = [{ name = s, command = [cat, "${%s}", "${input.reads}"] }]
      needs { %s }
      """;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a | a { artifact = x } | needs.a",
        "a | a { pipeline = p, artifact = x, kv { k = 1 } } | needs.a.kv",
        "a | A { pipeline = p, artifact = x } | needs.A",
        "b | a { pipeline = p, artifact = x } | steps[0].command",
        "a | a { pipeline = p, artifact = x, organism = \"${parameter.none}\" } | needs.a",
        "a | a { pipeline = p, artifact = x, by-read-length { k { longer-than = 1, then = a,"
            + " otherwise = b } } } | needs.a.by-read-length.k"
      })
  void aMistakeInTheFileNamesItsKey(String placeholder, String need, String key) {
    assertThatThrownBy(
            () ->
                PipelineFile.read(
                    "p.conf", ConfigFactory.parseString(PIPELINE.formatted(placeholder, need))))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageStartingWith("p.conf: " + key);
  }
}
