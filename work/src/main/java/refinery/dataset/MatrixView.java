package refinery.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.dataset.store.Adjustment;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Level;
import refinery.dataset.store.Measure;
import refinery.expression.CountsFromAbundance;
import refinery.expression.GeneGrouping;
import refinery.expression.GeneMap;
import refinery.expression.GeneValues;
import refinery.expression.IdRule;
import refinery.expression.Lengths;
import refinery.expression.Normalisation;
import refinery.expression.TranscriptIds;
import refinery.expression.UnusableInput;

/**
 * A matrix as a request wants it: missing lengths filled as tximport does, counts from abundances,
 * counts divided by what each library's size is to be multiplied by. It reads the store a group at
 * a time, and keeps a few numbers for each row and each column.
 */
final class MatrixView {
  private static final double[] NONE = {};

  private final DatasetStore store;
  private final CountsFromAbundance mode;
  private double[] sizeFactors = NONE;

  MatrixView(DatasetStore store, CountsFromAbundance mode) {
    this.store = store;
    this.mode = mode;
  }

  /** By column; empty if counts are not normalised. */
  double[] sizeFactors() {
    return sizeFactors;
  }

  /**
   * @param genes of the transcripts, where the mode needs them
   */
  DatasetStore of(
      List<Measure> measures, Optional<Normalisation> normalisation, Optional<GeneMap> genes)
      throws IOException, UnusableInput {
    Map<Measure, Adjustment> changed = new EnumMap<>(Measure.class);
    double[] means = NONE;
    boolean usesLengths =
        measures.contains(Measure.LENGTH)
            || mode == CountsFromAbundance.LENGTH_SCALED_TPM
            || mode == CountsFromAbundance.DTU_SCALED_TPM;
    if (usesLengths && store.shape().level() == Level.GENE) {
      Lengths lengths = lengths();
      double[] missing = new double[rows()];
      Arrays.fill(missing, Double.NaN);
      changed.put(
          Measure.LENGTH, Adjustment.none(Measure.LENGTH).filledBy(lengths.filled(missing)));
      means = lengths.means();
    } else if (usesLengths) {
      means = meanLengths();
    }
    Adjustment counts = Adjustment.none(Measure.COUNTS);
    if (mode != CountsFromAbundance.NO) {
      double[] weights = weights(means, genes);
      counts = Adjustment.none(Measure.TPM).times(weights, factors(weights));
      changed.put(Measure.COUNTS, counts);
    }
    if (normalisation.isPresent()) {
      DatasetStore made = store.view(List.of(Measure.COUNTS), Map.of(Measure.COUNTS, counts));
      sizeFactors = sizes(normalisation.get(), made);
      changed.put(Measure.COUNTS, counts.times(counts.byRow(), divided(counts.byColumn())));
    }
    return store.view(measures, changed);
  }

  private int rows() {
    return store.shape().features().size();
  }

  private interface Column {
    void is(int column, double[][] values) throws UnusableInput;
  }

  /** All columns of some measures, in their order. */
  private void columns(List<Measure> measures, Column action) throws IOException, UnusableInput {
    for (int group = 0; group < store.groupCount(); group++) {
      double[][][] all = new double[measures.size()][][];
      for (int i = 0; i < all.length; i++) {
        all[i] = store.columns(measures.get(i), group);
      }
      for (int sample = 0; sample < all[0].length; sample++) {
        double[][] values = new double[all.length][];
        for (int i = 0; i < all.length; i++) {
          values[i] = all[i][sample];
        }
        action.is(store.firstSample(group) + sample, values);
      }
    }
  }

  private Lengths lengths() throws IOException, UnusableInput {
    Lengths lengths = new Lengths(rows());
    columns(
        List.of(Measure.TPM, Measure.LENGTH),
        (column, values) -> {
          double[] known = values[1].clone();
          double[] plain = new double[known.length];
          for (int row = 0; row < known.length; row++) {
            if (!(values[0][row] > 0)) {
              plain[row] = known[row];
              known[row] = Double.NaN;
            }
          }
          lengths.add(new GeneValues("", values[0], NONE, known, plain));
        });
    return lengths;
  }

  private double[] meanLengths() throws IOException, UnusableInput {
    double[] sums = new double[rows()];
    columns(
        List.of(Measure.LENGTH),
        (column, values) -> {
          for (int row = 0; row < sums.length; row++) {
            sums[row] += values[0][row];
          }
        });
    for (int row = 0; row < sums.length; row++) {
      sums[row] /= store.accessions().size();
    }
    return sums;
  }

  private double[] weights(double[] means, Optional<GeneMap> genes) throws UnusableInput {
    return switch (mode) {
      case NO, SCALED_TPM -> CountsFromAbundance.equalWeights(rows());
      case LENGTH_SCALED_TPM -> means;
      case DTU_SCALED_TPM -> {
        GeneGrouping grouping =
            GeneGrouping.of(
                TranscriptIds.of(store.accessions().getFirst(), store.shape().features()),
                genes.orElseThrow(),
                IdRule.WHOLE);
        if (grouping.unmapped() > 0) {
          throw new UnusableInput(
              "dtuScaledTPM needs a gene for each transcript; %d have none"
                  .formatted(grouping.unmapped()));
        }
        yield grouping.medians(means);
      }
    };
  }

  private double[] factors(double[] weights) throws IOException, UnusableInput {
    double[] factors = new double[store.accessions().size()];
    columns(
        List.of(Measure.COUNTS, Measure.TPM),
        (column, values) -> {
          String sample = store.accessions().get(column);
          factors[column] = CountsFromAbundance.factor(sample, values[0], values[1], weights);
          if (factors[column] == 0) {
            throw new UnusableInput(
                sample + " has no counts, so none can be made of its abundances: leave it out");
          }
        });
    return factors;
  }

  /**
   * What each sample's counts are divided by: DESeq2's size factors as they are, edgeR's factors
   * times the library, relative to the mean of those.
   */
  private double[] sizes(Normalisation normalisation, DatasetStore counts)
      throws IOException, UnusableInput {
    StoreCounts columns = new StoreCounts(counts);
    try {
      double[] factors = normalisation.factors(columns);
      if (normalisation == Normalisation.RATIO || normalisation == Normalisation.POSCOUNTS) {
        return factors;
      }
      double[] sizes = new double[factors.length];
      double sum = 0;
      for (int column = 0; column < sizes.length; column++) {
        sizes[column] = Arrays.stream(columns.column(column)).sum() * factors[column];
        sum += sizes[column];
      }
      for (int column = 0; column < sizes.length; column++) {
        sizes[column] /= sum / sizes.length;
      }
      return sizes;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private double[] divided(double[] byColumn) {
    double[] divided = new double[sizeFactors.length];
    for (int column = 0; column < divided.length; column++) {
      divided[column] = (byColumn.length > 0 ? byColumn[column] : 1) / sizeFactors[column];
    }
    return divided;
  }
}
