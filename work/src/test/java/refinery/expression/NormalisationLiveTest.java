package refinery.expression;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random counts of 5,000 genes and 40 samples give what edgeR, DESeq2 and limma give; so do many
 * small tables of low counts, where ties decide what is trimmed.
 */
class NormalisationLiveTest {
  private static final int SMALL = 60;
  private static final int SMALL_ROWS = 300;
  private static final int SMALL_SAMPLES = 5;

  private static final String SCRIPT =
      """
      out <- function(x, name) writeBin(as.double(x), name, endian = "little")
      load <- function(name, rows) {
        x <- readBin(name, "double", n = file.size(name) / 8, endian = "little")
        matrix(x, nrow = rows)
      }
      edge <- c("TMM", "TMMwsp", "RLE", "upperquartile")
      x <- load("counts", 5000)
      for (m in edge) out(calcNormFactors(x, method = m), tolower(m))
      f <- calcNormFactors(x)
      lib <- colSums(x) * f
      out(cpm(x, lib.size = lib), "cpm")
      out(cpm(x, lib.size = lib, log = TRUE), "logcpm")
      for (g in c(7, 25)) {
        group <- rep(c("a", "b"), c(g, 40 - g))
        if (g > 20) group[(g + 1):40] <- "a"
        out(filterByExpr(x, group = group, lib.size = lib), paste0("kept", g))
      }
      out(limma::normalizeQuantiles(x), "quantile")
      y <- load("small", 300)
      for (m in edge[1:2])
        out(sapply(seq(1, ncol(y), 5), function(i) calcNormFactors(y[, i:(i + 4)], method = m)),
            paste0("small.", tolower(m)))
      """;

  private static final String FACTORS =
      """
      x <- matrix(readBin("counts", "double", n = 200000, endian = "little"), nrow = 5000)
      for (t in c("ratio", "poscounts"))
        writeBin(as.double(estimateSizeFactorsForMatrix(x, type = t)), t, endian = "little")
      """;

  @TempDir Path folder;

  private static double[][] counts(SplittableRandom random, int samples, int rows, double scale) {
    double[] means = new double[rows];
    Arrays.setAll(means, row -> scale * Math.exp(2 * random.nextGaussian()));
    double[][] columns = new double[samples][rows];
    for (double[] column : columns) {
      double depth = 0.3 + 2 * random.nextDouble();
      Arrays.setAll(
          column,
          row ->
              Math.floor(
                  means[row] * depth * Math.exp(0.5 * random.nextGaussian())
                      + random.nextDouble()));
      // Every eighth gene is in all samples, so that ratios exist.
      for (int row = 0; row < rows; row += 8) {
        column[row]++;
      }
    }
    return columns;
  }

  private double[] fromR(String file) throws IOException {
    return LiveR.doubles(folder.resolve(file));
  }

  private final SplittableRandom random = new SplittableRandom(Long.getLong("refinery.seed", 11));
  private final double[][] large = counts(random, 40, 5000, 20);

  @Test
  void agreesWithEdgeR() throws Exception {
    double[][] small = new double[SMALL * SMALL_SAMPLES][];
    for (int i = 0; i < SMALL; i++) {
      double[][] table = counts(random, SMALL_SAMPLES, SMALL_ROWS, 0.5 + i % 6);
      System.arraycopy(table, 0, small, i * SMALL_SAMPLES, SMALL_SAMPLES);
    }
    LiveR.write(folder.resolve("counts"), large);
    LiveR.write(folder.resolve("small"), small);
    LiveR.run(folder, "edgeR", "r-bioc-edger", SCRIPT);

    factors(EnumSet.complementOf(EnumSet.of(Normalisation.RATIO, Normalisation.POSCOUNTS)));
    perMillion(Counts.of(large));
    QuantileTarget target = QuantileTarget.mean(Counts.of(large));
    double[][] normalised = new double[40][];
    for (int sample = 0; sample < normalised.length; sample++) {
      normalised[sample] = target.normalised(large[sample]);
    }
    Close.assertClose("quantile", flat(normalised), fromR("quantile"));
    smallTables(small);
  }

  /** Skipped where DESeq2 is not: it brings eighty packages, so a build need not install it. */
  @Test
  void agreesWithDESeq2() throws Exception {
    LiveR.write(folder.resolve("counts"), large);
    LiveR.run(folder, "DESeq2", "r-bioc-deseq2", FACTORS);
    factors(EnumSet.of(Normalisation.RATIO, Normalisation.POSCOUNTS));
  }

  private void factors(Set<Normalisation> methods) throws Exception {
    for (Normalisation method : methods) {
      Close.assertClose(method.word(), method.factors(Counts.of(large)), fromR(method.word()));
    }
  }

  private void perMillion(Counts counts) throws Exception {
    CountsPerMillion million = CountsPerMillion.of(counts, Normalisation.TMM.factors(counts));
    double[][] plain = new double[40][];
    double[][] logs = new double[40][];
    for (int i = 0; i < plain.length; i++) {
      int sample = i;
      plain[i] = Arrays.stream(counts.column(i)).map(c -> million.of(sample, c)).toArray();
      logs[i] = Arrays.stream(counts.column(i)).map(c -> million.log(sample, c)).toArray();
    }
    Close.assertClose("cpm", flat(plain), fromR("cpm"));
    Close.assertClose("logcpm", flat(logs), fromR("logcpm"));
    int[] groups = {7, 40};
    String[] files = {"kept7", "kept25"};
    for (int i = 0; i < groups.length; i++) {
      boolean[] kept = million.kept(counts, groups[i]);
      double[] found = new double[kept.length];
      Arrays.setAll(found, row -> kept[row] ? 1 : 0);
      assertThat(Arrays.stream(found).sum()).isBetween(100.0, 4900.0);
      Close.assertClose(files[i], found, fromR(files[i]));
    }
  }

  /**
   * One table may differ: equal ratios that rounding makes unequal are equal again where the C
   * library rounds a logarithm wrong, as {@link Log2} says. A logarithm of the JDK's precision
   * fails in most.
   */
  private void smallTables(double[][] columns) throws Exception {
    for (Normalisation method : new Normalisation[] {Normalisation.TMM, Normalisation.TMMWSP}) {
      double[] expected = fromR("small." + method.word());
      int differ = 0;
      for (int i = 0; i < expected.length; i += SMALL_SAMPLES) {
        double[] factors =
            method.factors(Counts.of(Arrays.copyOfRange(columns, i, i + SMALL_SAMPLES)));
        double worst = 0;
        for (int sample = 0; sample < SMALL_SAMPLES; sample++) {
          worst = Math.max(worst, Close.difference(factors[sample], expected[i + sample]));
        }
        differ += worst > 1e-9 ? 1 : 0;
        assertThat(worst).isLessThan(0.05);
      }
      System.out.printf("%s: %d of %d small tables differ from R%n", method.word(), differ, SMALL);
      assertThat(differ).as(method.word()).isLessThanOrEqualTo(1);
    }
  }

  private static double[] flat(double[][] columns) {
    return Arrays.stream(columns).flatMapToDouble(Arrays::stream).toArray();
  }
}
