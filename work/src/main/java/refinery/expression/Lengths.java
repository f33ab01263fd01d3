package refinery.expression;

/**
 * What all samples know of the genes' lengths, as tximport fills what is missing: a gene without
 * abundance in a sample gets the geometric mean of its lengths in the others; one without any gets
 * the plain mean of its transcripts' lengths over all samples. Its size does not depend on the
 * number of samples. First all samples are added, then lengths filled. Used by one thread.
 */
public final class Lengths {
  private final double[] sums;
  private final double[] logSums;
  private final double[] plainSums;
  private final int[] known;
  private int samples;

  public Lengths(int genes) {
    this.sums = new double[genes];
    this.logSums = new double[genes];
    this.plainSums = new double[genes];
    this.known = new int[genes];
  }

  public void add(GeneValues sample) {
    samples++;
    double[] lengths = sample.lengths();
    double[] plain = sample.plainLengths();
    for (int gene = 0; gene < sums.length; gene++) {
      plainSums[gene] += plain[gene];
      if (!Double.isNaN(lengths[gene])) {
        sums[gene] += lengths[gene];
        logSums[gene] += Math.log(lengths[gene]);
        known[gene]++;
      }
    }
  }

  private double missing(int gene) {
    return known[gene] == 0 ? plainSums[gene] / samples : Math.exp(logSums[gene] / known[gene]);
  }

  /** Fills a sample's lengths. */
  public double[] filled(double[] lengths) {
    double[] filled = lengths.clone();
    for (int gene = 0; gene < filled.length; gene++) {
      if (Double.isNaN(filled[gene])) {
        filled[gene] = missing(gene);
      }
    }
    return filled;
  }

  /** The genes' mean lengths over all samples, missing ones filled. */
  public double[] means() {
    double[] means = new double[sums.length];
    for (int gene = 0; gene < means.length; gene++) {
      int missing = samples - known[gene];
      means[gene] = (sums[gene] + (missing == 0 ? 0 : missing * missing(gene))) / samples;
    }
    return means;
  }
}
