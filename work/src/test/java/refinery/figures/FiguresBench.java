package refinery.figures;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Locale;
import java.util.Optional;

/**
 * Measures passes over a matrix beside {@code zcat > /dev/null}, in turns: {@code FiguresBench
 * matrix.mtx.gz [rounds]}. See docs/benchmarks.md.
 */
final class FiguresBench {
  private FiguresBench() {}

  /** Prints a line for each round: seconds of zcat and of a pass, and their ratio. */
  public static void main(String[] arguments) throws Exception {
    Path file = Path.of(arguments[0]);
    int rounds = arguments.length > 1 ? Integer.parseInt(arguments[1]) : 3;
    for (int round = 1; round <= rounds; round++) {
      double zcat = zcat(file);
      long start = System.nanoTime();
      Summary summary = figures(file);
      double seconds = (System.nanoTime() - start) / 1e9 / summary.passes();
      System.out.printf(
          Locale.ROOT,
          "round %d: zcat %.2f s, a pass %.2f s, ratio %.2f (%d entries, %d passes)%n",
          round,
          zcat,
          seconds,
          seconds / zcat,
          summary.cells().entries(),
          summary.passes());
    }
  }

  private static Summary figures(Path file) throws IOException, UnusableMatrix {
    try (Matrix matrix =
        new MatrixFiles(Limits.USUAL, () -> {}).open(file, Optional.empty(), Optional.empty())) {
      return Summary.of(matrix, Settings.USUAL, new BitSet());
    }
  }

  private static double zcat(Path file) throws Exception {
    long start = System.nanoTime();
    Process process =
        new ProcessBuilder("sh", "-c", "zcat \"$0\" > /dev/null", file.toString())
            .redirectErrorStream(true)
            .start();
    try (InputStream out = process.getInputStream()) {
      out.readAllBytes();
    }
    if (process.waitFor() != 0) {
      throw new IllegalStateException("zcat failed");
    }
    return (System.nanoTime() - start) / 1e9;
  }
}
