package refinery.archive;

import java.io.BufferedReader;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads a table record by record: separated by commas or tabs, quoted as in RFC 4180 (separators
 * and line ends may lie inside quotes), with any line ends and an optional byte order mark. Blank
 * lines are left out. Memory is bounded by the limit of the text.
 */
public final class DelimitedText {
  private final AnswerText text;
  private final BufferedReader reader;
  private final ArchivesConfig.Limits limits;
  private final char separator;
  private int line = 1;
  private int rows;

  /**
   * @param line on which the record begins, from 1
   */
  public record Row(int line, List<String> values) {
    public Row {
      values = List.copyOf(values);
    }

    private boolean isBlank() {
      return values.size() == 1 && values.getFirst().isBlank();
    }
  }

  public DelimitedText(AnswerText text, ArchivesConfig.Limits limits, char separator) {
    this.text = text;
    this.reader = text.reader();
    this.limits = limits;
    this.separator = separator;
  }

  /** The next record that is not blank; empty at the end. */
  public Optional<Row> next() throws IOException, MalformedAnswer {
    while (true) {
      int begin = line;
      List<String> values = new ArrayList<>();
      int end = record(values);
      text.nextRecord();
      Row row = new Row(begin, values);
      if (!row.isBlank()) {
        limits.rows().check("the table", ++rows);
        return Optional.of(row);
      }
      if (end < 0) {
        return Optional.empty();
      }
    }
  }

  /** Returns the character that ended the record, -1 at the end of the text. */
  private int record(List<String> values) throws IOException, MalformedAnswer {
    while (true) {
      limits.columns().check("a line of the table", values.size() + 1);
      StringBuilder value = new StringBuilder();
      int end = value(value);
      values.add(value.toString());
      if (end != separator) {
        return end;
      }
    }
  }

  private int value(StringBuilder value) throws IOException, MalformedAnswer {
    int next = read();
    if (next == '\uFEFF' && line == 1 && value.isEmpty()) {
      next = read();
    }
    if (next == '"') {
      quoted(value);
      next = read();
    }
    while (next != separator && next != '\n' && next >= 0) {
      value.append((char) next);
      next = read();
    }
    if (next == '\n') {
      line++;
    }
    return next;
  }

  private void quoted(StringBuilder value) throws IOException, MalformedAnswer {
    int begin = line;
    while (true) {
      int next = read();
      if (next < 0) {
        throw new MalformedAnswer("a quote that begins in line " + begin + " is not closed");
      }
      if (next == '"') {
        if (peek() != '"') {
          return;
        }
        next = read();
      }
      line += next == '\n' ? 1 : 0;
      value.append((char) next);
    }
  }

  /** Reads a character; every kind of line end becomes {@code \n}. */
  private int read() throws IOException {
    int next = reader.read();
    if (next == '\r') {
      if (peek() == '\n') {
        next = reader.read();
      }
      return '\n';
    }
    return next;
  }

  private int peek() throws IOException {
    reader.mark(1);
    int next = reader.read();
    reader.reset();
    return next;
  }
}
