package refinery.transfer;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes the digests that archives state, and SHA-256, as checks of a stream. */
final class Digests {
  private Digests() {}

  /** A check whose value is known once the stream has ended. */
  interface Digest extends StreamCheck {
    String value();
  }

  /** Computes {@code md5} or {@code sha-256} in lower-case hex. */
  static Digest of(String algorithm) {
    return new Cryptographic(algorithm);
  }

  /** Computes the BSD checksum, as Ensembl's CHECKSUMS and {@code sum -r} state it. */
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
   * A sum of 16 bits that is rotated right by one before each byte is added, and the number of
   * blocks of 1,024 bytes, rounded up (coreutils, sum.c).
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
