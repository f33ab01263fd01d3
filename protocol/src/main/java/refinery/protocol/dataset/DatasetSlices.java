package refinery.protocol.dataset;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Reads some rows of stored matrices without the rest. Thread-safe; does not block. */
public interface DatasetSlices {
  /**
   * @param stores the digests of the matrices' stores
   * @param rows ids of genes or transcripts
   * @param samples empty: all
   * @param value {@code counts}, {@code tpm} or {@code length}
   */
  record Question(List<String> stores, List<String> rows, Set<String> samples, String value) {
    public Question {
      stores = List.copyOf(stores);
      rows = List.copyOf(rows);
      samples = Set.copyOf(samples);
    }
  }

  /**
   * @param samples of all matrices, one matrix after the other
   * @param rows by their ids, a value for each sample; not a number where the sample's matrix has
   *     no such row
   */
  record Slice(List<String> samples, Map<String, double[]> rows) {
    public Slice {
      samples = List.copyOf(samples);
    }
  }

  /** The stage fails if a store cannot be read. */
  CompletionStage<Slice> slice(Question question);
}
