package refinery.expression;

import java.util.ArrayList;
import java.util.List;

/**
 * Tximport at the level of genes. Samples are added in the order of the columns. Used by one
 * thread; {@link GeneGrouping#sum} may run in others.
 */
public final class GeneSummary {
  private final GeneGrouping grouping;
  private final Lengths lengths;
  private final List<GeneValues> samples = new ArrayList<>();

  public GeneSummary(GeneGrouping grouping) {
    this.grouping = grouping;
    this.lengths = new Lengths(grouping.genes().size());
  }

  public void add(GeneValues sample) {
    lengths.add(sample);
    samples.add(sample);
  }

  public ExpressionMatrix matrix(CountsFromAbundance mode) throws UnusableInput {
    double[] weights = weights(mode);
    List<ExpressionMatrix.Sample> columns = new ArrayList<>();
    for (GeneValues sample : samples) {
      columns.add(
          new ExpressionMatrix.Sample(
              sample.sample(),
              sample.tpm(),
              mode.counts(sample.sample(), sample.counts(), sample.tpm(), weights),
              lengths.filled(sample.lengths())));
    }
    return new ExpressionMatrix(grouping.genes(), columns);
  }

  private double[] weights(CountsFromAbundance mode) throws UnusableInput {
    return switch (mode) {
      case NO -> new double[0];
      case SCALED_TPM -> CountsFromAbundance.equalWeights(grouping.genes().size());
      case LENGTH_SCALED_TPM -> lengths.means();
      case DTU_SCALED_TPM ->
          throw new UnusableInput("dtuScaledTPM is for transcripts, not for genes");
    };
  }
}
