package refinery.http.metadata;

import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Writes cells so that no text of an archive can end a cell or a line. */
final class Cells {
  private static final Pattern CONTROL = Pattern.compile("[\\p{Cntrl}&&[^\\t\\n\\r]]+");
  private static final Pattern SPECIAL = Pattern.compile("[\\t\\n\\r\"]");

  private Cells() {}

  static String line(List<String> cells, UnaryOperator<String> escaped) {
    return cells.stream().map(escaped).collect(Collectors.joining("\t", "", "\n"));
  }

  /**
   * With {@code \t}, {@code \n}, {@code \r} and {@code \\} as PostgreSQL's text format has them: a
   * line stays a line for {@code cut} and {@code awk}.
   */
  static String backslashed(String cell) {
    return plain(cell)
        .replace("\\", "\\\\")
        .replace("\t", "\\t")
        .replace("\n", "\\n")
        .replace("\r", "\\r");
  }

  /** In quotes where needed, with quotes doubled, as pandas and Python's csv write and read it. */
  static String quoted(String cell) {
    String text = plain(cell);
    return SPECIAL.matcher(text).find() ? '"' + text.replace("\"", "\"\"") + '"' : text;
  }

  /** Other control characters, which some readers refuse, are blanks. */
  private static String plain(String cell) {
    return CONTROL.matcher(cell).replaceAll(" ");
  }
}
