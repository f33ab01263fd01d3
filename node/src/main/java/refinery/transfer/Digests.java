package refinery.transfer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The digests that archives state, and our own, as checks. */
final class Digests {
  private Digests() {}

  /** A check whose value is known once the stream has ended. */
  interface Digest extends StreamCheck {
    String value();
  }

  /** {@code md5} or {@code sha-256}, as lower-case hex. */
  static Digest of(String algorithm) {
    return new Cryptographic(algorithm);
  }

  /** The BSD checksum as Ensembl's CHECKSUMS and {@code sum -r} state it. */
  static Digest bsd() {
    return new Bsd();
  }

  private static final class Cryptographic implements Digest {
    private final MessageDigest digest;
    private String value = "";

    Cryptographic(String algorithm) {
      try {
        digest = MessageDigest.getInstance(algorithm);
      } catch (NoSuchAlgorithmException missing) {
        throw new IllegalStateException("every Java has " + algorithm, missing);
      }
    }

    @Override
    public void accept(byte[] bytes, int length) {
      digest.update(bytes, 0, length);
    }

    @Override
    public void finish() {
      value = HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public String value() {
      return value;
    }
  }

  /**
   * 16 bits, rotated right by one before each byte is added; then the number of 1,024-byte blocks,
   * rounded up (coreutils, sum.c).
   */
  private static final class Bsd implements Digest {
    private int sum;
    private long size;

    @Override
    public void accept(byte[] bytes, int length) {
      int value = sum;
      for (int at = 0; at < length; at++) {
        value = ((value >>> 1) + ((value & 1) << 15) + (bytes[at] & 0xff)) & 0xffff;
      }
      sum = value;
      size += length;
    }

    @Override
    public void finish() {}

    @Override
    public String value() {
      return sum + " " + (size + 1023) / 1024;
    }
  }
}
