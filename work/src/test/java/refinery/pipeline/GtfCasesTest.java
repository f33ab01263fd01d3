package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.pipeline.GtfLine.Flaw;
import refinery.testing.RequiresTools;

/** Lines of annotations that RSEM refuses, and every way in which a transcript is lost. */
class GtfCasesTest {
  private static final String GOOD =
      "1\tx\texon\t%d\t%d\t.\t+\t.\tgene_id \"G%d\"; transcript_id \"T%d\";\n";

  @TempDir Path folder;

  /** The part of {@code lines.gtf} below a heading. */
  static List<String> reported(String heading) throws IOException {
    List<String> lines = new ArrayList<>();
    boolean inside = false;
    try (InputStream in = GtfCasesTest.class.getResourceAsStream("/cases/lines.gtf")) {
      for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8).split("\n")) {
        if (line.startsWith("#")) {
          inside = line.startsWith("#" + heading);
        } else if (inside) {
          lines.add(line);
        }
      }
    }
    return lines;
  }

  private GtfCleaning clean(String gtf) throws IOException, StepFailure {
    Path file = folder.resolve("in.gtf");
    Files.writeString(file, gtf, StandardCharsets.ISO_8859_1);
    return new GtfCleaner(
            Map.of("1", 100_000L, "2", 100_000L), Set.of(), TestAttempt.of(null, folder))
        .clean(file, folder.resolve("clean.gtf"), folder.resolve("map.txt"));
  }

  private static String exon(String attributes) {
    return exon("1", 60_000, "+", attributes);
  }

  private static String exon(String contig, int start, String strand, String attributes) {
    return "%s\tx\texon\t%d\t%d\t.\t%s\t.\t%s\n"
        .formatted(contig, start, start + 300, strand, attributes);
  }

  private List<String> map() throws IOException {
    return Files.readAllLines(folder.resolve("map.txt"), StandardCharsets.ISO_8859_1);
  }

  /** All of them beside one good transcript, through the tool that refused each. */
  @Test
  @RequiresTools("rsem-prepare-reference")
  void rsemTakesWhatWasRewritten() throws Exception {
    StringBuilder gtf = new StringBuilder(GOOD.formatted(100, 400, 1, 1));
    reported("case06").forEach(line -> gtf.append(line).append('\n'));
    rewritten().forEach(attributes -> gtf.append(exon(attributes)));
    // RSEM refuses a gene line that has no strand, too.
    gtf.append("1\tx\tgene\t100\t400\t.\t.\t.\tgene_id \"G1\";\n\n");
    gtf.append(exon("1", 3000, "+", "gene_id \"N\"; transcript_id \"N.1\"; gene_name \"a\";"));
    gtf.append(exon("1", 4000, "+", "gene_id \"N\"; transcript_id \"N.1\"; gene_name \"b\";"));
    GtfCleaning cleaning = clean(gtf.toString());
    assertThat(cleaning.lost()).isZero();
    assertThat(cleaning.rewritten()).isEqualTo(5 + (int) rewritten().count());
    assertThat(map()).contains("G1\tT1", "Smp_1\tSmp_1.1", "G\tG_mRNA_1", "G_1\tG1.1", "TW\tTW.1");
    Files.writeString(
        folder.resolve("g.fa"), ">1\n" + "ACGTTGCATG".repeat(10_000) + "\n>2\nACGT\n");
    Process rsem =
        new ProcessBuilder(
                "rsem-prepare-reference",
                "--gtf",
                "clean.gtf",
                "--transcript-to-gene-map",
                "map.txt",
                "g.fa",
                "reference")
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("rsem.log").toFile())
            .start();
    assertThat(rsem.waitFor()).as(Files.readString(folder.resolve("rsem.log"))).isZero();
    List<String> names = new ArrayList<>();
    Fasta.scan(
        folder.resolve("reference.transcripts.fa"),
        TestAttempt.of(null, folder),
        (name, length) -> names.add(name));
    assertThat(names)
        .containsExactlyInAnyOrderElementsOf(
            map().stream().map(line -> line.substring(line.indexOf('\t') + 1)).toList());
  }

  private static Stream<String> rewritten() {
    return Stream.of(
        "gene_id \"A\"; transcript_id \"A.1\"; transcript_id \"A.1\";",
        "gene_id \"B\"; gene_id \"C\"; transcript_id \"B.1\";",
        "gene_id D; transcript_id D.1;",
        "gene_id\"E\"; transcript_id\"E.1\";",
        "gene_id \"F\" transcript_id \"F.1\"",
        "gene_id \"H\"; transcript_id \"H.1\"; tag;",
        "gene_id \"I\"; transcript_id \"I.1\";; note \"x\";",
        "gene_id \"#J\"; transcript_id \">J.1\";",
        "gene_id \"K\"; transcript_id \" K.1 \";");
  }

  /** Each loses what is said under its own reason, and nothing else. */
  @ParameterizedTest
  @CsvSource({
    "CONTIG, 1, '3,10,+,S,S.1'",
    "STRAND, 1, '1,10,.,S,S.1'",
    "COORDINATES, 1, '1,-887,+,S,S.1'",
    "PAST_END, 1, '1,99900,+,S,S.1'",
    "BOTH_STRANDS, 1, '1,5000,+,S,S.1 1,9000,-,S,S.1'",
    "SEVERAL_CONTIGS, 1, '1,5000,+,S,S.1 2,9000,+,S,S.1'",
    "SEVERAL_GENES, 3, '1,5000,+,S,S.1 1,7000,+,U,S.1 1,9000,+,V,S.1'",
    "SAME_NAME, 1, '1,5000,+,S,S.1_a 1,9000,+,S,S.1~a'",
    "SAME_NAME, 1, '1,5000,+,S~1,S.1 1,9000,+,S_1,S.2'"
  })
  void aLostTranscriptHasAReason(Flaw reason, int lost, String exons) throws Exception {
    StringBuilder gtf = new StringBuilder(GOOD.formatted(100, 400, 1, 1));
    for (String exon : exons.split(" ")) {
      String[] of = exon.replace('~', ' ').split(",", -1);
      gtf.append(
          exon(
              of[0],
              Integer.parseInt(of[1]),
              of[2],
              "gene_id \"%s\"; transcript_id \"%s\";".formatted(of[3], of[4])));
    }
    GtfCleaning cleaning = clean(gtf.toString());
    assertThat(cleaning.lostTranscripts()).isEqualTo(Map.of(reason, lost));
    assertThat(cleaning.losesMoreThan(0.05)).isTrue();
    assertThat(map()).contains("G1\tT1");
  }

  @Test
  void aTranscriptWithoutExonsIsLost() throws Exception {
    String line = "1\tx\ttranscript\t%d\t400\t.\t+\t.\tgene_id \"G%d\"; transcript_id \"T%d\";\n";
    GtfCleaning cleaning =
        clean(line.formatted(100, 1, 1) + GOOD.formatted(100, 400, 1, 1) + line.formatted(9, 2, 2));
    assertThat(cleaning.lostTranscripts()).isEqualTo(Map.of(Flaw.NO_EXON, 1));
  }

  /** As bacteria have them at RefSeq: exons of RNA genes only. */
  @Test
  void aTranscriptOfCodingSequenceOnlyIsLost() throws Exception {
    String coding = "1\tx\tCDS\t%d\t%d\t.\t+\t0\tgene_id \"G%d\"; transcript_id \"T%d\";\n";
    GtfCleaning cleaning =
        clean(
            coding.formatted(100, 400, 1, 1)
                + GOOD.formatted(100, 400, 1, 1)
                + coding.formatted(500, 700, 2, 2)
                + coding.formatted(710, 800, 2, 2));
    assertThat(cleaning.lostTranscripts()).isEqualTo(Map.of(Flaw.NO_EXON, 1));
  }

  /** What names no transcript can be counted as lines only. */
  @ParameterizedTest
  @CsvSource({
    "'1\tx\texon\t1\t9\t.\t+\t.\tgene_id \"G\";', IDS",
    "'1\tx\texon\t1\t9\t.\t+\t.\tID=exon1;Parent=mRNA1', IDS",
    "'1\tx\texon\t1\t9', COLUMNS",
    "'<html>', COLUMNS"
  })
  void linesThatNameNoTranscriptCount(String line, Flaw reason) throws Exception {
    StringBuilder gtf = new StringBuilder();
    for (int i = 0; i < 19; i++) {
      gtf.append(GOOD.formatted(1000 * i + 1, 1000 * i + 300, i, i));
    }
    assertThat(clean(gtf + line + "\n").losesMoreThan(0.05)).isFalse();
    GtfCleaning two = clean(gtf + line + "\n" + line + "\n");
    assertThat(two.losesMoreThan(0.05)).isTrue();
    assertThat(two.lost()).isZero();
    assertThat(two.dropped()).isEqualTo(Map.of(reason, 2));
  }
}
