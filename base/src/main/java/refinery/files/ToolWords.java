package refinery.files;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads the output of programs as text. It may hold any bytes, also those of a damaged input, so
 * nothing is refused: a byte that is not UTF-8 becomes a replacement character.
 */
public final class ToolWords {
  private ToolWords() {}

  /** Reads the whole file; an empty text when there is no file. */
  public static String of(Path file) throws IOException {
    return Files.exists(file) ? of(Files.readAllBytes(file)) : "";
  }

  public static String of(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
