package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.function.Supplier;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import refinery.gzip.Inflation;
import refinery.gzip.Inflations;
import refinery.testing.RequiresTools;
import refinery.transfer.TransferException.CorruptTransfer;

/** What is whole and what is damaged does not depend on who unpacks, nor on how it arrives. */
class GzipCheckTest {
  private static final int CASES = 80;

  @Test
  void everyMemberComesOutWholeHoweverItArrives() throws Exception {
    Random random = new Random(1);
    for (int round = 0; round < CASES; round++) {
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      byte[] packed = members(random, content);
      int piece = 1 + random.nextInt(random.nextBoolean() ? 3 : 70_000);
      for (Supplier<Inflation> way : Inflations.all()) {
        assertThat(unpacked(packed, piece, way.get())).isEqualTo(content.toByteArray());
      }
    }
  }

  @Test
  void damageIsFoundByEitherWay() throws Exception {
    Random random = new Random(2);
    for (int round = 0; round < CASES; round++) {
      byte[] packed = members(random, new ByteArrayOutputStream());
      byte[] damaged =
          random.nextBoolean()
              ? Arrays.copyOf(packed, random.nextInt(packed.length))
              : flipped(packed, random);
      int piece = 1 + random.nextInt(1000);
      String byZlib = verdict(damaged, piece, Inflations.zlib());
      for (Supplier<Inflation> way : Inflations.all()) {
        assertThat(verdict(damaged, piece, way.get())).isEqualTo(byZlib);
      }
    }
  }

  @Test
  @RequiresTools("igzip")
  @EnabledForJreRange(min = JRE.JAVA_22)
  void theFasterLibraryIsUsedWhereItIs() {
    assertThat(Inflations.all()).hasSize(2);
    try (Inflation fastest = Inflation.fastest()) {
      assertThat(fastest).hasSameClassAs(Inflations.all().getLast().get());
    }
  }

  private static byte[] flipped(byte[] packed, Random random) {
    byte[] damaged = packed.clone();
    damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
    return damaged;
  }

  /** One to four members of stored, fixed and dynamic blocks, of nothing up to 200,000 bytes. */
  private static byte[] members(Random random, ByteArrayOutputStream content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    int members = 1 + random.nextInt(4);
    for (int member = 0; member < members; member++) {
      int size = random.nextInt(4) == 0 ? random.nextInt(20) : random.nextInt(200_000);
      byte[] bytes = new byte[size];
      byte[] letters = "ACGTN@+\n:F#,".getBytes(StandardCharsets.US_ASCII);
      int repeat = 1 + random.nextInt(50);
      int different = 1 + random.nextInt(letters.length);
      for (int index = 0; index < size; index++) {
        bytes[index] = letters[(random.nextInt(repeat) == 0 ? random.nextInt(different) : 0)];
      }
      if (random.nextInt(5) == 0) {
        random.nextBytes(bytes);
      }
      int level = random.nextInt(10);
      try (GZIPOutputStream out =
          new GZIPOutputStream(packed) {
            {
              def.setLevel(level);
              def.setStrategy(
                  random.nextInt(4) == 0 ? Deflater.HUFFMAN_ONLY : Deflater.DEFAULT_STRATEGY);
            }
          }) {
        out.write(bytes);
      }
      content.write(bytes);
    }
    return packed.toByteArray();
  }

  private static byte[] unpacked(byte[] packed, int piece, Inflation inflation)
      throws CorruptTransfer {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    StreamCheck keeping =
        new StreamCheck() {
          @Override
          public void accept(byte[] bytes, int length) {
            content.write(bytes, 0, length);
          }

          @Override
          public void finish() {}
        };
    try (GzipCheck check = new GzipCheck(keeping, inflation)) {
      for (int at = 0; at < packed.length; at += piece) {
        byte[] part = Arrays.copyOfRange(packed, at, Math.min(packed.length, at + piece));
        check.accept(part, part.length);
      }
      check.finish();
    }
    return content.toByteArray();
  }

  /** The words of zlib and of ISA-L about a damaged block differ; what they conclude may not. */
  private static String verdict(byte[] packed, int piece, Inflation inflation) {
    try {
      return "whole, " + Arrays.hashCode(unpacked(packed, piece, inflation));
    } catch (CorruptTransfer corrupt) {
      return "corrupt";
    }
  }
}
