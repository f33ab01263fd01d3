package refinery.figures;

import java.util.Locale;

/**
 * The lines of a MatrixMarket file before its entries.
 *
 * @param line the number of the line with the sizes
 */
record MarketHeader(long rows, long columns, long entries, long line) {
  static final String MAGIC = "%%MatrixMarket";

  /** Refuses everything that is not a matrix of counts. */
  static void checkBanner(String banner) throws UnusableMatrix {
    String[] words = banner.strip().toLowerCase(Locale.ROOT).split("\\s+");
    if (words.length != 5 || !words[0].equals("%%matrixmarket") || !words[1].equals("matrix")) {
      throw UnusableMatrix.refused(
          "line 1 is not like '%%MatrixMarket matrix coordinate integer general': " + banner);
    }
    if (!words[2].equals("coordinate")) {
      throw UnusableMatrix.refused(
          "line 1: the format '" + words[2] + "' is not taken; coordinate is");
    }
    switch (words[3]) {
      case "integer", "real" -> {}
      case "pattern" ->
          throw UnusableMatrix.refused(
              "line 1: a pattern says where entries are and not how many counts they hold; integer"
                  + " or real is needed");
      default ->
          throw UnusableMatrix.refused(
              "line 1: values of the type '" + words[3] + "' are not taken; integer or real is");
    }
    if (!words[4].equals("general")) {
      throw UnusableMatrix.refused(
          "line 1: the symmetry '" + words[4] + "' makes no sense for genes and cells");
    }
  }

  static MarketHeader sizes(String text, long line) throws UnusableMatrix {
    String[] words = text.strip().split("\\s+");
    if (words.length != 3) {
      throw UnusableMatrix.refused("line " + line + " is not: rows, columns, entries");
    }
    MarketHeader header =
        new MarketHeader(
            number(words[0], line), number(words[1], line), number(words[2], line), line);
    if (header.rows > 0 && header.entries / header.rows > header.columns) {
      throw UnusableMatrix.refused(
          "line %d: %d entries do not fit into %d rows and %d columns"
              .formatted(line, header.entries, header.rows, header.columns));
    }
    return header;
  }

  private static long number(String word, long line) throws UnusableMatrix {
    if (!word.matches("[0-9]{1,18}")) {
      throw UnusableMatrix.refused("line " + line + ": '" + word + "' is not a size");
    }
    return Long.parseLong(word);
  }
}
