package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.configuration.ConfigurationException;
import refinery.pipeline.IndexComplexity.Limits;
import refinery.pipeline.TranscriptRules.Digest;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobResult;
import refinery.storage.Sha256;
import refinery.testing.RequiresTools;

/** How complex kallisto's index is, and the smaller one that takes its place above a limit. */
class IndexComplexityTest {
  private static final int LONG = 300;

  @TempDir private Path folder;

  @Test
  void bothFormsOfInspectTellTheLargestClass() {
    KallistoInspect histogram =
        KallistoInspect.parse(
            """
            #[inspect] Index version number = 10
            #[inspect] k = 31
            #[inspect] number of targets = 132
            #[inspect] number of equivalence classes = 236
            #[inspect] Number of k-mers in index = 42384
            #EC.size\tNum.targets
            1\t132
            2\t100
            8\t2
            9\t0

            #EC.size\tNum.kmers
            1\t16817
            500\t1
            """
                .lines()
                .toList());
    assertThat(histogram)
        .isEqualTo(
            new KallistoInspect(some(31), some(132), some(42384), some(8), some(132 + 200 + 16)));
    KallistoInspect line =
        KallistoInspect.parse(
            """
            [inspect] Index version number = 12
            [inspect] number of unitigs = 1,204
            [inspect] minimizer length = 23
            [inspect] max EC size = 3,015
            [inspect] number of ECs discarded = 0
            """
                .lines()
                .toList());
    assertThat(line.largestClass()).hasValue(3015);
    assertThat(line.kmers()).hasValue(1204);
    assertThat(line.membership()).isEmpty();
    assertThat(new Limits(3000, 1).exceededBy(line))
        .containsExactly(
            "the largest equivalence class has 3015 transcripts, more than the limit of 3000");
    assertThat(new Limits(8, 348).exceededBy(histogram)).isEmpty();
    assertThat(new Limits(8, 347).exceededBy(histogram))
        .containsExactly(
            "the equivalence classes have 348 members together, more than the limit of 347");
  }

  private static OptionalLong some(long value) {
    return OptionalLong.of(value);
  }

  @ParameterizedTest
  @CsvSource({
    "T1, lncRNA, 5000, NON_CODING",
    "T1, LNCRNA, 5000, NON_CODING",
    "T1, protein_coding, 5000,",
    "T1, rRNA_methyltransferase, 5000,",
    "T1, unheard_of, 200,",
    "T1, , 199, SHORT",
    "NR_003286.4, , 5000, NON_CODING",
    "XR_1, mRNA, 5000, NON_CODING",
    "NM_003286.4, mRNA, 5000,",
    "NR_gene, , 5000,",
    "my_NR_003286, , 5000,"
  })
  void aBiotypeOrTheAccessionDecides(
      String name, String biotype, long length, TranscriptRules.Reason reason) {
    TranscriptRules rules =
        TranscriptRules.of(
            Set.of("lncrna", "rrna"),
            Set.of("NR_", "XR_"),
            200,
            biotype == null ? Map.of() : Map.of(name, biotype));
    assertThat(rules.judge(name, length, new Digest(1, 2)).map(TranscriptRules.Removed::reason))
        .isEqualTo(Optional.ofNullable(reason));
  }

  @Test
  void theBiotypesAreWords() {
    assertThat(TranscriptRules.NON_CODING)
        .contains("lncRNA", "antisense_RNA", "sense_intronic", "TR_V_pseudogene")
        .allMatch(word -> word.matches("\\w+"));
  }

  /** What went for another reason must not take a coding transcript of the same sequence along. */
  @Test
  void theFirstOfThoseThatAreKeptStandsForItsSequence() {
    TranscriptRules rules =
        TranscriptRules.of(Set.of("lncrna"), Set.of(), 200, Map.of("N", "lncRNA"));
    assertThat(rules.judge("N", 300, new Digest(1, 1))).isPresent();
    assertThat(rules.judge("A", 300, new Digest(1, 1))).isEmpty();
    assertThat(rules.judge("B", 300, new Digest(1, 2))).isEmpty();
    assertThat(rules.judge("C", 300, new Digest(1, 1)).orElseThrow().detail()).isEqualTo("as A");
  }

  @Test
  void aStepThatNothingDecidesIsAMistakeInTheFile() throws IOException {
    Files.writeString(
        folder.resolve("own.conf"),
        """
        name = own
        version = "1"
        description = "Asks what nobody says."
        resources { cpu = "1", memory = "1MiB", disk = "1MiB" }
        steps = [ { name = never, only-if = transcripts_filtered, command = ["true"] } ]
        """);
    assertThatThrownBy(() -> PipelineRegistry.load(Optional.of(folder)))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining(
            "own.conf:5: steps[0].only-if: no step before it decides 'transcripts_filtered'");
  }

  /**
   * 3,200 transcripts share a repeat: 2,000 are not coding, 150 short, 50 have the sequence of
   * another. A last one has words of RNA in its name and product, and is coding.
   */
  @Test
  @RequiresTools({"salmon", "kallisto", "rsem-prepare-reference"})
  void aRepetitiveTranscriptomeIsIndexedWithoutWhatIsNotNeeded() throws Exception {
    Workbench bench = new Workbench(folder);
    List<RawFile> genome = repetitive(bench);
    Map<String, String> parameters = new HashMap<>(Workbench.SPECIES);
    parameters.put("max_lost", "1");
    JobResult.Processed built =
        Workbench.processed(bench.run("transcriptome-index", genome, parameters));
    JsonNode report = JsonFile.read(bench.fetch(built.artifacts(), "index_complexity.json"));
    assertThat(report.at("/limits/largest_class").asLong()).isEqualTo(3000);
    assertThat(report.at("/index/transcripts").asLong()).isEqualTo(3200);
    assertThat(report.at("/index/largest_class").asLong()).isGreaterThan(3000);
    assertThat(report.at("/exceeded/0").asText()).contains("more than the limit of 3000");
    assertThat(report.at("/removed/non_coding").asLong()).isEqualTo(2000);
    assertThat(report.at("/removed/short").asLong()).isEqualTo(150);
    assertThat(report.at("/removed/duplicate").asLong()).isEqualTo(50);
    assertThat(report.at("/rebuilt_index/transcripts").asLong()).isEqualTo(1000);
    assertThat(report.at("/rebuilt_index/largest_class").asLong()).isLessThanOrEqualTo(1000);
    assertThat(report.at("/still_exceeded")).isEmpty();
    List<String> removed =
        Workbench.lines(bench.fetch(built.artifacts(), "removed_transcripts.tsv"));
    assertThat(removed)
        .hasSize(2201)
        .contains("N0\tnon_coding\tlncRNA", "D0\tduplicate\tas C0")
        .noneMatch(line -> line.startsWith("NR_rRNA"));
    Path tree = Files.createDirectories(folder.resolve("tree"));
    Path tarball = bench.fetch(built.artifacts(), "kallisto.tar.gz");
    assertThat(
            new ProcessBuilder("tar", "-xzf", tarball.toString(), "-C", tree.toString())
                .start()
                .waitFor())
        .isZero();
    assertThat(report.at("/rebuilt_index/sha256").asText())
        .isEqualTo(built.facts().get("kallisto_index_sha256"))
        .isEqualTo(Sha256.of(tree.resolve("kallisto.idx")));
    assertThat(built.facts())
        .containsEntry("kallisto_transcripts", "1000")
        .containsEntry("transcripts_removed.non_coding", "2000");
    System.out.println("index complexity: " + report);
  }

  /** A genome of one sequence, with a transcript of one exon after the other. */
  private List<RawFile> repetitive(Workbench bench) throws IOException {
    Random random = new Random(11);
    String unit = bases(random, 80);
    StringBuilder genome = new StringBuilder();
    StringBuilder annotation = new StringBuilder();
    Map<String, String> coding = new HashMap<>();
    for (int i = 0; i < 2000; i++) {
      add(genome, annotation, "N" + i, "lncRNA", around(unit, random, LONG));
    }
    for (int i = 0; i < 150; i++) {
      add(genome, annotation, "S" + i, "protein_coding", around(unit, random, LONG / 2));
    }
    for (int i = 0; i < 1000; i++) {
      String name = i == 999 ? "NR_rRNA_methyltransferase" : "C" + i;
      coding.put(name, around(unit, random, LONG));
      add(genome, annotation, name, "protein_coding", coding.get(name));
    }
    for (int i = 0; i < 50; i++) {
      add(genome, annotation, "D" + i, "protein_coding", coding.get("C" + i));
    }
    Path fasta = Files.writeString(folder.resolve("genome.fa"), ">1\n" + genome + "\n");
    Path gtf = Files.writeString(folder.resolve("annotation.gtf"), annotation);
    return List.of(
        bench.raw("genome", fasta, OptionalLong.empty(), OptionalLong.empty()),
        bench.raw("annotation", gtf, OptionalLong.empty(), OptionalLong.empty()));
  }

  private static void add(
      StringBuilder genome, StringBuilder annotation, String name, String biotype, String bases) {
    annotation.append(
        ("1\ttest\texon\t%d\t%d\t.\t+\t.\tgene_id \"G%s\"; transcript_id \"%s\";"
                + " transcript_biotype \"%s\"; product \"ribosomal RNA, lncRNA NR_1\";\n")
            .formatted(genome.length() + 1, genome.length() + bases.length(), name, name, biotype));
    genome.append(bases);
  }

  private static String around(String unit, Random random, int length) {
    int before = (length - unit.length()) / 2;
    return bases(random, before) + unit + bases(random, length - before - unit.length());
  }

  private static String bases(Random random, int length) {
    return random
        .ints(length, 0, 4)
        .collect(
            StringBuilder::new, (text, i) -> text.append("ACGT".charAt(i)), StringBuilder::append)
        .toString();
  }
}
