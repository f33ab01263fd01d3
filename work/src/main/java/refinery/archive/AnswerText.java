package refinery.archive;

import java.io.BufferedReader;
import java.io.FilterReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;

/**
 * Reads an archive's text record by record (a line, or an element of a list) and fails before a
 * record larger than the limit fills the memory. The limit counts characters, and up to 8 KiB of
 * what follows a record may count with it.
 */
public final class AnswerText implements AutoCloseable {
  private static final int BUFFER = 1 << 13;

  private final Limited limited;
  private final BufferedReader reader;

  private AnswerText(Reader source, Bound record) {
    this.limited = new Limited(source, record);
    this.reader = new BufferedReader(limited, BUFFER);
  }

  public static AnswerText of(Reader source, ArchivesConfig.Limits limits) {
    return new AnswerText(source, limits.line());
  }

  public static AnswerText of(InputStream source, ArchivesConfig.Limits limits) {
    return of(new InputStreamReader(source, StandardCharsets.UTF_8), limits);
  }

  /** The text for a parser, whose user calls {@link #nextRecord} after each record. */
  public BufferedReader reader() {
    return reader;
  }

  /** Ends a record: the count begins anew. */
  public void nextRecord() {
    limited.count = 0;
  }

  /** The next line; null at the end. */
  public String line() throws IOException {
    String line = reader.readLine();
    nextRecord();
    return line;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  private static final class Limited extends FilterReader {
    private final Bound record;
    private long count;

    Limited(Reader source, Bound record) {
      super(source);
      this.record = record;
    }

    @Override
    public int read() throws IOException {
      char[] one = new char[1];
      return read(one, 0, 1) < 0 ? -1 : one[0];
    }

    @Override
    public int read(char[] buffer, int offset, int length) throws IOException {
      int read = super.read(buffer, offset, length);
      count += Math.max(0, read);
      if (count > record.most() + BUFFER) {
        throw record.exceeded("a line or record");
      }
      return read;
    }
  }
}
