package refinery.client;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Aligned columns of text; what the cells say cannot move the cursor or colour the terminal. */
public final class Table {
  /** No column is made narrower than this. */
  private static final int NARROWEST = 6;

  private static final String INDENT = "    ";
  private static final int LINES_BELOW = 3;
  private static final String AGE = "AGE";

  /** A number, a size, or one of these of a whole, as in {@code 2.0/16.0}; or nothing. */
  private static final Pattern NUMBER =
      Pattern.compile("([0-9]*(?:\\.[0-9]+)?)(?: ?([KMGTP]i)?B)?%?(?:/.*)?");

  private static final String UNITS = "KMGTP";

  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... header) {
    rows.add(List.of(header));
  }

  public void row(String... cells) {
    List<String> row = new ArrayList<>();
    for (String cell : cells) {
      row.add(printable(cell, Integer.MAX_VALUE));
    }
    rows.add(row);
  }

  /** Another one with the same heading. */
  public Table withoutRows() {
    Table empty = new Table();
    empty.rows.set(0, rows.getFirst());
    return empty;
  }

  /**
   * The same with only these columns, in this order.
   *
   * @throws CommandFailure with exit code 2 when there is no such column
   */
  public Table columns(List<String> names) {
    List<Integer> places = names.stream().map(this::place).toList();
    Table chosen = new Table();
    chosen.rows.clear();
    for (List<String> row : rows) {
      chosen.rows.add(places.stream().map(place -> cell(row, place)).toList());
    }
    return chosen;
  }

  /**
   * The same with its rows by this column: as numbers where all cells begin with one (sizes by
   * their units), else as text; ages as listed, which is newest first.
   *
   * @param column its name; with a minus before it the other way round
   * @throws CommandFailure with exit code 2 when there is no such column
   */
  public Table sorted(String column) {
    boolean down = column.startsWith("-");
    int place = place(down ? column.substring(1) : column);
    List<List<String>> body = new ArrayList<>(rows.subList(1, rows.size()));
    if (!cell(rows.getFirst(), place).equals(AGE)) {
      boolean numbers = body.stream().allMatch(row -> NUMBER.matcher(cell(row, place)).matches());
      body.sort(
          numbers
              ? Comparator.comparingDouble(row -> number(cell(row, place)))
              : Comparator.comparing(row -> cell(row, place)));
    }
    Table sorted = new Table();
    sorted.rows.set(0, rows.getFirst());
    sorted.rows.addAll(down ? body.reversed() : body);
    return sorted;
  }

  private static double number(String cell) {
    Matcher matcher = NUMBER.matcher(cell);
    if (!matcher.matches()) {
      return 0;
    }
    String unit = matcher.group(2) == null ? "" : matcher.group(2).substring(0, 1);
    int power = unit.isEmpty() ? 0 : UNITS.indexOf(unit) + 1;
    return Double.parseDouble("0" + matcher.group(1)) * Math.pow(1_024, power);
  }

  private int place(String name) {
    List<String> header = rows.getFirst();
    int place = header.indexOf(name.strip().toUpperCase(Locale.ROOT));
    if (place < 0) {
      throw CommandFailure.usage(
          "there is no column '"
              + printable(name, 40)
              + "'; there are "
              + String.join(", ", header).toLowerCase(Locale.ROOT));
    }
    return place;
  }

  /** For standard output: fitted and coloured on a terminal, whole otherwise. */
  public String shown() {
    return Terminal.isInteractive()
        ? render(Terminal.width(), Terminal.isColoured() ? Colours::painted : cell -> cell)
        : render();
  }

  /** Uncut columns; numbers are aligned to the right, all else to the left. */
  public String render() {
    return render(Integer.MAX_VALUE);
  }

  public String render(int width) {
    return render(width, cell -> cell);
  }

  /**
   * The same in lines of at most {@code width}. When it does not fit, a last column of texts goes
   * below its rows; then the widest text gives way, cell by cell with an ellipsis, until all fit:
   * states after all others, and last the first column, which is what people copy.
   */
  String render(int width, UnaryOperator<String> paint) {
    int columns = rows.stream().mapToInt(List::size).max().orElse(0);
    int[] widths = new int[columns];
    boolean[] numeric = new boolean[columns];
    for (int column = 0; column < columns; column++) {
      int at = column;
      widths[column] = rows.stream().mapToInt(row -> Columns.of(cell(row, at))).max().orElse(0);
      numeric[column] =
          rows.size() > 1
              && rows.stream().skip(1).allMatch(row -> cell(row, at).matches("[0-9.,%+-]*"));
    }
    boolean below = columns > 1 && excess(widths, width) > 0 && !numeric[columns - 1];
    int[] beside = below ? Arrays.copyOf(widths, columns - 1) : widths;
    fit(beside, column -> numeric[column] ? Cut.NEVER : turn(column), width);
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < beside.length; column++) {
        String cell = cut(cell(row, column), beside[column]);
        String pad = " ".repeat(beside[column] - Columns.of(cell));
        line.append(numeric[column] ? pad + cell : paint.apply(cell) + pad);
        line.append("  ");
      }
      text.append(line.toString().stripTrailing()).append('\n');
      if (below && row != rows.getFirst()) {
        text.append(wrapped(cell(row, columns - 1), width));
      }
    }
    return text.toString();
  }

  /** Indented, in few lines. */
  private static String wrapped(String words, int width) {
    int room = Math.max(NARROWEST, width - INDENT.length());
    StringBuilder text = new StringBuilder();
    String left = words;
    for (int line = 1; !left.isEmpty(); line++) {
      int most = Columns.first(left, room).length();
      int blank = left.lastIndexOf(' ', most);
      boolean last = line == LINES_BELOW || most == left.length();
      String part = last ? cut(left, room) : left.substring(0, blank > 0 ? blank : most);
      text.append(INDENT).append(part).append('\n');
      left = last ? "" : left.substring(part.length()).strip();
    }
    return text.toString();
  }

  private static long excess(int[] widths, int width) {
    long total = -2L - width;
    for (int column : widths) {
      total += column + 2L;
    }
    return total;
  }

  /** When a column is made narrower. */
  private enum Cut {
    FIRST,
    LATER,
    LAST,
    NEVER
  }

  private Cut turn(int column) {
    return column == 0
        ? Cut.LAST
        : cell(rows.getFirst(), column).equals("STATE") ? Cut.LATER : Cut.FIRST;
  }

  private static void fit(int[] widths, IntFunction<Cut> when, int width) {
    for (Cut turn : List.of(Cut.FIRST, Cut.LATER, Cut.LAST)) {
      int widest = 0;
      while (widest >= 0 && excess(widths, width) > 0) {
        widest = -1;
        for (int column = 0; column < widths.length; column++) {
          boolean may = when.apply(column) == turn && widths[column] > NARROWEST;
          if (may && (widest < 0 || widths[column] > widths[widest])) {
            widest = column;
          }
        }
        if (widest >= 0) {
          widths[widest]--;
        }
      }
    }
  }

  private static String cut(String cell, int width) {
    return Columns.of(cell) <= width ? cell : Columns.first(cell, width - 1) + "\u2026";
  }

  private static String cell(List<String> row, int column) {
    return column < row.size() ? row.get(column) : "";
  }

  /** One line without control characters, cut to {@code widest} columns. */
  public static String printable(String text, int widest) {
    String clean = text.replaceAll("\\s+", " ").replaceAll("\\p{C}", "").strip();
    return Columns.of(clean) <= widest ? clean : Columns.first(clean, widest - 3) + "...";
  }
}
