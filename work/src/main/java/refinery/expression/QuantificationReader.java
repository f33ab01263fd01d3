package refinery.expression;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads one table of abundances. It must have exactly the header of its format, as many columns in
 * every row, finite numbers not below 0, and a newline at the end. Used by one thread, once.
 */
public final class QuantificationReader {
  private static final int LONGEST_LINE = 1 << 24;

  enum Column {
    NAME,
    LENGTH,
    EFFECTIVE_LENGTH,
    TPM,
    COUNT,
    IGNORED
  }

  private final String sample;
  private final QuantificationFormat format;
  private final Column[] columns;
  private final Optional<TranscriptIds> expected;
  private final TranscriptIds.Builder names = new TranscriptIds.Builder();
  private final Decimals decimals = new Decimals();

  /** By the ordinal of the column. */
  private final double[][] values = new double[Column.values().length][];

  private byte[] buffer = new byte[1 << 18];
  private int row = -1;

  private QuantificationReader(
      String sample, QuantificationFormat format, Optional<TranscriptIds> expected) {
    this.sample = sample;
    this.format = format;
    this.columns = format.columns().toArray(Column[]::new);
    this.expected = expected;
    int rows = expected.map(TranscriptIds::size).orElse(1 << 12);
    for (Column column : columns) {
      values[column.ordinal()] =
          column == Column.NAME || column == Column.IGNORED ? new double[0] : new double[rows];
    }
  }

  /**
   * Reads a table to its end; the stream stays open.
   *
   * @param sample its name, which messages start with
   * @param expected the rows that it must have, of a table read before
   */
  public static Quantification read(
      String sample, InputStream in, QuantificationFormat format, Optional<TranscriptIds> expected)
      throws IOException, UnusableInput {
    QuantificationReader reader = new QuantificationReader(sample, format, expected);
    reader.readAll(in);
    return reader.result();
  }

  private void readAll(InputStream in) throws IOException, UnusableInput {
    int held = 0;
    for (int read = in.read(buffer);
        read >= 0;
        read = in.read(buffer, held, buffer.length - held)) {
      held += read;
      int complete = lastNewline(held - read, held) + 1;
      int used = complete == 0 ? 0 : rows(complete);
      System.arraycopy(buffer, used, buffer, 0, held - used);
      held -= used;
      if (held == buffer.length) {
        if (held >= LONGEST_LINE) {
          throw bad("has a line longer than " + LONGEST_LINE + " bytes");
        }
        buffer = Arrays.copyOf(buffer, held * 2);
      }
    }
    if (held > 0 || row < 0) {
      throw bad("is cut short in " + (row < 0 ? "its header" : "row " + (row + 1)));
    }
  }

  private int lastNewline(int from, int to) {
    int at = to - 1;
    while (at >= from && buffer[at] != '\n') {
      at--;
    }
    return at < from ? -1 : at;
  }

  /** Reads the rows that end before {@code end}, where a newline is. */
  private int rows(int end) throws UnusableInput {
    int at = 0;
    if (row < 0) {
      at = header();
    }
    while (at < end) {
      at = row(at);
      row++;
    }
    return at;
  }

  private int header() throws UnusableInput {
    int at = 0;
    while (buffer[at] != '\n') {
      at++;
    }
    String header = String.join("\t", format.header());
    if (!header.equals(new String(buffer, 0, at, StandardCharsets.ISO_8859_1))) {
      throw bad("does not begin with the header " + format.header());
    }
    row = 0;
    return at + 1;
  }

  private int row(int from) throws UnusableInput {
    int at = from;
    for (int i = 0; i < columns.length; i++) {
      Column column = columns[i];
      int end =
          switch (column) {
            case NAME -> name(at);
            case IGNORED -> fieldEnd(at);
            case LENGTH, EFFECTIVE_LENGTH, TPM, COUNT -> number(column, i, at);
          };
      if (buffer[end] != (i == columns.length - 1 ? '\n' : '\t')) {
        throw wrong(i, at, end);
      }
      at = end + 1;
    }
    return at;
  }

  private int fieldEnd(int from) {
    int at = from;
    while (buffer[at] != '\t' && buffer[at] != '\n') {
      at++;
    }
    return at;
  }

  private int name(int at) throws UnusableInput {
    if (expected.isEmpty()) {
      int end = fieldEnd(at);
      names.add(buffer, at, end);
      return end;
    }
    TranscriptIds ids = expected.get();
    // The row ends in the buffer, but the expected name may be longer than what is left.
    int end = row < ids.size() ? at + ids.length(row) : -1;
    if (end < 0 || end >= buffer.length || !ids.is(row, buffer, at, end) || buffer[end] != '\t') {
      throw differs(text(at, fieldEnd(at)));
    }
    return end;
  }

  private int number(Column column, int index, int at) throws UnusableInput {
    double value = decimals.read(buffer, at);
    if (!(value >= 0)) {
      throw noNumber(index, at);
    }
    double[] into = values[column.ordinal()];
    if (row == into.length) {
      into = Arrays.copyOf(into, row * 2);
      values[column.ordinal()] = into;
    }
    into[row] = value;
    return decimals.end();
  }

  private Quantification result() throws UnusableInput {
    if (row == 0) {
      throw bad("has no rows");
    }
    if (expected.isPresent() && row < expected.get().size()) {
      throw differs("no more");
    }
    double[] effectiveLengths = column(Column.EFFECTIVE_LENGTH);
    double least = format.leastEffectiveLength();
    for (int i = 0; least > 0 && i < effectiveLengths.length; i++) {
      effectiveLengths[i] = Math.max(least, effectiveLengths[i]);
    }
    return new Quantification(
        sample,
        expected.orElseGet(() -> names.build(sample)),
        column(Column.LENGTH),
        effectiveLengths,
        column(Column.TPM),
        column(Column.COUNT));
  }

  private double[] column(Column column) {
    double[] all = values[column.ordinal()];
    return all.length == row ? all : Arrays.copyOf(all, row);
  }

  private UnusableInput bad(String what) {
    return new UnusableInput(sample + " " + what);
  }

  private UnusableInput wrong(int column, int at, int end) {
    return switch (buffer[end]) {
      case '\n' ->
          bad("has %d columns of %d in row %d".formatted(column + 1, columns.length, row + 1));
      case '\t' -> bad("has more than %d columns in row %d".formatted(columns.length, row + 1));
      default -> noNumber(column, at);
    };
  }

  private UnusableInput noNumber(int column, int at) {
    return bad(
        "has '%s' as %s in row %d; wanted is a number not below 0"
            .formatted(text(at, fieldEnd(at)), format.header().get(column), row + 1));
  }

  private UnusableInput differs(String found) {
    TranscriptIds ids = expected.orElseThrow();
    return bad(
        "has %s in row %d where %s has %s; all samples must have the same rows in the same order"
            .formatted(
                found, row + 1, ids.sample(), row < ids.size() ? ids.name(row) : "no more rows"));
  }

  /** What a table says, short and without control characters. */
  private String text(int from, int to) {
    return new String(buffer, from, Math.min(to - from, 80), StandardCharsets.ISO_8859_1)
        .replaceAll("\\p{Cntrl}", "?");
  }
}
