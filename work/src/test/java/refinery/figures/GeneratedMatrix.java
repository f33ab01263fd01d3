package refinery.figures;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/**
 * Writes a MatrixMarket file like that of a 10x experiment to standard output: {@code
 * GeneratedMatrix ENTRIES}. The same every time; 2,000 of 33,538 genes in each cell.
 */
final class GeneratedMatrix {
  private static final int GENES = 33_538;
  private static final int PER_CELL = 2_000;

  private GeneratedMatrix() {}

  public static void main(String[] arguments) throws IOException {
    int cells = (int) (Long.parseLong(arguments[0]) / PER_CELL);
    SplittableRandom random = new SplittableRandom(7);
    try (PrintStream out =
        new PrintStream(
            new BufferedOutputStream(System.out, 1 << 20), false, StandardCharsets.US_ASCII)) {
      out.print("%%MatrixMarket matrix coordinate integer general\n");
      out.print(GENES + " " + cells + " " + (long) cells * PER_CELL + "\n");
      StringBuilder lines = new StringBuilder();
      for (int cell = 1; cell <= cells; cell++) {
        lines.setLength(0);
        cell(cell, random, lines);
        out.append(lines);
      }
    }
  }

  /** Genes in rising order, with steps that leave room for all that are still to come. */
  private static void cell(int cell, SplittableRandom random, StringBuilder lines) {
    int gene = 0;
    for (int left = PER_CELL; left > 0; left--) {
      int room = Math.max(1, 2 * (GENES - gene - left) / left);
      gene +=
          1 + (GENES - gene > left ? random.nextInt(Math.min(room, GENES - gene - left + 1)) : 0);
      int count = 1;
      while (random.nextInt(3) == 0) {
        count++;
      }
      count += random.nextInt(50) == 0 ? random.nextInt(100) : 0;
      lines.append(gene).append(' ').append(cell).append(' ').append(count).append('\n');
    }
  }
}
