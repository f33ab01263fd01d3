package refinery.expression;

/**
 * Factors by which samples become comparable. Those of edgeR go with the sizes of the libraries,
 * those of DESeq2 with the counts themselves. Each method gives what the R package gives.
 */
public enum Normalisation {
  /** edgeR: trimmed mean of M values. */
  TMM("tmm"),
  /** edgeR: the same with singleton pairing, for many zeros. */
  TMMWSP("tmmwsp"),
  /** edgeR: relative log expression. */
  RLE("rle"),
  /** edgeR: upper quartile. */
  UPPER_QUARTILE("upperquartile"),
  /** DESeq2: median of ratios to the geometric means of the genes that all samples have. */
  RATIO("ratio"),
  /** DESeq2: the same with geometric means of the positive counts. */
  POSCOUNTS("poscounts");

  private final String word;

  Normalisation(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /** The factors of the samples. Reads each column some times, one at a time and a reference. */
  public double[] factors(Counts counts) throws UnusableInput {
    Libraries libraries = Libraries.of(counts);
    double[] factors =
        switch (this) {
          case TMM -> TrimmedMeans.tmm(counts, libraries);
          case TMMWSP -> TrimmedMeans.tmmWithSingletonPairing(counts, libraries);
          case RLE -> GeometricMeans.relativeLogExpression(counts, libraries);
          case UPPER_QUARTILE -> Quartiles.upper(counts, libraries);
          case RATIO -> GeometricMeans.ofAll(counts).sizeFactors(counts);
          case POSCOUNTS -> GeometricMeans.ofPositive(counts).sizeFactors(counts);
        };
    for (int sample = 0; sample < factors.length; sample++) {
      if (!(factors[sample] > 0 && factors[sample] < Double.POSITIVE_INFINITY)) {
        throw new UnusableInput(
            "%s gives no factor for sample %d: too few of its genes have counts"
                .formatted(word, sample + 1));
      }
    }
    return isEdger() ? centred(factors) : factors;
  }

  private boolean isEdger() {
    return switch (this) {
      case TMM, TMMWSP, RLE, UPPER_QUARTILE -> true;
      case RATIO, POSCOUNTS -> false;
    };
  }

  /** Divided by their geometric mean. */
  private static double[] centred(double[] factors) {
    ExactSum logs = new ExactSum();
    for (double factor : factors) {
      logs.add(Math.log(factor));
    }
    double mean = Math.exp(logs.value() / factors.length);
    double[] centred = new double[factors.length];
    for (int sample = 0; sample < factors.length; sample++) {
      centred[sample] = factors[sample] / mean;
    }
    return centred;
  }
}
