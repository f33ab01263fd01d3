package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.expression.QuantificationFormat;
import refinery.protocol.Resources;
import refinery.quality.Measure;
import refinery.quality.RunQuality;

class RibosomalReadsTest {
  private static final String COUNTS =
      """
      target_id\tlength\teff_length\test_counts\ttpm
      t1\t1000\t800\t80\t1000
      t2\t500\t300\t20.5\t500
      t3\t2000\t1800\t1.25\t0
      """;

  @TempDir Path folder;
  private StepContext context;

  @BeforeEach
  void open() throws IOException {
    Files.writeString(folder.resolve("abundance.tsv"), COUNTS);
    TestAttempt attempt = new TestAttempt(null, Resources.of(1000, 1L << 30, 1L << 30), folder);
    context =
        new StepContext(
            attempt,
            new ScratchRoom(attempt),
            folder,
            Map.of(),
            List.of(),
            Map.of(),
            new HashMap<>(),
            List.of(),
            new ArrayList<>());
  }

  private OptionalDouble count(String biotypes) throws IOException, StepFailure {
    Path file = Files.writeString(folder.resolve("biotypes.tsv"), biotypes);
    return RibosomalReads.count(
        context, folder.resolve("abundance.tsv"), QuantificationFormat.KALLISTO, file);
  }

  @Test
  void sumsWhatTheIndexCallsRibosomal() throws Exception {
    assertThat(count("t1\tprotein_coding\nt2\trRNA\nt3\tMt_rRNA\n")).hasValue(21.75);
    assertThat(count("t1\trRNA_methyltransferase\nt2\trRNA_pseudogene\n")).hasValue(20.5);
  }

  /** As pipelines of one's own do, which were written before there was the measure. */
  @Test
  void aPipelineThatNamesNoBiotypesIsJudgedWithoutThem() throws Exception {
    Files.writeString(
        folder.resolve("run_info.json"),
        "{\"n_processed\": 200, \"n_pseudoaligned\": 100, \"n_unique\": 90}");
    Files.writeString(folder.resolve("map.txt"), "A\tt1\nB\tt2\nB\tt3\n");
    StepContext older =
        new StepContext(
            context.attempt(),
            context.room(),
            folder,
            Map.of(
                "tool",
                "kallisto",
                "dir",
                ".",
                "map",
                "map.txt",
                "stated-reads",
                "",
                "rules",
                "default",
                "to",
                "quality.json"),
            List.of(),
            Map.of(),
            new HashMap<>(),
            List.of(),
            new ArrayList<>());
    new QualityVerdict().run(older);
    RunQuality judged = RunQuality.read(Files.readString(folder.resolve("quality.json")));
    assertThat(judged.measures().value(Measure.MAPPING_RATE_PERCENT)).hasValue(50);
    assertThat(judged.measures().value(Measure.RRNA_RATE_PERCENT)).isEmpty();
  }

  /** The measure only flags, so what it cannot be made of fails no run. */
  @Test
  void isUnknownWhereATableCannotBeRead() throws Exception {
    assertThat(count("t2\trRNA\n" + "x".repeat(2 << 20))).as("no text file").isEmpty();
    Path counts = folder.resolve("abundance.tsv");
    Files.writeString(counts, COUNTS + "t4\t500\t300\tmany\t1\n");
    assertThat(count("t2\trRNA\n")).as("no number").isEmpty();
    assertThat(context.checks().toString()).contains("longer than", "abundance.tsv");
  }

  @Test
  void isUnknownAndNotZeroWithoutSuchATranscript() throws Exception {
    assertThat(count("t1\tprotein_coding\nt9\trRNA\n")).as("left out of the index").isEmpty();
    assertThat(count("")).isEmpty();
    Path older = folder.resolve("of-an-older-index.tsv");
    assertThat(
            RibosomalReads.count(
                context, folder.resolve("abundance.tsv"), QuantificationFormat.KALLISTO, older))
        .isEmpty();
  }
}
