package refinery.protocol.dataset;

import java.util.Optional;

/** How a dataset's batch and files are named. */
public final class DatasetFiles {
  /** The key-value of its batch that holds the {@link DatasetPlan}. */
  public static final String PLAN = "dataset_plan";

  /** The key-value that holds the digest of the stored plan. */
  public static final String PLAN_DIGEST = "plan";

  /** The canonical store of a matrix. */
  public static final String STORE = "matrix.store";

  private DatasetFiles() {}

  /**
   * The name of a matrix's file.
   *
   * @param matrix its name; empty if it is the only one
   */
  public static String of(String matrix, String file) {
    return matrix.isEmpty() ? file : matrix + "/" + file;
  }

  /** The matrix of which this is the store; empty if it is none. */
  public static Optional<String> matrixOfStore(String name) {
    if (name.equals(STORE)) {
      return Optional.of("");
    }
    return name.endsWith("/" + STORE)
        ? Optional.of(name.substring(0, name.length() - STORE.length() - 1))
        : Optional.empty();
  }
}
