package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;

/**
 * Copies artifacts to files. Each is written under a staging name, verified by its SHA-256 and
 * renamed; what is there already is left alone.
 */
final class VerifiedFiles {
  private final NodeClient client;
  private final PrintWriter out;
  private int copied;
  private int present;

  VerifiedFiles(NodeClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
  }

  /** Says how many there are. */
  void say() {
    out.println("%d files copied, %d already there".formatted(copied, present));
  }

  void copy(JsonNode artifact, Path file) {
    try {
      Files.createDirectories(file.getParent());
      file(artifact, file);
    } catch (IOException e) {
      throw CommandFailure.failed("cannot write " + file + ": " + reason(e));
    }
  }

  private void file(JsonNode artifact, Path file) throws IOException {
    String sha256 = artifact.path("sha256").asText();
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw CommandFailure.failed("the node lists " + file.getFileName() + " without a digest");
    }
    if (Files.isRegularFile(file) && digest(file).equals(sha256)) {
      present++;
      return;
    }
    Path staging = Files.createTempFile(file.getParent(), ".fetching-", "");
    try {
      String got = download(sha256, staging);
      if (!got.equals(sha256)) {
        throw CommandFailure.failed(
            file.getFileName() + " arrived damaged: SHA-256 " + got + " instead of " + sha256);
      }
      Files.move(
          staging, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      out.println(file);
      copied++;
    } finally {
      Files.deleteIfExists(staging);
    }
  }

  private String download(String sha256, Path staging) throws IOException {
    MessageDigest digest = newDigest();
    try (InputStream in = client.stream("/artifacts/" + sha256, false);
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

  private static String reason(IOException error) {
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}
