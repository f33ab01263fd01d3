package refinery.dataset.format;

import java.io.ByteArrayOutputStream;

/** Parquet's "RLE/bit-packing hybrid" of small numbers. */
final class RunLengths {
  private static final int PACK = 8;

  private RunLengths() {}

  /** How many bits the numbers below a limit take, at least one. */
  static int width(int limit) {
    return Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(limit - 1));
  }

  /** One number many times. */
  static void run(int times, int number, int width, ByteArrayOutputStream out) {
    variable(times << 1, out);
    for (int shift = 0; shift < width; shift += Byte.SIZE) {
      out.write(number >>> shift);
    }
  }

  /** Many numbers, packed; what fills the last eight is zero. */
  static void packed(int[] numbers, int count, int width, ByteArrayOutputStream out) {
    int packs = Math.ceilDiv(count, PACK);
    variable(packs << 1 | 1, out);
    long bits = 0;
    int held = 0;
    for (int i = 0; i < packs * PACK; i++) {
      bits |= (i < count ? numbers[i] : 0L) << held;
      for (held += width; held >= Byte.SIZE; held -= Byte.SIZE) {
        out.write((int) bits);
        bits >>>= Byte.SIZE;
      }
    }
  }

  private static void variable(int number, ByteArrayOutputStream out) {
    int rest = number;
    while (rest >>> 7 != 0) {
      out.write(rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    out.write(rest);
  }
}
