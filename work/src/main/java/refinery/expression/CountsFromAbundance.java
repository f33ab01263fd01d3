package refinery.expression;

import java.util.Arrays;

/** Where the counts of a matrix come from; the words are tximport's. */
public enum CountsFromAbundance {
  /** The tool's counts. */
  NO("no"),
  /** TPM, scaled to the sample's counts. */
  SCALED_TPM("scaledTPM"),
  /** TPM times the mean length over all samples, scaled to the sample's counts. */
  LENGTH_SCALED_TPM("lengthScaledTPM"),
  /**
   * For transcripts only: TPM times the median over the gene's transcripts of their mean lengths,
   * scaled to the sample's counts.
   */
  DTU_SCALED_TPM("dtuScaledTPM");

  private final String word;

  CountsFromAbundance(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /**
   * The counts of a sample in this mode. If they are made, they are in proportion to TPM times
   * weight and sum up to what {@code counts} do. A sample without counts has zeros, where R has
   * NaN.
   *
   * @param weights by row; of no matter for {@code NO}
   */
  public double[] counts(String sample, double[] counts, double[] tpm, double[] weights)
      throws UnusableInput {
    if (this == NO) {
      return counts;
    }
    double[] scaled = weighted(tpm, weights);
    double factor = factor(sample, counts, scaled);
    for (int row = 0; row < scaled.length; row++) {
      scaled[row] *= factor;
    }
    return scaled;
  }

  /**
   * What a sample's TPM times weight is multiplied by to give its counts in a mode that makes them;
   * 0 if it has no counts.
   */
  public static double factor(String sample, double[] counts, double[] tpm, double[] weights)
      throws UnusableInput {
    return factor(sample, counts, weighted(tpm, weights));
  }

  private static double[] weighted(double[] tpm, double[] weights) {
    double[] scaled = new double[tpm.length];
    for (int row = 0; row < scaled.length; row++) {
      scaled[row] = tpm[row] * weights[row];
    }
    return scaled;
  }

  private static double factor(String sample, double[] counts, double[] scaled)
      throws UnusableInput {
    double wanted = ExactSum.of(counts);
    double found = ExactSum.of(scaled);
    if (wanted > 0 && !(found > 0)) {
      throw new UnusableInput(
          sample + " has counts but no TPM, so counts cannot be made from its abundances");
    }
    return wanted == 0 ? 0 : wanted / found;
  }

  public static double[] equalWeights(int rows) {
    double[] weights = new double[rows];
    Arrays.fill(weights, 1);
    return weights;
  }
}
