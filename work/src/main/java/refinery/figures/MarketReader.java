package refinery.figures;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads a MatrixMarket file in coordinate form, byte by byte. Counts lines for messages. For one
 * thread.
 */
final class MarketReader {
  private static final int BUFFER = 1 << 18;
  private static final int BLOCK = 1 << 13;
  private static final int SHOWN = 60;
  private static final int EXACT_DIGITS = 15;
  private static final double[] TENS = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15
  };

  private final InputStream in;
  private final byte[] bytes = new byte[BUFFER];
  private int at;

  /** Behind the last newline that is in {@code bytes}. */
  private int whole;

  private int end;
  private boolean over;
  private long line;
  private final int[] rows = new int[BLOCK];
  private final int[] columns = new int[BLOCK];
  private final double[] values = new double[BLOCK];
  private int count;

  MarketReader(InputStream in) {
    this.in = in;
  }

  MarketHeader header() throws IOException, UnusableMatrix {
    String text = textLine();
    if (text == null) {
      throw UnusableMatrix.damaged("the matrix is empty");
    }
    MarketHeader.checkBanner(text);
    text = textLine();
    while (text != null && (text.startsWith("%") || text.isBlank())) {
      text = textLine();
    }
    if (text == null) {
      throw UnusableMatrix.damaged("the matrix ends before its sizes, in line " + line);
    }
    return MarketHeader.sizes(text, line);
  }

  /** Reads all entries, after the header. Rows and columns given on count from 0. */
  void entries(MarketHeader header, Entries to) throws IOException, UnusableMatrix {
    long found = 0;
    while (at < whole || more()) {
      found += lines(header);
      if (found > header.entries()) {
        throw UnusableMatrix.damaged(
            "line %d: more entries than the %d that line %d states"
                .formatted(line, header.entries(), header.line()));
      }
      to.take(rows, columns, values, count);
      count = 0;
    }
    if (found < header.entries()) {
      throw UnusableMatrix.damaged(
          "the matrix ends after line %d with %d entries; line %d states %d"
              .formatted(line, found, header.line(), header.entries()));
    }
  }

  /** Parses whole lines until a block is full or the buffer is used up. */
  private int lines(MarketHeader header) throws UnusableMatrix {
    long height = header.rows();
    long width = header.columns();
    while (at < whole && count < BLOCK) {
      line++;
      int start = at;
      if (blank()) {
        continue;
      }
      long row = index();
      long column = index();
      if (row < 0 || column < 0 || bytes[at] == '\n') {
        throw malformed(start);
      }
      double value = value();
      while (isBlank(bytes[at])) {
        at++;
      }
      if (bytes[at++] != '\n') {
        throw malformed(start);
      }
      if (row < 1 || row > height || column < 1 || column > width) {
        throw outside(row, column, header);
      }
      rows[count] = (int) row - 1;
      columns[count] = (int) column - 1;
      values[count++] = value;
    }
    return count;
  }

  private UnusableMatrix outside(long row, long column, MarketHeader header) {
    return UnusableMatrix.refused(
        "line %d: row %d and column %d are not within 1 to %d and 1 to %d"
            .formatted(line, row, column, header.rows(), header.columns()));
  }

  /** Skips blanks; true if nothing else was in the line, which is then behind. */
  private boolean blank() {
    int here = at;
    while (isBlank(bytes[here])) {
      here++;
    }
    boolean empty = bytes[here] == '\n';
    at = empty ? here + 1 : here;
    return empty;
  }

  private static boolean isBlank(byte octet) {
    return octet == ' ' || octet == '\t' || octet == '\r';
  }

  /** A number of digits and the blanks behind it; -1 if there is none or it is too long. */
  private long index() {
    int here = at;
    long number = 0;
    int digit = bytes[here] - '0';
    while (digit >= 0 && digit <= 9) {
      number = number * 10 + digit;
      digit = bytes[++here] - '0';
    }
    boolean good = here > at && here - at <= EXACT_DIGITS && isBlank(bytes[here]);
    while (isBlank(bytes[here])) {
      here++;
    }
    at = good ? here : at;
    return good ? number : -1;
  }

  /** A count; most have a few digits. What is not exact in this way is left to the JDK. */
  private double value() throws UnusableMatrix {
    int here = at;
    long mantissa = 0;
    int digit = bytes[here] - '0';
    while (digit >= 0 && digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = bytes[++here] - '0';
    }
    int digits = here - at;
    if (digits > EXACT_DIGITS) {
      return uncommon();
    }
    if (bytes[here] == '\n' || isBlank(bytes[here])) {
      if (digits == 0) {
        return uncommon();
      }
      at = here;
      return mantissa;
    }
    return bytes[here] == '.' ? decimals(here + 1, mantissa, digits) : uncommon();
  }

  /** Reads on behind the point. Zeros at the end change nothing and are not counted. */
  private double decimals(int from, long whole, int digits) throws UnusableMatrix {
    int here = from;
    long mantissa = whole;
    int decimals = 0;
    int zeros = 0;
    int digit = bytes[here] - '0';
    while (digit >= 0 && digit <= 9) {
      if (digit == 0) {
        zeros++;
      } else {
        decimals += zeros + 1;
        if (digits + decimals > EXACT_DIGITS) {
          return uncommon();
        }
        mantissa = mantissa * (long) TENS[zeros + 1] + digit;
        zeros = 0;
      }
      digit = bytes[++here] - '0';
    }
    int exponent = -decimals;
    if (bytes[here] == 'e' || bytes[here] == 'E') {
      boolean minus = bytes[++here] == '-';
      here += minus || bytes[here] == '+' ? 1 : 0;
      int first = bytes[here] - '0';
      int second = bytes[here + 1] - '0';
      if (first < 0 || first > 9 || second < 0 || second > 9) {
        return uncommon();
      }
      exponent += (minus ? -1 : 1) * (first * 10 + second);
      here += 2;
    }
    boolean ends = bytes[here] == '\n' || isBlank(bytes[here]);
    if (!ends || digits + here - from == 0 || exponent < -EXACT_DIGITS || exponent > EXACT_DIGITS) {
      return uncommon();
    }
    at = here;
    return exponent < 0 ? mantissa / TENS[-exponent] : mantissa * TENS[exponent];
  }

  /** A value with a sign, an exponent or many digits. */
  private double uncommon() throws UnusableMatrix {
    int here = at;
    while (bytes[here] != '\n' && !isBlank(bytes[here])) {
      here++;
    }
    String word = new String(bytes, at, here - at, StandardCharsets.ISO_8859_1);
    if (!word.matches(
        "[+-]?([0-9]{1,400}\\.?[0-9]{0,400}|\\.[0-9]{1,400})([eE][+-]?[0-9]{1,4})?")) {
      throw UnusableMatrix.refused("line %d: '%s' is not a count".formatted(line, shown(word)));
    }
    double value = Double.parseDouble(word);
    if (value < 0 || Double.isInfinite(value)) {
      throw UnusableMatrix.refused(
          "line %d: %s is not a count, which is at least 0 and finite"
              .formatted(line, shown(word)));
    }
    at = here;
    return value;
  }

  private UnusableMatrix malformed(int start) {
    int stop = start;
    while (bytes[stop] != '\n') {
      stop++;
    }
    String text = new String(bytes, start, stop - start, StandardCharsets.ISO_8859_1);
    return UnusableMatrix.refused(
        "line %d is not a row, a column and a count: '%s'".formatted(line, shown(text)));
  }

  private static String shown(String text) {
    String clean = text.replaceAll("[^ -~]", "?").strip();
    return clean.length() <= SHOWN ? clean : clean.substring(0, SHOWN) + "...";
  }

  private String textLine() throws IOException, UnusableMatrix {
    if (at >= whole && !more()) {
      return null;
    }
    int start = at;
    while (bytes[at] != '\n') {
      at++;
    }
    line++;
    return new String(bytes, start, at++ - start, StandardCharsets.ISO_8859_1);
  }

  /** Reads on until there is a whole line; false at the end. */
  private boolean more() throws IOException, UnusableMatrix {
    System.arraycopy(bytes, at, bytes, 0, end - at);
    end -= at;
    at = 0;
    whole = 0;
    while (whole == 0 && !over) {
      // The last place is kept for the newline that the last line may lack.
      int got = in.read(bytes, end, BUFFER - 1 - end);
      if (got < 0) {
        over = true;
        if (end > 0 && bytes[end - 1] != '\n') {
          bytes[end++] = '\n';
        }
        got = 0;
      }
      end += got;
      for (whole = end; whole > 0 && bytes[whole - 1] != '\n'; ) {
        whole--;
      }
      if (whole == 0 && end == BUFFER - 1) {
        throw UnusableMatrix.refused("line %d is longer than %d bytes".formatted(line + 1, end));
      }
    }
    return whole > 0;
  }
}
