package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.expression.Close.assertClose;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The reference values come from tximport 1.26.1; tN are transcripts, A to D genes. */
class TximportTest {
  private static final TranscriptIds IDS =
      TranscriptIds.of("s1", List.of("t1", "t2", "t3", "t4", "t5", "t6", "t7"));
  private static final double[] LENGTHS = {1000, 500, 2000, 300, 1500, 800, 1200};

  private static final List<Quantification> SAMPLES =
      List.of(
          sample(
              "s1",
              new double[] {800, 300, 1800, 120, 1300, 600, 1000},
              new double[] {1e5, 5e4, 0, 0, 2.5e5, 6e5, 0},
              new double[] {80, 20, 0, 0, 325, 360, 0}),
          sample(
              "s2",
              new double[] {820, 320, 1820, 130, 1320, 620, 1020},
              new double[] {2e5, 0, 0, 0, 0, 8e5, 0},
              new double[] {164, 0, 0, 0, 0, 496, 0}),
          sample(
              "s3",
              new double[] {850, 350, 1850, 140, 1350, 650, 1050},
              new double[] {0, 0, 0, 0, 3e5, 5e5, 2e5},
              new double[] {0, 0, 0, 0, 405, 325, 210}));

  private static Quantification sample(
      String name, double[] effective, double[] tpm, double[] counts) {
    return new Quantification(name, IDS, LENGTHS, effective, tpm, counts);
  }

  private static GeneMap genes() {
    GeneMap map = new GeneMap();
    Map.of("t1", "A", "t2", "A", "t3", "B", "t4", "B", "t5", "C", "t6", "D", "t7", "C")
        .forEach(map::add);
    return map;
  }

  private static ExpressionMatrix genes(CountsFromAbundance mode) throws UnusableInput {
    return summed(GeneGrouping.of(IDS, genes(), IdRule.WHOLE), SAMPLES).matrix(mode);
  }

  private static GeneSummary summed(GeneGrouping grouping, List<Quantification> samples) {
    GeneSummary summary = new GeneSummary(grouping);
    samples.forEach(sample -> summary.add(grouping.sum(sample)));
    return summary;
  }

  private static ExpressionMatrix transcripts(
      CountsFromAbundance mode, Optional<GeneGrouping> grouping) throws UnusableInput {
    TranscriptSummary summary = new TranscriptSummary(IDS, IdRule.WHOLE);
    SAMPLES.forEach(summary::add);
    return summary.matrix(mode, grouping);
  }

  private static double[] row(ExpressionMatrix matrix, String name) {
    int row = matrix.rows().indexOf(name);
    return matrix.samples().stream().mapToDouble(sample -> sample.counts()[row]).toArray();
  }

  @Test
  void sumsGenesAndFillsTheirLengths() throws UnusableInput {
    ExpressionMatrix matrix = genes(CountsFromAbundance.NO);
    assertThat(matrix.rows()).containsExactly("A", "B", "C", "D");
    assertClose("A", row(matrix, "A"), 100, 164, 0);
    assertClose("B", row(matrix, "B"), 0, 0, 0);
    assertClose("C", row(matrix, "C"), 325, 0, 615);
    assertClose("D", row(matrix, "D"), 360, 496, 325);
    assertClose("TPM of s1", matrix.samples().getFirst().tpm(), 1.5e5, 0, 2.5e5, 6e5);
    double[][] lengths = {
      {1900.0 / 3, 2930.0 / 3, 1300, 600},
      {820, 2930.0 / 3, 1264.515717577, 620},
      {720.647856677, 2930.0 / 3, 1230, 650}
    };
    for (int i = 0; i < lengths.length; i++) {
      assertClose("lengths " + i, matrix.samples().get(i).lengths(), lengths[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "SCALED_TPM,        A, 117.75,        132,           0",
    "SCALED_TPM,        B, 0,             0,             0",
    "SCALED_TPM,        C, 196.25,        0,             470",
    "SCALED_TPM,        D, 471,           528,           470",
    "LENGTH_SCALED_TPM, A, 106.806649404, 148.625479703, 0",
    "LENGTH_SCALED_TPM, B, 0,             0,             0",
    "LENGTH_SCALED_TPM, C, 310.704551146, 0,             629.682209806",
    "LENGTH_SCALED_TPM, D, 367.488799450, 511.374520297, 310.317790194"
  })
  void makesCountsOfGenes(CountsFromAbundance mode, String gene, double s1, double s2, double s3)
      throws UnusableInput {
    assertClose(mode.word() + " of gene " + gene, row(genes(mode), gene), s1, s2, s3);
  }

  @ParameterizedTest
  @CsvSource({
    "LENGTH_SCALED_TPM, t1, 80.4543568465,  163.83919598,  0",
    "LENGTH_SCALED_TPM, t2, 15.7977178423,  0,             0",
    "LENGTH_SCALED_TPM, t3, 0,              0,             0",
    "LENGTH_SCALED_TPM, t4, 0,              0,             0",
    "LENGTH_SCALED_TPM, t5, 323.2831950207, 0,             408.591240876",
    "LENGTH_SCALED_TPM, t6, 365.4647302905, 496.16080402,  320.766423358",
    "LENGTH_SCALED_TPM, t7, 0,              0,             210.642335766",
    "DTU_SCALED_TPM,    t1, 59.7433628319,  123.391304348, 0",
    "DTU_SCALED_TPM,    t2, 29.8716814159,  0,             0",
    "DTU_SCALED_TPM,    t3, 0,              0,             0",
    "DTU_SCALED_TPM,    t4, 0,              0,             0",
    "DTU_SCALED_TPM,    t5, 305.6637168142, 0,             368.326530612",
    "DTU_SCALED_TPM,    t6, 389.7212389381, 536.608695652, 326.122448980",
    "DTU_SCALED_TPM,    t7, 0,              0,             245.551020408",
    "NO,                t1, 80,             164,           0",
    "SCALED_TPM,        t1, 78.5,           132,           0",
    "SCALED_TPM,        t2, 39.25,          0,             0"
  })
  void makesCountsOfTranscripts(
      CountsFromAbundance mode, String transcript, double s1, double s2, double s3)
      throws UnusableInput {
    GeneGrouping grouping = GeneGrouping.of(IDS, genes(), IdRule.WHOLE);
    assertClose(
        mode.word() + " of transcript " + transcript,
        row(transcripts(mode, Optional.of(grouping)), transcript),
        s1,
        s2,
        s3);
  }

  @Test
  void leavesOutAndCountsWhatHasNoGene() throws UnusableInput {
    GeneMap map = new GeneMap();
    map.add("t1", "A");
    map.add("t1", "Z");
    map.add("t2", "A");
    map.add("t9", "Y");
    GeneGrouping grouping = GeneGrouping.of(IDS, map, IdRule.WHOLE);
    assertThat(map.duplicates()).isEqualTo(1);
    assertThat(grouping.unmapped()).isEqualTo(5);
    ExpressionMatrix matrix = summed(grouping, SAMPLES).matrix(CountsFromAbundance.SCALED_TPM);
    assertThat(matrix.rows()).containsExactly("A");
    // Libraries are those of the transcripts that have a gene.
    assertClose("A", row(matrix, "A"), 100, 164, 0);
    assertThatThrownBy(() -> transcripts(CountsFromAbundance.DTU_SCALED_TPM, Optional.of(grouping)))
        .isInstanceOf(UnusableInput.class)
        .hasMessageContaining("5 have none, the first is t3");
  }

  @Test
  void refusesWhatHasNoMeaning() {
    GeneMap map = new GeneMap();
    map.add("ENST1", "G");
    assertThatThrownBy(() -> GeneGrouping.of(IDS, map, IdRule.WHOLE))
        .hasMessage(
            "none of the 7 transcripts of s1, as t1, has a gene: the map knows 1, as ENST1");
    assertThatThrownBy(() -> genes(CountsFromAbundance.DTU_SCALED_TPM))
        .hasMessage("dtuScaledTPM is for transcripts, not for genes");
    assertThatThrownBy(() -> transcripts(CountsFromAbundance.DTU_SCALED_TPM, Optional.empty()))
        .hasMessage("dtuScaledTPM needs the genes of the transcripts");
    double[] zeros = new double[7];
    TranscriptSummary reads = new TranscriptSummary(IDS, IdRule.WHOLE);
    reads.add(sample("odd", LENGTHS, zeros, new double[] {1, 0, 0, 0, 0, 0, 0}));
    assertThatThrownBy(() -> reads.matrix(CountsFromAbundance.SCALED_TPM, Optional.empty()))
        .hasMessageStartingWith("odd has counts but no TPM");
  }

  @Test
  void anEmptySampleHasZeros() throws UnusableInput {
    TranscriptSummary empty = new TranscriptSummary(IDS, IdRule.WHOLE);
    empty.add(sample("empty", LENGTHS, new double[7], new double[7]));
    assertThat(
            empty
                .matrix(CountsFromAbundance.LENGTH_SCALED_TPM, Optional.empty())
                .samples()
                .getFirst()
                .counts())
        .containsOnly(0);
  }

  @Test
  void looksUpNamesByTheirRule() throws UnusableInput {
    TranscriptIds ids = TranscriptIds.of("s", List.of("t1.2|x|y", "t2|g.1", "t3.1.2"));
    GeneMap map = new GeneMap();
    List.of("t1", "t1.2", "t2", "t3").forEach(t -> map.add(t, "gene of " + t));
    assertThat(GeneGrouping.of(ids, map, IdRule.IGNORE_VERSION).genes())
        .containsExactly("gene of t1", "gene of t3");
    GeneGrouping barred = GeneGrouping.of(ids, map, IdRule.IGNORE_AFTER_BAR);
    assertThat(barred.genes()).containsExactly("gene of t1.2", "gene of t2");
    assertThatThrownBy(() -> GeneGrouping.of(ids, map, IdRule.WHOLE))
        .isInstanceOf(UnusableInput.class);
    TranscriptSummary summary = new TranscriptSummary(ids, IdRule.IGNORE_AFTER_BAR);
    assertThat(summary.matrix(CountsFromAbundance.NO, Optional.empty()).rows())
        .containsExactly("t1.2", "t2", "t3.1.2");
  }

  @Test
  void sortsGenesByTheirBytes() throws UnusableInput {
    GeneMap map = new GeneMap();
    map.add("t1", "b");
    map.add("t2", "B");
    map.add("t3", "é");
    map.add("t4", "a10");
    map.add("t5", "a");
    assertThat(GeneGrouping.of(IDS, map, IdRule.WHOLE).genes())
        .containsExactly("B", "a", "a10", "b", "é");
  }

  /** Any table: made counts sum up to the counts, sums are sums, and every length is known. */
  @Property(tries = 200)
  void keepsWhatItMust(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 40) int transcripts,
      @ForAll @IntRange(min = 1, max = 6) int samples)
      throws UnusableInput {
    RandomTables tables = new RandomTables(seed, transcripts, 1 + transcripts / 3);
    List<Quantification> made = tables.samples(samples);
    GeneMap map = new GeneMap();
    tables.geneOf().forEach(map::add);
    GeneGrouping grouping = GeneGrouping.of(tables.ids(), map, IdRule.WHOLE);
    GeneSummary summary = summed(grouping, made);
    for (CountsFromAbundance mode :
        List.of(CountsFromAbundance.NO, CountsFromAbundance.LENGTH_SCALED_TPM)) {
      ExpressionMatrix matrix = summary.matrix(mode);
      for (int i = 0; i < samples; i++) {
        ExpressionMatrix.Sample sample = matrix.samples().get(i);
        Map<String, Double> expected = new TreeMap<>();
        for (int row = 0; row < transcripts; row++) {
          String gene = tables.geneOf().get(tables.ids().name(row));
          if (gene != null) {
            expected.merge(gene, made.get(i).counts()[row], Double::sum);
          }
        }
        assertThat(matrix.rows()).containsExactlyElementsOf(expected.keySet());
        double total = expected.values().stream().mapToDouble(d -> d).sum();
        assertThat(Close.difference(Arrays.stream(sample.counts()).sum(), total)).isLessThan(1e-9);
        if (mode == CountsFromAbundance.NO) {
          Close.relative("sums")
              .all(sample.counts(), expected.values().stream().mapToDouble(d -> d).toArray());
        }
        assertThat(Arrays.stream(sample.lengths())).allMatch(length -> length > 0 && length < 1e5);
      }
    }
  }
}
