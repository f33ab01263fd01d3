package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Random;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.testing.RequiresTools;

/**
 * Genomes and reads as people have reported them, through the real tools: one index, which holds a
 * transcript that salmon removes and lines that RSEM refuses, serves all.
 */
@RequiresTools
class GenomeCasesTest {
  private static final String GENOME =
      "pub/release-99/fasta/synthetica_minima/dna/Synthetica_minima.SMIN1.dna.toplevel.fa.gz";
  private static final String ANNOTATION =
      "pub/release-99/gtf/synthetica_minima/Synthetica_minima.SMIN1.99.gtf.gz";
  private static final String READS = "vol1/fastq/SRR990/SRR990001/SRR990001_%d.fastq.gz";
  private static final Map<String, String> RUN = Map.of("organism", "synthetica_minima");

  /** Of nothing but A, too; of nothing but T; and one that only ends in A, which is kept. */
  private static final List<String> RELATIVES =
      List.of(
          exon("PB", 95_060, 95_209, "+"),
          exon("PM", 95_050, 95_249, "-"),
          exon("PT", 94_801, 95_149, "+"));

  @TempDir static Path folder;
  private static Workbench bench;
  private static JobResult.Processed index;

  @BeforeAll
  static void buildTheIndex() throws IOException {
    bench = new Workbench(folder);
    List<String> lines = new ArrayList<>(GtfCasesTest.reported("case03"));
    lines.addAll(GtfCasesTest.reported("case06"));
    lines.addAll(RELATIVES);
    index = Workbench.processed(index(allA(), annotation() + String.join("\n", lines) + "\n"));
    bench.indices.put(31, index.artifacts());
  }

  private static String exon(String gene, int start, int end, String strand) {
    return "1\tx\texon\t%d\t%d\t.\t%s\t.\tgene_id \"%s\"; transcript_id \"%s.1\";"
        .formatted(start, end, strand, gene, gene);
  }

  private static Outcome index(String genome, String gtf) throws IOException {
    Map<String, String> parameters = new HashMap<>(Workbench.SPECIES);
    parameters.put("k", "31");
    return bench.run(
        "transcriptome-index",
        List.of(raw("genome", "g.fa.gz", genome), raw("annotation", "a.gtf.gz", gtf)),
        parameters);
  }

  private static RawFile raw(String role, String name, String text) throws IOException {
    Path file = folder.resolve(name);
    try (var out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(text.getBytes(StandardCharsets.ISO_8859_1));
    }
    return bench.raw(role, file, OptionalLong.empty(), OptionalLong.empty());
  }

  private static String unpacked(String fixture) throws IOException {
    try (var in = new GZIPInputStream(Files.newInputStream(Workbench.fixture(fixture)))) {
      return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String annotation() throws IOException {
    return unpacked(ANNOTATION);
  }

  /** The genome with 400 A from 1:95001 on. */
  private static String allA() throws IOException {
    StringBuilder genome = new StringBuilder(unpacked(GENOME));
    int at = genome.indexOf("\n", genome.indexOf(">1 ")) + 1;
    for (int base = 0; base < 95_400; at++) {
      if (genome.charAt(at) != '\n' && base++ >= 95_000) {
        genome.setCharAt(at, 'A');
      }
    }
    return genome.toString();
  }

  private static List<RawFile> pair(int length, int reads) throws IOException {
    List<RawFile> files = new ArrayList<>();
    for (int mate = 1; mate <= 2; mate++) {
      StringBuilder text = new StringBuilder();
      String[] lines = unpacked(READS.formatted(mate)).split("\n");
      for (int i = 0; i < 4 * reads; i++) {
        text.append(i % 2 == 1 && i % 4 != 2 ? lines[i].substring(0, length) : lines[i]);
        text.append('\n');
      }
      files.add(counted(mate, length, reads, text.toString()));
    }
    return files;
  }

  private static RawFile counted(int mate, int length, int reads, String text) throws IOException {
    RawFile raw = raw("reads_" + mate, "r_%d_%d_%d.fastq.gz".formatted(length, reads, mate), text);
    return new RawFile(
        raw.name(),
        raw.role(),
        raw.object(),
        raw.sha256(),
        raw.size(),
        raw.deliveredFrom(),
        raw.url(),
        OptionalLong.of(reads),
        OptionalLong.of((long) reads * length));
  }

  private static Failure failure(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    return ((Outcome.Failed) outcome).failure();
  }

  @Test
  void theIndexSaysWhatItLacks() {
    assertThat(index.facts())
        .containsEntry("transcripts", "140")
        .containsEntry("transcripts_rewritten", "4")
        .containsEntry("transcripts_removed_by_salmon", "2")
        .containsEntry("removed_by_salmon", "PA.1 PB.1")
        .containsEntry("transcripts_duplicated", "7")
        .containsEntry("transcripts_lost.contig", "2")
        .containsEntry("transcripts_lost.past_end", "1")
        .containsEntry("transcripts_lost", "7");
  }

  @ParameterizedTest
  @CsvSource({"salmon-quant", "kallisto-quant"})
  void aTranscriptThatSalmonRemovesIsNoFullDisk(String pipeline) throws IOException {
    JobResult.Processed done =
        Workbench.processed(
            bench.run(
                pipeline,
                bench.pair(
                    Workbench.fixture(READS.formatted(1)),
                    Workbench.fixture(READS.formatted(2)),
                    3000,
                    100),
                RUN));
    if (pipeline.equals("salmon-quant")) {
      assertThat(done.facts())
          .containsEntry("transcripts_quantified", "131")
          .containsEntry("transcripts_duplicated", "7")
          .containsEntry("transcripts_removed_by_salmon", "2");
    }
  }

  @Test
  void mostOfAnAnnotationUnderOneIdFailsWithCounts() throws IOException {
    String[] lines = annotation().split("\n");
    for (int i = 0; i < lines.length; i++) {
      if (lines[i].matches(".*gene_id \"SMING000000000(0[1-9]|[1-4][0-9]|50)\".*")) {
        lines[i] =
            lines[i].replaceFirst(
                "transcript_id \"[^\"]*\"", "transcript_id \"unknown_transcript_1\"");
      }
    }
    Failure failure = failure(index(unpacked(GENOME), String.join("\n", lines) + "\n"));
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message())
        .contains("transcripts", "max_lost allows", "50 one transcript_id under several genes");
  }

  @Test
  void tooMuchOfNothingButA() throws IOException {
    StringBuilder gtf = new StringBuilder(annotation());
    for (int i = 0; i < 12; i++) {
      gtf.append(
          "1\tx\texon\t%d\t%d\t.\t+\t.\tgene_id \"PA\"; transcript_id \"PA.%d\";\n"
              .formatted(95_050 + i, 95_249 + i, i));
    }
    Failure failure = failure(index(allA(), gtf.toString()));
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message()).contains("12 that salmon removed");
  }

  @ParameterizedTest
  @CsvSource({"salmon-quant,20", "kallisto-quant,20", "salmon-quant,30", "kallisto-quant,30"})
  void readsShorterThanK(String pipeline, int length) throws IOException {
    Map<String, String> parameters = new HashMap<>(RUN);
    parameters.put("k", "31");
    Failure failure = failure(bench.run(pipeline, pair(length, 100), parameters));
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message()).contains("at most " + length + " bases long", "k = 31");
  }

  @Test
  void readsAsLongAsKAreNoFailureOfTheirLength() throws IOException {
    Map<String, String> parameters = new HashMap<>(RUN);
    parameters.put("k", "31");
    Workbench.processed(bench.run("kallisto-quant", pair(31, 300), parameters));
  }

  /** Of 1,000 fragments so many are of this genome. */
  @ParameterizedTest
  @CsvSource({"salmon-quant,7", "kallisto-quant,7", "salmon-quant,40", "kallisto-quant,40"})
  void hardlyAnyFragmentMaps(String pipeline, int mapping) throws IOException {
    List<RawFile> files = new ArrayList<>();
    for (int mate = 1; mate <= 2; mate++) {
      files.add(mostlyForeign(mate, mapping));
    }
    Outcome outcome = bench.run(pipeline, files, RUN);
    Failure failure = failure(outcome);
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.step()).isEqualTo("check");
    assertThat(failure.message())
        .containsPattern("verdict fail: [0-9]+ of 1000 fragments map")
        .contains("min_mapping_rate");
  }

  /** Fragments of the run beside fragments that lie nowhere, always the same. */
  private static RawFile mostlyForeign(int mate, int mapping) throws IOException {
    String[] lines = unpacked(READS.formatted(mate)).split("\n");
    Random dice = new Random(mate);
    StringBuilder text = new StringBuilder();
    for (int read = 0; read < 1000; read++) {
      StringBuilder foreign = new StringBuilder();
      for (int base = 0; base < 100; base++) {
        foreign.append("ACGT".charAt(dice.nextInt(4)));
      }
      text.append(
          "@r%d\n%s\n+\n%s\n"
              .formatted(read, read < mapping ? lines[4 * read + 1] : foreign, "I".repeat(100)));
    }
    return counted(mate, 100, 1000, text.toString());
  }

  /** The tools end by themselves when nothing maps, in their own words. */
  @ParameterizedTest
  @CsvSource({
    "salmon-quant,only able to assign 0 fragments",
    "kallisto-quant,zero reads pseudoaligned"
  })
  void noFragmentMaps(String pipeline, String words) throws IOException {
    List<RawFile> files = List.of(mostlyForeign(1, 0), mostlyForeign(2, 0));
    Failure failure = failure(bench.run(pipeline, files, RUN));
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message()).contains(words);
  }

  /** The same reads are taken where the survey asks for less. */
  @ParameterizedTest
  @CsvSource({"salmon-quant", "kallisto-quant"})
  void theLimitOfTheMappingRateIsAParameter(String pipeline) throws IOException {
    List<RawFile> files = List.of(mostlyForeign(1, 7), mostlyForeign(2, 7));
    Map<String, String> parameters = new HashMap<>(RUN);
    parameters.put("min_mapping_rate", "0");
    JobResult.Processed done = Workbench.processed(bench.run(pipeline, files, parameters));
    assertThat(Double.parseDouble(done.facts().get("mapping_rate"))).isLessThan(0.02);
  }
}
