package refinery.client;

import java.util.ArrayList;
import java.util.List;

/** Aligned columns of text; what the cells say cannot move the cursor or colour the terminal. */
public final class Table {
  private static final int WIDEST = 60;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... header) {
    rows.add(List.of(header));
  }

  public void row(String... cells) {
    List<String> row = new ArrayList<>();
    for (String cell : cells) {
      row.add(printable(cell, WIDEST));
    }
    rows.add(row);
  }

  /** Numbers to the right, all else to the left. */
  public String render() {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      int at = column;
      widths[column] = rows.stream().mapToInt(row -> cell(row, at).length()).max().orElse(0);
      numeric[column] =
          rows.size() > 1
              && rows.stream().skip(1).allMatch(row -> cell(row, at).matches("[0-9.,%+-]*"));
    }
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < columns; column++) {
        String pad = " ".repeat(widths[column] - cell(row, column).length());
        line.append(numeric[column] ? pad + cell(row, column) : cell(row, column) + pad);
        line.append("  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static String cell(List<String> row, int column) {
    return column < row.size() ? row.get(column) : "";
  }

  /** One line without control characters, cut to {@code widest}. */
  public static String printable(String text, int widest) {
    String clean = text.replaceAll("\\s+", " ").replaceAll("\\p{C}", "").strip();
    return clean.length() <= widest ? clean : clean.substring(0, widest - 3) + "...";
  }
}
