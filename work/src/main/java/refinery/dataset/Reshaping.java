package refinery.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.compendium.Imputation;
import refinery.compendium.IterativeSvd;
import refinery.compendium.NormalisedColumns;
import refinery.compendium.Scaling;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.DatasetWriter;
import refinery.dataset.store.Measure;
import refinery.dataset.store.SampleEntry;
import refinery.expression.Columns;
import refinery.expression.UnusableInput;
import refinery.protocol.dataset.DatasetChoice;

/**
 * What a request does to the counts of a matrix that no factor of a row or a column does, in this
 * order: absent values are imputed ({@link IterativeSvd}, rank 10), all samples get the mean
 * distribution of those that lack nothing, each row is scaled. Other measures stay as they are.
 */
record Reshaping(Imputation imputation, boolean quantiles, Scaling scaling) {
  /** Bytes for rows and for what is square in the samples; a part of what the pipeline reserves. */
  static final long MEMORY = 256L << 20;

  static Reshaping of(PlannedDataset planned) {
    return new Reshaping(
        Stream.of(Imputation.values())
            .filter(each -> each.word().equals(planned.choice(DatasetChoice.IMPUTE)))
            .findFirst()
            .orElseThrow(),
        planned.choice(DatasetChoice.NORMALISE).equals("quantile"),
        Stream.of(Scaling.values())
            .filter(each -> each.word().equals(planned.choice(DatasetChoice.SCALE)))
            .findFirst()
            .orElseThrow());
  }

  /** False if all counts stay as they are. */
  boolean changes() {
    return imputation != Imputation.NONE || quantiles || scaling != Scaling.NONE;
  }

  /**
   * Writes a store with the changed counts.
   *
   * @param between runs now and then while no column is read; what it throws ends the work
   */
  DatasetStore write(DatasetStore shown, Path file, int threads, Runnable between)
      throws IOException, UnusableInput {
    try {
      return store(shown, counts(shown, between), file, threads, between);
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private Columns counts(DatasetStore shown, Runnable between) throws UnusableInput {
    Columns counts = new StoreCounts(shown);
    if (imputation == Imputation.SVD) {
      counts =
          IterativeSvd.impute(counts, IterativeSvd.Settings.standard(MEMORY, between)).columns();
    }
    if (quantiles) {
      counts = NormalisedColumns.ofOwn(counts);
    }
    return scaling == Scaling.NONE ? counts : scaling.fit(counts, MEMORY).scaled(counts);
  }

  private static DatasetStore store(
      DatasetStore shown, Columns counts, Path file, int threads, Runnable between)
      throws IOException {
    List<Measure> measures = shown.shape().measures();
    try (DatasetWriter writer = DatasetWriter.like(shown, file, threads)) {
      for (int group = 0; group < shown.groupCount(); group++) {
        between.run();
        List<SampleEntry> entries = shown.entries(group);
        double[][][] values = new double[measures.size()][][];
        for (int i = 0; i < values.length; i++) {
          if (measures.get(i) != Measure.COUNTS) {
            values[i] = shown.columns(measures.get(i), group);
          }
        }
        for (int sample = 0; sample < entries.size(); sample++) {
          int column = sample;
          double[] changed = counts.column(shown.firstSample(group) + sample);
          writer.add(
              entries.get(sample),
              Stream.of(values)
                  .map(all -> Optional.ofNullable(all).map(each -> each[column]).orElse(changed))
                  .toArray(double[][]::new));
        }
      }
      writer.finish();
    }
    return DatasetStore.open(file);
  }
}
