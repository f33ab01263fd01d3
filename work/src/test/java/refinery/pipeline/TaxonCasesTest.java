package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.BatchId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.Work;

/** Which of the indexes that are there a run takes, whatever the archives call its organism. */
class TaxonCasesTest {
  private static final RawFile READS =
      new RawFile(
          "r.fastq.gz",
          "reads",
          "o",
          "ab",
          1,
          "ena",
          "http://a",
          OptionalLong.of(1),
          OptionalLong.of(100));

  /** As the list of Ensembl has them: name, taxon, species taxon, release. */
  private static final List<RefinedArtifact> INDEXES =
      List.of(
          index("obscura_coli_str_k_12_substr_x1_gca_999999999", "9990511", "9990500", 59),
          index("obscura_coli_str_o157_gca_000000157", "9990157", "9990500", 60),
          index("obscura_sativa", "9990047", "", 59),
          index("obscura_sativa_indica", "9990048", "9990045", 61),
          index("obscura_lupus_vetus", "9990001", "9990001", 99),
          index("obscura_lupus_alter", "9990001", "9990001", 112),
          index("obscura_sine_taxo", "", "", 50));

  private final PipelineCatalog catalog =
      new PipelineCatalog(PipelineRegistry.load(Optional.empty()), InstantSource.system());

  private static RefinedArtifact index(String name, String taxon, String species, int release) {
    Map<String, String> values = new HashMap<>(Map.of("k", "31", "release", "" + release));
    values.put("taxon_id", taxon);
    values.put("species_taxon_id", species);
    return new RefinedArtifact(
        BatchId.of("batch-" + name.replace('_', '-')),
        "transcriptome-index",
        "salmon-index",
        name + ".tar.gz",
        Optional.of(name),
        values,
        "ab".repeat(32),
        1,
        "application/gzip",
        Instant.EPOCH);
  }

  @ParameterizedTest
  @CsvSource({
    // a strain that Ensembl files under a longer name
    "obscura_coli_str_k_12_substr_x1, 9990511, , obscura_coli_str_k_12_substr_x1_gca_999999999",
    // a group that ENA names and Ensembl does not
    "obscura_sativa_japonica_group, 9990047, , obscura_sativa",
    // two genomes of one taxon: the one of this name, though the other is newer
    "obscura_lupus_vetus, 9990001, , obscura_lupus_vetus",
    // of this taxon, but of neither name: the newest
    "obscura_lupus, 9990001, , obscura_lupus_alter",
    // the species alone is known: a strain of it, the newest
    "obscura_coli, 9990500, , obscura_coli_str_o157_gca_000000157",
    // a strain without a genome, whose species the survey states
    "obscura_coli_str_z, 9990999, 9990500, obscura_coli_str_o157_gca_000000157",
    // a taxon that is none: the name
    "obscura_sativa, 0, , obscura_sativa",
    // a genome without a taxon: the name, though the run has a taxon
    "obscura_sine_taxo, 9990777, , obscura_sine_taxo",
    // nothing fits: it waits
    "mixed_sample, 1427524, ,",
    "obscura_coli, , ,",
  })
  void theTaxonDecidesThenTheSpeciesThenTheName(
      String organism, String taxon, String species, String index) {
    Map<String, String> said = new HashMap<>(Map.of("organism", organism));
    said.put("tax_id", taxon == null ? "" : taxon);
    Map<String, String> asked = species == null ? Map.of() : Map.of("species_tax_id", species);
    assertThat(taken(asked, said)).isEqualTo(Optional.ofNullable(index));
  }

  @ParameterizedTest
  @CsvSource({"mixed_sample, 1427524", "obscura_sativa, 9990047", "'', ''"})
  void theReferenceThatTheSurveyNamesDecidesAlone(String organism, String taxon) {
    Map<String, String> said = Map.of("organism", organism, "tax_id", taxon);
    assertThat(taken(Map.of("reference", "obscura_sativa_indica"), said))
        .contains("obscura_sativa_indica");
    assertThat(taken(Map.of("reference", "obscura_nova"), said)).isEmpty();
  }

  private Optional<String> taken(Map<String, String> asked, Map<String, String> said) {
    List<Need> needs =
        catalog.needs(
            new Work.Process("salmon-quant", List.of(READS), List.of(), asked, said, List.of()),
            Optional.empty());
    assertThat(needs).hasSize(1);
    Selector selector = ((Need.One) needs.getFirst()).selector();
    return INDEXES.stream()
        .filter(selector::matches)
        .min(selector.order())
        .flatMap(RefinedArtifact::organism);
  }
}
