package refinery.dataset.store;

/** What the rows of a dataset are. */
public enum Level {
  GENE("gene_id"),
  TRANSCRIPT("transcript_id");

  private final String column;

  Level(String column) {
    this.column = column;
  }

  /** The heading of the column that names the rows. */
  public String column() {
    return column;
  }
}
