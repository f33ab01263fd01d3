package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import refinery.agent.Attempt;

/** Checks a tab-separated table of abundances for completeness. */
final class AbundanceTable {
  private AbundanceTable() {}

  /**
   * @param rows number of rows below the header
   * @param sum of the counted column
   */
  record Totals(long rows, double sum) {}

  interface Row {
    void accept(String[] columns);
  }

  /**
   * Reads the table once. It must have exactly the header, as many columns in every row, finite
   * numbers not below 0 in all columns but the first, and a newline at the end.
   *
   * @param counted index of the column to sum up
   */
  static Totals check(Path file, List<String> header, int counted, Attempt attempt, Row row)
      throws IOException, StepFailure {
    String name = file.getFileName().toString();
    if (!Files.isRegularFile(file) || Files.size(file) == 0) {
      throw StepFailure.cutShort(name + " is missing or empty");
    }
    long rows = 0;
    double sum = 0;
    try (Lines lines = new Lines(Streams.open(file, attempt))) {
      String first = lines.next();
      if (!String.join("\t", header).equals(first)) {
        throw StepFailure.cutShort(name + " does not begin with the header " + header);
      }
      for (String line = lines.next(); line != null; line = lines.next()) {
        rows++;
        String[] columns = line.split("\t", -1);
        if (columns.length != header.size() || !lines.isEndedByNewline()) {
          throw StepFailure.cutShort("%s is cut short in row %d".formatted(name, rows));
        }
        for (int i = 1; i < columns.length; i++) {
          checkNumber(name, rows, header.get(i), columns[i]);
        }
        sum += Double.parseDouble(columns[counted]);
        row.accept(columns);
      }
      if (!lines.isEndedByNewline()) {
        throw StepFailure.cutShort(name + " is cut short in its header");
      }
    }
    return new Totals(rows, sum);
  }

  private static void checkNumber(String name, long row, String column, String text)
      throws StepFailure {
    double value;
    try {
      value = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      value = Double.NaN;
    }
    if (!Double.isFinite(value) || value < 0) {
      throw StepFailure.permanent(
          "%s, row %d: %s is '%s'".formatted(name, row, column, LastWords.clean(text)));
    }
  }

  static void checkRows(String name, long found, long expected) throws StepFailure {
    if (found < expected) {
      throw StepFailure.cutShort("%s has %d rows of %d".formatted(name, found, expected));
    }
    if (found > expected) {
      throw StepFailure.permanent(
          "%s has %d rows, but the reference %d".formatted(name, found, expected));
    }
  }

  /**
   * Compares the sum with the tool's count, with a tolerance: printed counts are rounded, and the
   * tools drop tiny shares of transcripts.
   */
  static void checkSum(String name, double sum, long mapped, long rows) throws StepFailure {
    double tolerance = 1 + 0.001 * rows + 0.001 * mapped;
    if (Math.abs(sum - mapped) > tolerance) {
      throw StepFailure.permanent(
          "%s sums up to %.1f reads, but the tool mapped %d".formatted(name, sum, mapped));
    }
  }
}
