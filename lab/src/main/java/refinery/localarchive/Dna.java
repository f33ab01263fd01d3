package refinery.localarchive;

import java.nio.charset.StandardCharsets;

/** Nucleotide sequences as ASCII bytes. */
final class Dna {
  private static final byte[] BASES = "ACGT".getBytes(StandardCharsets.US_ASCII);

  private Dna() {}

  static byte[] random(Dice dice, int length, double gc) {
    byte[] sequence = new byte[length];
    for (int i = 0; i < length; i++) {
      double x = dice.unit();
      if (x < gc / 2) {
        sequence[i] = 'G';
      } else if (x < gc) {
        sequence[i] = 'C';
      } else {
        sequence[i] = (byte) (x < gc + (1 - gc) / 2 ? 'A' : 'T');
      }
    }
    return sequence;
  }

  static byte[] reverseComplement(byte[] sequence) {
    byte[] result = new byte[sequence.length];
    for (int i = 0; i < sequence.length; i++) {
      result[sequence.length - 1 - i] = complement(sequence[i]);
    }
    return result;
  }

  /** Each base is replaced by another one with the given probability. */
  static byte[] mutate(Dice dice, byte[] sequence, double rate) {
    byte[] result = sequence.clone();
    for (int i = 0; i < result.length; i++) {
      if (dice.chance(rate)) {
        result[i] = otherBase(dice, result[i]);
      }
    }
    return result;
  }

  static byte otherBase(Dice dice, byte base) {
    byte candidate = BASES[dice.between(0, 3)];
    while (candidate == base) {
      candidate = BASES[dice.between(0, 3)];
    }
    return candidate;
  }

  private static byte complement(byte base) {
    return switch (base) {
      case 'A' -> 'T';
      case 'C' -> 'G';
      case 'G' -> 'C';
      case 'T' -> 'A';
      default -> 'N';
    };
  }
}
