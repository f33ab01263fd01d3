package refinery.dataset.store;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Values as quantifiers give them, made from a seed: counts and TPM with few decimals, many zero,
 * lengths that are decimals in some samples and means in others. Each sample has its own stream, so
 * that samples can be made again one by one.
 */
public final class RandomDataset {
  public static final List<Measure> MEASURES = List.of(Measure.COUNTS, Measure.TPM, Measure.LENGTH);

  private final long seed;
  private final int features;
  private final double absent;
  private final double[] weights;
  private final double[] lengths;

  /**
   * @param absent how many of the cells are, from 0 to 1
   */
  public RandomDataset(long seed, int features, double absent) {
    this.seed = seed;
    this.features = features;
    this.absent = absent;
    Random random = new Random(seed);
    weights = random.doubles(features).map(x -> Math.exp(12 * x - 6)).toArray();
    lengths = random.doubles(features, 200, 3200).toArray();
  }

  public Shape shape() {
    return new Shape(
        Level.GENE,
        MEASURES,
        IntStream.range(0, features).mapToObj("ENSG%08d"::formatted).toList());
  }

  public static SampleEntry entry(int sample) {
    return new SampleEntry(
        "SRR%07d".formatted(sample),
        sample % 2 == 0 ? "Saccharomyces cerevisiae" : "Homo sapiens",
        "sha256:" + Integer.toHexString(sample / 7),
        "salmon",
        "1.10.3",
        sample % 3 == 0 ? "" : "Ensembl 113",
        sample % 5 == 0
            ? Map.of("tissue", "léber\t\"x\"\nline", "age", "7")
            : Map.of("sex", "female"));
  }

  public double[][] values(int sample) {
    SplittableRandom random = new SplittableRandom(seed * 1_000_003 + sample);
    double[][] values = new double[3][features];
    for (int i = 0; i < features; i++) {
      boolean zero = random.nextDouble() < 0.5;
      double weight = weights[i] * random.nextDouble();
      values[0][i] = zero ? 0 : Math.round(weight * 1e6) / 1e3;
      values[1][i] = zero ? 0 : Math.round(weight * 7e5) / 1e6;
      double length = lengths[i] + 50 * random.nextDouble();
      values[2][i] = sample % 4 == 3 ? length : Math.round(length * 1e3) / 1e3;
      if (random.nextDouble() < absent) {
        values[0][i] = values[1][i] = values[2][i] = Double.NaN;
      }
    }
    values[1][features - 1] = sample % 11 == 0 ? 1e300 * random.nextDouble() : -2.5;
    return values;
  }

  /** Adds samples {@code from} to {@code to - 1}. */
  public void add(DatasetWriter writer, int from, int to) throws java.io.IOException {
    for (int sample = from; sample < to; sample++) {
      writer.add(entry(sample), values(sample));
    }
  }

  public List<String> more(int number) {
    return IntStream.range(0, number).mapToObj("NEW%04d"::formatted).toList();
  }

  /** With features behind its own: absent, or of this value. */
  public static double[][] longer(double[][] values, int more, double value) {
    List<double[]> longer = new ArrayList<>();
    for (double[] column : values) {
      double[] copy = Arrays.copyOf(column, column.length + more);
      Arrays.fill(copy, column.length, copy.length, value);
      longer.add(copy);
    }
    return longer.toArray(double[][]::new);
  }
}
