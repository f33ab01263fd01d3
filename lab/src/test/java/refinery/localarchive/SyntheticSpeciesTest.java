package refinery.localarchive;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SyntheticSpeciesTest {
  private static final SyntheticSpecies SPECIES =
      SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);

  @Test
  void theSameSeedGivesTheSameSpecies() {
    SyntheticSpecies again = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
    assertThat(again.genome().fasta("A")).isEqualTo(SPECIES.genome().fasta("A"));
    assertThat(DirtyGtf.write(again.genome(), "A"))
        .isEqualTo(DirtyGtf.write(SPECIES.genome(), "A"));
    for (RunDesign run : SPECIES.runs()) {
      assertThat(again.run(run.accession()).fastq().getFirst())
          .isEqualTo(SPECIES.run(run.accession()).fastq().getFirst());
    }
    // Pinned: every JDK must generate these reads.
    assertThat(Digests.md5(SPECIES.run("SRR990101").fastq().getFirst()))
        .isEqualTo("3ef8037d7d08f541a6b99454ecc26bea");
    assertThat(SyntheticSpecies.generate(7).genome().fasta("A"))
        .isNotEqualTo(SPECIES.genome().fasta("A"));
  }

  @Test
  void truthAndBackgroundAddUpToTheFragments() {
    for (SimulatedRun run : SPECIES.simulated()) {
      String accession = run.design().accession();
      long expressed = SPECIES.trueFragments(accession);
      assertThat(expressed + run.background()).isEqualTo(run.design().fragments());
      assertThat((double) run.background() / run.design().fragments()).isBetween(0.03, 0.05);
      Map<String, Long> genes = SPECIES.trueFragmentsByGene(accession);
      assertThat(genes.values().stream().mapToLong(Long::longValue).sum()).isEqualTo(expressed);
      assertThat(genes.values()).filteredOn(count -> count > 0).hasSizeGreaterThan(30);
    }
  }

  @Test
  void pseudogenesAndVeryShortTranscriptsAreNotExpressed() {
    for (RunDesign run : SPECIES.runs()) {
      Map<String, Long> genes = SPECIES.trueFragmentsByGene(run.accession());
      for (Gene gene : SPECIES.genome().genes()) {
        if (gene.isPseudogene() || gene.biotype().endsWith("iRNA")) {
          assertThat(genes).containsEntry(gene.id(), 0L);
        }
      }
    }
  }

  @Test
  void matesHaveAsManyReadsOfTheRightLength() {
    for (SimulatedRun run : SPECIES.simulated()) {
      assertThat(run.fastq()).hasSize(run.design().paired() ? 2 : 1);
      for (byte[] reads : run.fastq()) {
        List<String> lines = new String(reads, StandardCharsets.US_ASCII).lines().toList();
        assertThat(lines).hasSize(4 * run.design().fragments());
        assertThat(lines.get(0)).startsWith("@" + run.design().accession() + ".1 SYN:1:");
        assertThat(lines.get(1)).hasSize(run.design().readLength()).matches("[ACGTN]+");
        assertThat(lines.get(3)).hasSize(run.design().readLength()).matches("[F:,#]+");
      }
    }
  }

  @Test
  void enaDirectoriesFollowTheNumberOfDigits() {
    assertThat(SPECIES.runs())
        .extracting(RunDesign::enaDirectory)
        .contains(
            "vol1/fastq/SRR990/SRR990101",
            "vol1/fastq/SRR990/002/SRR9901002",
            "vol1/fastq/SRR990/003/SRR99010003");
  }

  @Test
  void theTreeIsWrittenOnce(@TempDir Path root) throws Exception {
    RunDesign small = new RunDesign("SRR990101", "SAMN1", true, 100, "A", true, 200);
    SyntheticSpecies species = SyntheticSpecies.generate(1, List.of(small));
    ArchiveTree.write(root, species, false);
    Path reads = root.resolve("vol1/fastq/SRR990/SRR990101/SRR990101_1.fastq.gz");
    Files.writeString(reads, "touched");
    ArchiveTree.write(root, species, false);
    assertThat(reads).hasContent("touched");
    ArchiveTree.write(root, SyntheticSpecies.generate(2, List.of(small)), false);
    assertThat(Files.size(reads)).isGreaterThan(1_000);
    Path gtf = root.resolve("pub/release-99/gtf/synthetica_minima");
    assertThat(gtf.resolve("CHECKSUMS"))
        .content()
        .matches("\\d{5} +\\d+ Synth.*\\.99\\.gtf\\.gz\n");
  }

  @Test
  void theGtfCarriesEveryKindOfDirt() {
    String gtf = new String(DirtyGtf.write(SPECIES.genome(), "SMIN1"), StandardCharsets.US_ASCII);
    assertThat(SPECIES.genome().contigNames()).doesNotContain("KI990001.1");
    assertThat(gtf)
        .contains("KI990001.1\t")
        .contains("transcript_id \"\"")
        .contains("gene_id \"\"")
        .contains("\t109901\t110400\t")
        .contains("\t.\t.\t.\t")
        .contains("\t91300\t91299\t")
        .contains("_pseudogene\"");
    assertThat(gtf.lines().filter(line -> !line.startsWith("#")))
        .anyMatch(line -> line.split("\t").length < 9)
        .anyMatch(line -> line.contains("\texon\t") && !line.contains("transcript_id"));
  }
}
