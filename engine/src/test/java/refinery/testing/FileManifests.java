package refinery.testing;

import java.io.IOException;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import refinery.manifests.Manifests;

/** Lists as files of a directory, named by their digests. */
public record FileManifests(Path directory) implements Manifests {
  @Override
  public SeekableByteChannel open(String sha256) throws IOException {
    return Files.newByteChannel(directory.resolve(sha256));
  }

  @Override
  public Path draft() throws IOException {
    return Files.createTempFile(directory, "draft", ".txt");
  }

  @Override
  public String put(Path draft) throws IOException {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(draft));
      String sha256 = HexFormat.of().formatHex(digest);
      Files.move(draft, directory.resolve(sha256), StandardCopyOption.REPLACE_EXISTING);
      return sha256;
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
