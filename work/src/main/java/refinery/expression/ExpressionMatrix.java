package refinery.expression;

import java.util.List;

/**
 * Values of rows (genes or transcripts) by samples: an array for each sample and kind of value.
 * What the methods return is the matrix's own array.
 */
public final class ExpressionMatrix {
  private final List<String> rows;
  private final List<Sample> samples;

  /**
   * One column.
   *
   * @param lengths effective lengths in bases
   */
  public record Sample(String name, double[] tpm, double[] counts, double[] lengths) {}

  ExpressionMatrix(List<String> rows, List<Sample> samples) {
    this.rows = List.copyOf(rows);
    this.samples = List.copyOf(samples);
  }

  public List<String> rows() {
    return rows;
  }

  public List<Sample> samples() {
    return samples;
  }
}
