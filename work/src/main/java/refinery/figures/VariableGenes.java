package refinery.figures;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Highly variable genes as scanpy's {@code highly_variable_genes(flavor='seurat')} finds them: the
 * dispersion (variance by mean) of a gene, compared with that of the genes in the same of twenty
 * ranges of the mean.
 *
 * @param means ln(1 + mean)
 * @param dispersions ln(variance by mean); not a number where there is no variance
 * @param normalised z-scores within the range; 0 where there is none
 * @param selected as the settings say
 */
record VariableGenes(
    double[] means, double[] dispersions, double[] normalised, boolean[] selected) {
  private static final int BINS = 20;
  private static final double NO_MEAN = 1e-12;

  static VariableGenes of(GeneSums sums, BitSet other, long cells, Settings settings) {
    int genes = sums.genes();
    double[] means = new double[genes];
    double[] dispersions = new double[genes];
    for (int gene = 0; gene < genes; gene++) {
      if (other.get(gene)) {
        means[gene] = Double.NaN;
        dispersions[gene] = Double.NaN;
        continue;
      }
      double mean = 1e3 * sums.sum(gene) / cells;
      double square = 1e6 * sums.squares(gene) / cells;
      // A value that all cells share leaves nothing but rounding, which is no variance.
      double spread = square - mean * mean;
      double variance = spread > 1e-14 * square ? spread * cells / (cells - 1.0) : 0;
      double positive = mean == 0 ? NO_MEAN : mean;
      double dispersion = variance / positive;
      dispersions[gene] = dispersion > 0 ? Math.log(dispersion) : Double.NaN;
      means[gene] = Math.log1p(positive);
    }
    double[] normalised = normalised(means, dispersions);
    boolean[] selected = new boolean[genes];
    for (int gene = 0; gene < genes; gene++) {
      selected[gene] =
          means[gene] > settings.minMean()
              && means[gene] < settings.maxMean()
              && normalised[gene] > settings.minDispersion();
    }
    return new VariableGenes(means, dispersions, normalised, selected);
  }

  private static double[] normalised(double[] means, double[] dispersions) {
    int[] bins = bins(means);
    double[] averages = new double[BINS];
    double[] deviations = new double[BINS];
    int[] counts = new int[BINS];
    for (int gene = 0; gene < bins.length; gene++) {
      if (!Double.isNaN(dispersions[gene])) {
        averages[bins[gene]] += dispersions[gene];
        counts[bins[gene]]++;
      }
    }
    for (int bin = 0; bin < BINS; bin++) {
      averages[bin] /= counts[bin];
    }
    for (int gene = 0; gene < bins.length; gene++) {
      if (!Double.isNaN(dispersions[gene])) {
        double off = dispersions[gene] - averages[bins[gene]];
        deviations[bins[gene]] += off * off;
      }
    }
    for (int bin = 0; bin < BINS; bin++) {
      deviations[bin] = Math.sqrt(deviations[bin] / (counts[bin] - 1));
    }
    double[] normalised = new double[bins.length];
    for (int gene = 0; gene < bins.length; gene++) {
      int bin = bins[gene];
      double score =
          counts[bin] == 1 && !Double.isNaN(dispersions[gene])
              ? 1
              : (dispersions[gene] - averages[bin]) / deviations[bin];
      normalised[gene] = Double.isNaN(score) ? 0 : score;
    }
    return normalised;
  }

  /** Twenty equal ranges from smallest to largest value, closed on the right, as pandas' cut. */
  private static int[] bins(double[] values) {
    double low = Arrays.stream(values).filter(value -> !Double.isNaN(value)).min().orElseThrow();
    double high = Arrays.stream(values).filter(value -> !Double.isNaN(value)).max().orElseThrow();
    if (low == high) {
      double margin = low == 0 ? 0.001 : 0.001 * Math.abs(low);
      low -= margin;
      high += margin;
    }
    double[] ends = new double[BINS];
    double step = (high - low) / BINS;
    for (int bin = 0; bin < BINS; bin++) {
      ends[bin] = bin == BINS - 1 ? high : low + (bin + 1) * step;
    }
    int[] bins = new int[values.length];
    for (int index = 0; index < values.length; index++) {
      int found = Arrays.binarySearch(ends, values[index]);
      bins[index] = Math.min(BINS - 1, found >= 0 ? found : -found - 1);
    }
    return bins;
  }
}
