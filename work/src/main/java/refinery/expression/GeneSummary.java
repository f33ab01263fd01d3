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

  /** Lengths not filled. */
  private final List<ExpressionMatrix.Sample> samples = new ArrayList<>();

  public GeneSummary(GeneGrouping grouping) {
    this.grouping = grouping;
    this.lengths = new Lengths(grouping.genes().size());
  }

  public void add(GeneValues sample) {
    lengths.add(sample);
    samples.add(
        new ExpressionMatrix.Sample(
            sample.sample(), sample.tpm(), sample.counts(), sample.lengths()));
  }

  public ExpressionMatrix matrix(CountsFromAbundance mode) throws UnusableInput {
    double[] weights = weights(mode);
    List<ExpressionMatrix.Sample> columns = new ArrayList<>();
    for (ExpressionMatrix.Sample sample : samples) {
      columns.add(
          new ExpressionMatrix.Sample(
              sample.name(),
              sample.tpm(),
              mode.counts(sample.name(), sample.counts(), sample.tpm(), weights),
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
