package refinery.compendium;

/** What becomes of absent values. */
public enum Imputation {
  /** They stay absent. */
  NONE("none"),
  /** {@link IterativeSvd} of rank 10. */
  SVD("svd");

  private final String word;

  Imputation(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }
}
