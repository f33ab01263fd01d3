package refinery.pipeline;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import refinery.agent.Attempt;

/** Reads the names and lengths of a FASTA file; needs constant memory for lines of any length. */
final class Fasta {
  private static final int LONGEST_NAME = 4096;

  private Fasta() {}

  interface Consumer {
    void accept(String name, long length) throws StepFailure;
  }

  static void scan(Path file, Attempt attempt, Consumer consumer) throws IOException, StepFailure {
    try (InputStream in = Streams.open(file, attempt)) {
      String name = null;
      long length = 0;
      boolean lineStart = true;
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (lineStart && c == '>') {
          if (name != null) {
            consumer.accept(name, length);
          }
          name = name(in);
          length = 0;
        } else if (c == '\n' || c == '\r') {
          lineStart = true;
        } else {
          if (name == null) {
            throw StepFailure.corrupt(file.getFileName() + " is not FASTA: it begins without '>'");
          }
          length += c > ' ' ? 1 : 0;
          lineStart = false;
        }
      }
      if (name == null) {
        throw StepFailure.corrupt(file.getFileName() + " is not FASTA: it holds no sequence");
      }
      consumer.accept(name, length);
    }
  }

  /** Reads the header's first word and skips the rest of the line. */
  private static String name(InputStream in) throws IOException {
    ByteArrayOutputStream name = new ByteArrayOutputStream(64);
    boolean inside = true;
    for (int c = in.read(); c >= 0 && c != '\n' && c != '\r'; c = in.read()) {
      inside &= c > ' ' && name.size() < LONGEST_NAME;
      if (inside) {
        name.write(c);
      }
    }
    return name.toString(StandardCharsets.ISO_8859_1);
  }
}
