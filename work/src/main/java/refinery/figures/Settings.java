package refinery.figures;

/**
 * How figures are made.
 *
 * @param minGenes a cell with fewer detected genes is left out
 * @param top how many genes the tables name
 * @param minMean a highly variable gene has a larger mean, as ln(1 + mean of the counts per 1,000)
 * @param maxMean and a smaller one than this
 * @param minDispersion and a larger normalised dispersion
 */
public record Settings(
    int minGenes, int top, double minMean, double maxMean, double minDispersion) {

  /** Those of data-portal-summary-stats, whose cells were not filtered. */
  public static final Settings USUAL = new Settings(0, 20, 0.05, 30, 1.9);
}
