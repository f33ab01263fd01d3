package refinery.curation;

import refinery.expression.Log2;

/** How a run's values become comparable before it is curated; the words are amalgkit's. */
public enum Transform {
  /** Of counts and effective lengths; the library is the sum of the counts. */
  LOG2P1_FPKM("log2p1-fpkm"),
  /** Of counts and effective lengths too: TPM among the genes that are there. */
  LOG2P1_TPM("log2p1-tpm");

  private final String word;

  Transform(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /**
   * @param counts by gene; NaN is absent and stays
   * @param lengths effective, in bases
   */
  public double[] of(double[] counts, double[] lengths) {
    double[] values = new double[counts.length];
    double library = 0;
    double rates = 0;
    for (int gene = 0; gene < values.length; gene++) {
      values[gene] = rate(counts[gene], lengths[gene]);
      library += Double.isNaN(counts[gene]) ? 0 : counts[gene];
      rates += Double.isNaN(values[gene]) ? 0 : values[gene];
    }
    double scale =
        switch (this) {
          case LOG2P1_FPKM -> library > 0 ? 1e9 / library : 0;
          case LOG2P1_TPM -> rates > 0 ? 1e6 / rates : 0;
        };
    for (int gene = 0; gene < values.length; gene++) {
      values[gene] = Log2.of(values[gene] * scale + 1);
    }
    return values;
  }

  /** What has reads but no length has no rate. */
  private static double rate(double count, double length) {
    if (count == 0) {
      return 0;
    }
    return length > 0 ? count / length : Double.NaN;
  }
}
