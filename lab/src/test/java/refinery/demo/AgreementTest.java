package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgreementTest {
  private static final Map<String, Long> TRUTH = Map.of("a", 100L, "b", 10L, "c", 0L);

  @Test
  void perfectEstimatesAgree() {
    Agreement agreement = Agreement.of(Map.of("a", 100.0, "b", 10.0), TRUTH);
    assertThat(agreement.pearson()).isCloseTo(1, within(1e-12));
    assertThat(agreement.ratio()).isCloseTo(1, within(1e-12));
    assertThat(agreement.holds()).isTrue();
  }

  @Test
  void lostReadsAndSwappedGenesDoNot() {
    Agreement lost = Agreement.of(Map.of("a", 95.0, "b", 9.5), TRUTH);
    assertThat(lost.pearson()).isCloseTo(1, within(1e-12));
    assertThat(lost.holds()).isFalse();
    assertThat(Agreement.of(Map.of("b", 100.0, "a", 10.0), TRUTH).holds()).isFalse();
    assertThat(Agreement.of(Map.of(), TRUTH).holds()).as("no reads: not a number").isFalse();
  }

  @Test
  void sumsTranscriptsByGene() throws IOException {
    Map<String, String> genes = Map.of("t1", "a", "t2", "a", "t3", "b");
    String header = "Name\tLength\tEffectiveLength\tTPM\tNumReads\n";
    String rows = "t1\t9\t8\t7\t1.5\nt2\t9\t8\t7\t2\nt3\t9\t8\t7\t0\n";
    assertThat(Agreement.readsByGene(reader(header + rows), genes))
        .containsEntry("a", 3.5)
        .containsEntry("b", 0.0);
    assertThatThrownBy(() -> Agreement.readsByGene(reader("<html>"), genes))
        .isInstanceOf(IOException.class);
    assertThatThrownBy(() -> Agreement.readsByGene(reader(header + "t1\t9\t8"), genes))
        .isInstanceOf(IOException.class);
  }

  private static BufferedReader reader(String text) {
    return new BufferedReader(new StringReader(text));
  }
}
