package refinery.recipe;

import java.util.List;

/**
 * Some samples of a store in memory.
 *
 * @param first the column of the first
 * @param values by measure: counts, TPM, lengths
 */
record StoredGroup(int store, int first, List<double[][]> values) {
  StoredGroup {
    values = List.copyOf(values);
  }

  boolean has(StoredSamples.Position position) {
    int column = position.column() - first;
    return position.store() == store && column >= 0 && column < values.getFirst().length;
  }

  Sample sample(StoredSamples.Position position) {
    int column = position.column() - first;
    return new Sample(values.get(0)[column], values.get(1)[column], values.get(2)[column]);
  }

  /** What the store has of a sample. */
  record Sample(double[] counts, double[] tpm, double[] lengths) {}
}
