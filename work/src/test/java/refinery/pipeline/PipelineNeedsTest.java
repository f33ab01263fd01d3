package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.archive.ArchiveHttp;
import refinery.archive.Archives;
import refinery.archive.ArchivesConfig;
import refinery.archive.ensembl.EnsemblSource;
import refinery.configuration.ConfigurationException;
import refinery.protocol.Json;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.RawFile;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.job.Work;
import refinery.source.SourceRegistry;

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

  private static final Map<String, String> HUMAN = Map.of("organism", "homo_sapiens");

  private static Selector index(String k) {
    return any(k).or(HUMAN);
  }

  private static Selector any(String k) {
    return Selector.of("transcriptome-index", "salmon-index").with("k", k).latestBy("release");
  }

  @ParameterizedTest
  @CsvSource({"100,7600,31", "100,7500,23", "1,76,31"})
  void theIndexFollowsTheMeanReadLength(long reads, long bases, String k) {
    RawFile file = reads(OptionalLong.of(reads), OptionalLong.of(bases));
    assertThat(catalog.needs(work(file, Map.of(), HUMAN), Optional.empty()))
        .containsExactly(
            new Need.One(
                "index",
                index(k),
                "this survey again with -P reference=SPECIES, or: refinery survey ensembl"
                    + " species=homo_sapiens"));
  }

  @Test
  void whatTheSurveyAsksForOverrulesIt() {
    RawFile file = reads(OptionalLong.of(1), OptionalLong.of(100));
    Map<String, String> asked = Map.of("k", "21", "reference_release", "110");
    assertThat(catalog.needs(work(file, asked, HUMAN), Optional.empty()))
        .extracting(need -> ((Need.One) need).selector())
        .containsExactly(index("21").with("release", "110"));
  }

  /** An archive's sample may have attributes of any name. */
  @Test
  void whatAnArchiveSaysIsNoParameter() {
    RawFile file = reads(OptionalLong.of(1), OptionalLong.of(100));
    Map<String, String> said =
        Map.of("organism", "homo_sapiens", "k", "1", "reference_release", "hostile");
    assertThat(catalog.needs(work(file, Map.of(), said), Optional.empty()))
        .extracting(need -> ((Need.One) need).selector())
        .containsExactly(index("31"));
  }

  @Test
  void readsThatWereNotCountedAreAsLongAsTheArchiveSays() {
    RawFile file = reads(OptionalLong.empty(), OptionalLong.empty());
    Map<String, String> said = Map.of("organism", "homo_sapiens", "mean_read_length", "50.5");
    assertThat(catalog.needs(work(file, Map.of(), said), Optional.empty()))
        .extracting(need -> ((Need.One) need).selector())
        .containsExactly(index("23"));
    assertThat(catalog.needs(work(file, Map.of(), HUMAN), Optional.empty()))
        .as("nothing can be told")
        .isEmpty();
  }

  private Need.One needed(Map<String, String> parameters, Map<String, String> said) {
    RawFile file = reads(OptionalLong.of(1), OptionalLong.of(100));
    List<Need> needs = catalog.needs(work(file, parameters, said), Optional.empty());
    assertThat(needs).hasSize(1);
    return (Need.One) needs.getFirst();
  }

  @Test
  void theTaxonChoosesTheIndexThenItsSpeciesThenTheName() {
    Map<String, String> strain = Map.of("organism", "e_coli_str_k_12", "tax_id", "511145");
    Selector byTaxon =
        any("31")
            .or(Map.of("taxon_id", "511145", "organism", "e_coli_str_k_12"))
            .or(Map.of("taxon_id", "511145"))
            .or(Map.of("species_taxon_id", "511145"));
    Selector byName = byTaxon.or(Map.of("organism", "e_coli_str_k_12"));
    Need.One need = needed(Map.of(), strain);
    assertThat(need.selector()).isEqualTo(byName);
    assertThat(need.hint()).endsWith(": refinery survey ensembl taxon=511145");

    assertThat(needed(Map.of("species_tax_id", "562"), strain).selector())
        .isEqualTo(
            byTaxon
                .or(Map.of("taxon_id", "562"))
                .or(Map.of("species_taxon_id", "562"))
                .or(Map.of("organism", "e_coli_str_k_12")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "0", "unknown", "9606;10090"})
  void aTaxonThatIsNoneIsNotKnown(String taxon) {
    Need.One need = needed(Map.of(), Map.of("organism", "homo_sapiens", "tax_id", taxon));
    assertThat(need.selector()).isEqualTo(index("31"));
    assertThat(need.hint()).endsWith(": refinery survey ensembl species=homo_sapiens");
  }

  /** Everything from {@code refinery} on can be pasted; the source takes it. */
  @ParameterizedTest
  @CsvSource({
    "escherichia_coli_str_k_12_substr_mg1655, 511145, ''",
    "oryza_sativa_japonica_group, '', ''",
    "mixed_sample, 1427524, ''",
    "mixed_sample, 1427524, oryza_sativa"
  })
  void theCommandThatWouldBringItIsTaken(String organism, String taxon, String reference)
      throws Exception {
    Map<String, String> asked = reference.isEmpty() ? Map.of() : Map.of("reference", reference);
    String hint = needed(asked, Map.of("organism", organism, "tax_id", taxon)).hint();
    Matcher command =
        Pattern.compile("refinery survey ([a-z]+) ([a-z]+)=([a-z0-9_]+)").matcher(hint);
    assertThat(command.find()).as(hint).isTrue();
    assertThat(command.end()).as(hint).isEqualTo(hint.length());
    ArchivesConfig archives = Archives.at("http://127.0.0.1:1");
    try (ArchiveHttp http = Archives.http(archives)) {
      SourceRegistry sources = new SourceRegistry(List.of(new EnsemblSource(archives, http)));
      assertThat(
              sources.validate(
                  command.group(1),
                  Json.MAPPER.createObjectNode().put(command.group(2), command.group(3))))
          .as(hint)
          .isInstanceOf(Validated.Valid.class);
    }
  }

  @Test
  void theReferenceThatTheSurveyNamesIsTakenWhateverTheArchiveSays() {
    Map<String, String> said = Map.of("organism", "mixed_sample", "tax_id", "1427524");
    Need.One need = needed(Map.of("reference", "homo_sapiens"), said);
    assertThat(need.selector()).isEqualTo(index("31"));
    assertThat(need.hint()).isEqualTo("refinery survey ensembl species=homo_sapiens");
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
        .hasMessageMatching("p\\.conf:\\d+: " + Pattern.quote(key) + ".*");
  }
}
