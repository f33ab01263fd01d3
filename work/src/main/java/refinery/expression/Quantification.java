package refinery.expression;

/**
 * The abundances of one sample, row by row of {@code ids}. The arrays are not copied: who makes one
 * gives them away, and nobody writes to them.
 */
public final class Quantification {
  private final String sample;
  private final TranscriptIds ids;
  private final double[] lengths;
  private final double[] effectiveLengths;
  private final double[] tpm;
  private final double[] counts;

  public Quantification(
      String sample,
      TranscriptIds ids,
      double[] lengths,
      double[] effectiveLengths,
      double[] tpm,
      double[] counts) {
    for (double[] values : new double[][] {lengths, effectiveLengths, tpm, counts}) {
      if (values.length != ids.size()) {
        throw new IllegalArgumentException(
            "%d values for %d rows of %s".formatted(values.length, ids.size(), sample));
      }
    }
    this.sample = sample;
    this.ids = ids;
    this.lengths = lengths;
    this.effectiveLengths = effectiveLengths;
    this.tpm = tpm;
    this.counts = counts;
  }

  public String sample() {
    return sample;
  }

  public TranscriptIds ids() {
    return ids;
  }

  /** Lengths in bases. */
  public double[] lengths() {
    return lengths;
  }

  /** The tool's effective lengths in bases: what tximport calls length. */
  public double[] effectiveLengths() {
    return effectiveLengths;
  }

  public double[] tpm() {
    return tpm;
  }

  /** Reads or fragments. */
  public double[] counts() {
    return counts;
  }
}
