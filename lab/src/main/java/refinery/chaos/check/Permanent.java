package refinery.chaos.check;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** The shared directory of permanent storage, read directly by its layout. Blocking. */
record Permanent(Path root) {

  /** The text of an object; empty if it is missing or its bytes do not match its name. */
  Optional<String> text(String digest) throws IOException {
    Path file =
        root.resolve(
            "objects/" + digest.substring(0, 2) + "/" + digest.substring(2, 4) + "/" + digest);
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    byte[] bytes = Files.readAllBytes(file);
    return sha256(bytes).equals(digest)
        ? Optional.of(new String(bytes, StandardCharsets.UTF_8))
        : Optional.empty();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
