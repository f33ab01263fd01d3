package refinery.storage;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;

/**
 * Reads the bytes of one put. After a broken connection it goes on where it stopped; the client's
 * own back-off paces requests that the service refuses.
 */
final class S3Download {
  private static final int BUFFER = 1 << 17;

  /** Bytes between two breaks with which the count of tries begins anew. */
  private static final long PROGRESS = 1L << 20;

  private final S3Client client;
  private final String bucket;
  private final String name;
  private final int maxTries;

  S3Download(S3Client client, String bucket, String name, int maxTries) {
    this.client = client;
    this.bucket = bucket;
    this.name = name;
    this.maxTries = maxTries;
  }

  @FunctionalInterface
  private interface Sink {
    void accept(byte[] bytes, int count) throws IOException;
  }

  /**
   * Writes all bytes to a new file.
   *
   * @return the SHA-256 of what was written
   */
  String toFile(Path target, long size) throws IOException {
    MessageDigest digest = Sha256.digest();
    try (OutputStream out =
        Files.newOutputStream(target, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      read(
          0,
          size,
          (bytes, count) -> {
            digest.update(bytes, 0, count);
            out.write(bytes, 0, count);
          });
    }
    return Sha256.hex(digest.digest());
  }

  byte[] range(long from, int length) throws IOException {
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream(length);
    read(from, from + length, (chunk, count) -> bytes.write(chunk, 0, count));
    return bytes.toByteArray();
  }

  private void read(long from, long to, Sink sink) throws IOException {
    long at = from;
    long brokenAt = from;
    int tries = 0;
    while (at < to) {
      Piece piece = piece(at, to, sink);
      at += piece.count();
      if (at < to) {
        tries = at - brokenAt >= PROGRESS ? 1 : tries + 1;
        brokenAt = at;
        if (tries >= maxTries) {
          throw new IOException(
              "object storage: reading %s: the connection broke %d times, last at byte %d (%s)"
                  .formatted(name, tries, at, piece.end()));
        }
      }
    }
  }

  /**
   * What one request brought.
   *
   * @param end why it stopped early; empty when it did not
   */
  private record Piece(long count, String end) {}

  private Piece piece(long from, long to, Sink sink) throws IOException {
    ResponseInputStream<GetObjectResponse> in =
        S3Failures.call(
            "reading " + name,
            () ->
                client.getObject(
                    request ->
                        request.bucket(bucket).key(name).range("bytes=" + from + "-" + (to - 1))));
    byte[] buffer = new byte[BUFFER];
    long count = 0;
    boolean whole = false;
    try {
      while (count < to - from) {
        int n = read(in, buffer, (int) Math.min(buffer.length, to - from - count));
        if (n < 0) {
          return new Piece(count, "the answer ended early");
        }
        sink.accept(buffer, n);
        count += n;
      }
      whole = true;
      return new Piece(count, "");
    } catch (Broken e) {
      return new Piece(count, String.valueOf(e.getCause()));
    } finally {
      if (whole) {
        in.close();
      } else {
        in.abort();
      }
    }
  }

  private static int read(ResponseInputStream<?> in, byte[] buffer, int length) throws Broken {
    try {
      return in.read(buffer, 0, length);
    } catch (IOException | SdkException e) {
      throw new Broken(e);
    }
  }

  /** The service failed, not the writing of what was read. */
  private static final class Broken extends IOException {
    private static final long serialVersionUID = 1L;

    Broken(Exception cause) {
      super(cause);
    }
  }
}
