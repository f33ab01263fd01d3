package refinery.localarchive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** Computes the checksums that archives state. */
final class Digests {
  private static final int BLOCK = 1_024;

  private Digests() {}

  static String md5(byte[] bytes) {
    return HexFormat.of().formatHex(newMd5().digest(bytes));
  }

  static String md5(Path file) throws IOException {
    MessageDigest digest = newMd5();
    byte[] buffer = new byte[1 << 16];
    try (InputStream in = Files.newInputStream(file)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /**
   * The output of {@code sum -r}, as in Ensembl's CHECKSUMS: a sum of 16 bits, and the number of
   * blocks of 1 KiB.
   */
  static String bsdSum(byte[] bytes) {
    int sum = 0;
    for (byte b : bytes) {
      sum = ((sum >> 1) + ((sum & 1) << 15) + (b & 0xff)) & 0xffff;
    }
    return "%05d %5d".formatted(sum, (bytes.length + BLOCK - 1) / BLOCK);
  }

  private static MessageDigest newMd5() {
    try {
      return MessageDigest.getInstance("MD5");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("MD5 is part of every JDK", e);
    }
  }
}
