package refinery.dataset.format;

/**
 * CRC-32 of two parts as one, from those of the parts: the first one's is moved on by as many zero
 * bits as the second part has, a multiplication by a power of x modulo the polynomial.
 */
final class Checksums {
  private static final int POLYNOMIAL = 0xedb88320;
  private static final int ONE = 1 << 31;

  private Checksums() {}

  static int joined(int first, int second, long secondLength) {
    int power = ONE;
    int square = ONE >>> 8;
    for (long rest = secondLength; rest != 0; rest >>>= 1) {
      if ((rest & 1) != 0) {
        power = product(power, square);
      }
      square = product(square, square);
    }
    return product(first, power) ^ second;
  }

  /** Of polynomials whose highest power is the lowest bit. */
  private static int product(int a, int b) {
    int product = 0;
    int shifted = b;
    for (int bit = ONE; bit != 0; bit >>>= 1) {
      if ((a & bit) != 0) {
        product ^= shifted;
      }
      shifted = (shifted & 1) != 0 ? (shifted >>> 1) ^ POLYNOMIAL : shifted >>> 1;
    }
    return product;
  }
}
