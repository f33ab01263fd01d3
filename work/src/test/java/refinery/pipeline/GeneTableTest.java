package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.Resources;

/** The first sample of the vector of {@code TximportTest}; the values are tximport's. */
class GeneTableTest {
  private static final String QUANT =
      """
      Name\tLength\tEffectiveLength\tTPM\tNumReads
      t1\t1000\t800.000\t100000.000000\t80.000
      t2\t500\t300.000\t50000.000000\t20.000
      t3\t2000\t1800.000\t0.000000\t0.000
      t4\t300\t120.000\t0.000000\t0.000
      t5\t1500\t1300.000\t250000.000000\t325.000
      t6\t800\t600.000\t600000.000000\t360.000
      t7\t1200\t1000.000\t0.000000\t0.000
      """;

  @TempDir Path folder;
  private StepContext context;

  @BeforeEach
  void open() throws IOException {
    Files.writeString(folder.resolve("quant.sf"), QUANT);
    TestAttempt attempt = new TestAttempt(null, Resources.of(1000, 1L << 30, 1L << 30), folder);
    context =
        new StepContext(
            attempt,
            new ScratchRoom(attempt),
            folder,
            Map.of("quant", "quant.sf", "map", "map.txt", "to", "genes.sf"),
            List.of(),
            Map.of(),
            new HashMap<>(),
            List.of(),
            new ArrayList<>());
  }

  private String table(String map) throws IOException, StepFailure {
    Files.writeString(folder.resolve("map.txt"), map, StandardCharsets.UTF_8);
    new GeneTable().run(context);
    return Files.readString(folder.resolve("genes.sf"), StandardCharsets.UTF_8);
  }

  @Test
  void isTximportOfOneSample() throws Exception {
    assertThat(table("D\tt6\nA\tt1\nA\tt2\né\tt3\né\tt4\nC\tt5\nC\tt7\nA\tt3\n"))
        .isEqualTo(
            """
            Name\tLength\tEffectiveLength\tTPM\tNumReads
            A\t833.333333333\t633.333333333\t150000.000000\t100.000
            C\t1500.000000000\t1300.000000000\t250000.000000\t325.000
            D\t800.000000000\t600.000000000\t600000.000000\t360.000
            é\t1150.000000000\t960.000000000\t0.000000\t0.000
            """);
    assertThat(context.facts()).containsEntry("transcripts_without_gene", "0");
  }

  @Test
  void leavesOutAndCountsWhatHasNoGene() throws Exception {
    assertThat(table("A\tt1\nA\tt2\nB\tt99\n").lines())
        .containsExactly(
            "Name\tLength\tEffectiveLength\tTPM\tNumReads",
            "A\t833.333333333\t633.333333333\t150000.000000\t100.000");
    assertThat(context.facts()).containsEntry("transcripts_without_gene", "5");
    assertThat(context.checks())
        .containsExactly("1 genes of 2 transcripts; 5 more have no gene and are left out");
  }

  @Test
  void refusesAMapThatFitsNothing() {
    assertThatThrownBy(() -> table("A\tx1\n"))
        .isInstanceOf(StepFailure.class)
        .hasMessage(
            "none of the 7 transcripts of quant.sf, as t1, has a gene: the map knows 1, as x1");
    assertThatThrownBy(() -> table("A\tt1\nt2\n"))
        .isInstanceOf(StepFailure.class)
        .hasMessage("map.txt has no gene and transcript in row 2");
  }
}
