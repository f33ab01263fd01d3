package refinery.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * Copies artifacts to files. Each is written under a staging name, verified by its SHA-256, synced
 * and renamed; a file that has the digest already is left alone.
 */
public final class ArtifactFiles {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
  private final Transport transport;

  public ArtifactFiles(Transport transport) {
    this.transport = transport;
  }

  /**
   * Makes the file and its folders. True if bytes were copied; false if they were there.
   *
   * @throws IOException if the file cannot be written, or arrives damaged; then it is as it was
   */
  public boolean copy(String sha256, Path file) throws IOException {
    if (!DIGEST.matcher(sha256).matches()) {
      throw new IOException(file.getFileName() + " has no digest by which to verify it");
    }
    if (Files.isRegularFile(file) && digest(file).equals(sha256)) {
      return false;
    }
    Path folder = Files.createDirectories(file.toAbsolutePath().getParent());
    Path staging = Files.createTempFile(folder, ".fetching-", "");
    try {
      String got = download(sha256, staging);
      if (!got.equals(sha256)) {
        throw new IOException(
            file.getFileName() + " arrived damaged: SHA-256 " + got + " instead of " + sha256);
      }
      Files.move(
          staging, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      return true;
    } finally {
      Files.deleteIfExists(staging);
    }
  }

  private String download(String sha256, Path staging) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = transport.stream("/artifacts/" + sha256, false);
        OutputStream target = new DigestOutputStream(Files.newOutputStream(staging), digest)) {
      in.transferTo(target);
    }
    try (FileChannel channel = FileChannel.open(staging, StandardOpenOption.WRITE)) {
      channel.force(true);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static String digest(Path file) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = Files.newInputStream(file);
        OutputStream target = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
      in.transferTo(target);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}
