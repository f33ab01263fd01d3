package refinery.pipeline;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;

/**
 * Reads lines of at most 1 MiB, decoded as Latin-1 so that no byte is lost. {@code \n}, {@code
 * \r\n} and {@code \r} end a line. Used by one thread.
 */
final class Lines implements Closeable {
  private static final int LONGEST = 1 << 20;

  private final InputStream in;
  private byte[] line = new byte[256];
  private boolean afterReturn;
  private boolean endedByNewline = true;

  Lines(InputStream in) {
    this.in = in;
  }

  /**
   * @return the next line without its end, or null at the end of the file
   */
  String next() throws IOException, StepFailure {
    int length = 0;
    for (int c = in.read(); ; c = in.read()) {
      if (c == '\n' && afterReturn) {
        afterReturn = false;
        continue;
      }
      afterReturn = c == '\r';
      if (c == '\n' || c == '\r') {
        endedByNewline = true;
        return text(length);
      }
      if (c < 0) {
        if (length == 0) {
          return null;
        }
        endedByNewline = false;
        return text(length);
      }
      if (length == line.length) {
        if (length >= LONGEST) {
          throw StepFailure.corrupt("a line is longer than " + LONGEST + " bytes: not a text file");
        }
        line = java.util.Arrays.copyOf(line, length * 2);
      }
      line[length++] = (byte) c;
    }
  }

  private String text(int length) {
    return new String(line, 0, length, StandardCharsets.ISO_8859_1);
  }

  /** True if the last line that was returned had a line end. */
  boolean isEndedByNewline() {
    return endedByNewline;
  }

  @Override
  public void close() throws IOException {
    in.close();
  }
}
