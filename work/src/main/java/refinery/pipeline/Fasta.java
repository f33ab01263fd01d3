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

  /** Gets the sequences letter by letter. */
  interface Letters {
    void begin(String name) throws IOException;

    void letter(int letter) throws IOException;

    void end() throws IOException, StepFailure;
  }

  static void scan(Path file, Attempt attempt, Consumer consumer) throws IOException, StepFailure {
    read(
        file,
        attempt,
        new Letters() {
          private String name;
          private long length;

          @Override
          public void begin(String next) {
            name = next;
            length = 0;
          }

          @Override
          public void letter(int letter) {
            length++;
          }

          @Override
          public void end() throws StepFailure {
            consumer.accept(name, length);
          }
        });
  }

  static void read(Path file, Attempt attempt, Letters letters) throws IOException, StepFailure {
    try (InputStream in = Streams.open(file, attempt)) {
      boolean inside = false;
      boolean lineStart = true;
      for (int c = in.read(); c >= 0; c = in.read()) {
        if (lineStart && c == '>') {
          if (inside) {
            letters.end();
          }
          letters.begin(name(in));
          inside = true;
        } else if (c == '\n' || c == '\r') {
          lineStart = true;
        } else {
          if (!inside) {
            throw StepFailure.corrupt(file.getFileName() + " is not FASTA: it begins without '>'");
          }
          if (c > ' ') {
            letters.letter(c);
          }
          lineStart = false;
        }
      }
      if (!inside) {
        throw StepFailure.corrupt(file.getFileName() + " is not FASTA: it holds no sequence");
      }
      letters.end();
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
