package refinery.archive.files;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import refinery.archive.files.SampleRows.Wrong;
import refinery.protocol.catalog.Catalog.Problem;

/** Collects the faults of a table: the first twenty in words, and the number of all. */
final class WrongLines implements SampleTable.Taker {
  private static final int MOST_NAMED = 20;

  private final Look look;
  private final List<String> named = new ArrayList<>();
  private final List<Problem> rows = new ArrayList<>();
  private int count;

  /** Finds further faults of a sample whose text is right. */
  @FunctionalInterface
  interface Look {
    List<Wrong> wrong(Sample sample) throws IOException;
  }

  WrongLines(Look look) {
    this.look = look;
  }

  @Override
  public void sample(int line, Sample sample) throws IOException {
    look.wrong(sample).forEach(wrong -> wrong(line, wrong));
  }

  @Override
  public void wrong(int line, Wrong wrong) {
    count++;
    if (named.size() < MOST_NAMED) {
      String column = wrong.column().isEmpty() ? "" : wrong.column() + " ";
      named.add("line " + line + ": " + column + wrong.message());
      String at = wrong.column().isEmpty() ? "" : "/" + wrong.column();
      rows.add(new Problem("/rows/" + (line - 1) + at, wrong.message()));
    }
  }

  boolean isEmpty() {
    return count == 0;
  }

  String summary() {
    int more = count - named.size();
    return String.join("; ", named) + (more > 0 ? "; and " + more + " more" : "");
  }

  /**
   * @param asRows true for rows that came as JSON: the pointers then name row and column
   */
  List<Problem> problems(boolean asRows) {
    return asRows
        ? List.copyOf(rows)
        : named.stream().map(line -> new Problem("/table", line)).toList();
  }
}
