package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.pipeline.GtfLine.Flaw;
import refinery.protocol.Resources;

class GtfCleanerTest {
  private static final Path GENOME =
      Workbench.fixture(
          "pub/release-99/fasta/synthetica_minima/dna/Synthetica_minima.SMIN1.dna.toplevel.fa.gz");
  private static final Path GTF =
      Workbench.fixture("pub/release-99/gtf/synthetica_minima/Synthetica_minima.SMIN1.99.gtf.gz");

  @TempDir Path folder;

  private GtfCleaning clean(Path gtf, Set<String> excluded) throws Exception {
    Map<String, Long> contigs = new HashMap<>();
    TestAttempt attempt = new TestAttempt(null, Resources.of(1000, 0, 1L << 30), folder);
    Fasta.scan(GENOME, attempt, contigs::put);
    return new GtfCleaner(contigs, excluded, attempt)
        .clean(gtf, folder.resolve("clean.gtf"), folder.resolve("map.txt"));
  }

  private static byte[] unpacked(Path gz) throws IOException {
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(gz))) {
      return in.readAllBytes();
    }
  }

  @Test
  void cleansTheDirtyAnnotationByteForByte() throws Exception {
    GtfCleaning result = clean(GTF, Set.of());
    assertThat(folder.resolve("clean.gtf"))
        .hasBinaryContent(
            unpacked(Workbench.fixture("expected/Synthetica_minima.SMIN1.99.clean.gtf.gz")));
    assertThat(folder.resolve("map.txt"))
        .hasSameBinaryContentAs(Workbench.fixture("expected/genes_to_transcripts.txt"));
    assertThat(result.genes()).isEqualTo(60);
    assertThat(result.transcripts()).isEqualTo(132);
    assertThat(result.dropped())
        .isEqualTo(
            Map.of(
                Flaw.CONTIG, 18,
                Flaw.IDS, 4,
                Flaw.GENE, 2,
                Flaw.PAST_END, 2,
                Flaw.STRAND, 2,
                Flaw.COORDINATES, 1,
                Flaw.COLUMNS, 1,
                Flaw.UNUSABLE, 1));
  }

  @Test
  void leavesBiotypesOutByTheirAttributeNotByText() throws Exception {
    Path gtf = folder.resolve("in.gtf");
    String line =
        "1\tx\texon\t%d\t%d\t.\t+\t.\tgene_id \"%s\"; transcript_id \"%s\"; gene_name"
            + " \"%s\"; gene_biotype \"%s\";\n";
    Files.writeString(
        gtf,
        line.formatted(100, 200, "G1", "T1", "not a pseudogene", "protein_coding")
            + line.formatted(300, 400, "G2", "T2", "x", "pseudogene"));
    GtfCleaning result = clean(gtf, Set.of("pseudogene"));
    assertThat(result.transcripts()).isEqualTo(1);
    assertThat(folder.resolve("map.txt")).hasContent("G1\tT1\n");
    assertThat(result.dropped()).isEqualTo(Map.of(Flaw.BIOTYPE, 1));
  }
}
