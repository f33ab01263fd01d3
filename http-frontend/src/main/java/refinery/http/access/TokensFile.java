package refinery.http.access;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * A file of tokens: a line each with name, scope and SHA-256, and comments behind {@code #}. Nobody
 * but its owner may write it.
 */
final class TokensFile {
  private static final int LARGEST = 1 << 20;
  private static final int WORDS = 3;

  private TokensFile() {}

  /** The tokens; the message of an exception says what is wrong, and shows no digest. */
  static List<BearerToken> read(Path file) {
    try {
      if (Files.size(file) > LARGEST) {
        throw new IllegalArgumentException(file + " is larger than 1 MiB");
      }
      requireOwnersOnly(file);
      List<BearerToken> tokens = new ArrayList<>();
      int number = 0;
      for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
        number++;
        String said = line.replaceAll("#.*", "").strip();
        if (!said.isEmpty()) {
          tokens.add(token(said, file, number));
        }
      }
      return tokens;
    } catch (IOException e) {
      throw new IllegalArgumentException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private static BearerToken token(String line, Path file, int number) {
    String[] words = line.split("\\s+");
    try {
      if (words.length == WORDS) {
        return BearerToken.named(words[0], words[2], words[1]);
      }
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "%s, line %d: %s".formatted(file, number, e.getMessage()), e);
    }
    throw new IllegalArgumentException(
        "%s, line %d: say NAME SCOPE SHA256".formatted(file, number));
  }

  private static void requireOwnersOnly(Path file) throws IOException {
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (permissions.contains(PosixFilePermission.GROUP_WRITE)
          || permissions.contains(PosixFilePermission.OTHERS_WRITE)) {
        throw new IllegalArgumentException(
            file + " can be written by others, who could let anybody in: chmod go-w it");
      }
    } catch (UnsupportedOperationException e) {
      // A file system without permissions: nothing to check.
      return;
    }
  }
}
