package refinery.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Measure;
import refinery.expression.Counts;

/** Counts of a store, of which a group is in memory. For one thread. */
final class StoreCounts implements Counts {
  private final DatasetStore store;
  private int group = -1;
  private double[][] columns = {};

  StoreCounts(DatasetStore store) {
    this.store = store;
  }

  @Override
  public int rows() {
    return store.shape().features().size();
  }

  @Override
  public int samples() {
    return store.accessions().size();
  }

  @Override
  public double[] column(int sample) {
    int wanted = store.groupCount() - 1;
    while (store.firstSample(wanted) > sample) {
      wanted--;
    }
    if (wanted != group) {
      try {
        columns = store.columns(Measure.COUNTS, wanted);
        group = wanted;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return columns[sample - store.firstSample(group)];
  }
}
