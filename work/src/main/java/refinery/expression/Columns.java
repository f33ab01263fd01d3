package refinery.expression;

/**
 * Values of rows by samples, column by column: from memory, or from a store that need not hold all
 * samples at once. A column may be read several times and is not written to. NaN is a value that is
 * absent, which 0 is not.
 */
public interface Columns {
  int rows();

  int samples();

  double[] column(int sample);
}
