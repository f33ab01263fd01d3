package refinery.figures;

/** Takes the entries of a matrix. */
interface Entries {
  /**
   * @param genes counted from 0, within the matrix
   * @param cells counted from 0, within the matrix
   * @param values at least 0 and finite
   * @param count how many of each are meant
   */
  void take(int[] genes, int[] cells, double[] values, int count) throws UnusableMatrix;
}
