package refinery.dataset;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import refinery.expression.UnusableInput;

/** Bytes whose digest is known: after the last one it is compared. */
final class VerifiedBytes extends FilterInputStream {
  private final MessageDigest digest;
  private final String sha256;

  VerifiedBytes(InputStream in, String sha256) {
    super(in);
    this.sha256 = sha256;
    try {
      this.digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  @Override
  public int read() throws IOException {
    int one = super.read();
    if (one >= 0) {
      digest.update((byte) one);
    }
    return one;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    int count = super.read(target, offset, length);
    if (count > 0) {
      digest.update(target, offset, count);
    }
    return count;
  }

  /** After everything was read. */
  void verify(String sample) throws UnusableInput {
    if (!HexFormat.of().formatHex(digest.digest()).equals(sha256)) {
      throw new UnusableInput("the stored quantification of %s is damaged".formatted(sample));
    }
  }
}
