package refinery.expression;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Random tables of abundances with what makes trouble: transcripts and genes without reads in some
 * or all samples, transcripts without a gene, and tiny shares.
 */
final class RandomTables {
  private final SplittableRandom random;
  private final TranscriptIds ids;
  private final Map<String, String> geneOf = new HashMap<>();
  private final double[] lengths;

  RandomTables(long seed, int transcripts, int genes) {
    random = new SplittableRandom(seed);
    lengths = new double[transcripts];
    List<String> names = new ArrayList<>();
    for (int i = 0; i < transcripts; i++) {
      names.add("ENST%08d.%d".formatted(i, 1 + i % 3));
      lengths[i] = 200 + random.nextInt(5000);
      if (i == 0 || random.nextInt(20) > 0) {
        geneOf.put(names.get(i), "ENSG%08d".formatted(random.nextInt(genes)));
      }
    }
    ids = TranscriptIds.of("s0", names);
  }

  TranscriptIds ids() {
    return ids;
  }

  Map<String, String> geneOf() {
    return geneOf;
  }

  List<Quantification> samples(int number) {
    List<Quantification> samples = new ArrayList<>();
    for (int i = 0; i < number; i++) {
      samples.add(sample("s" + i));
    }
    return samples;
  }

  private static double rounded(double value, double unit) {
    return Math.rint(value * unit) / unit;
  }

  Quantification sample(String name) {
    int size = ids.size();
    double[] effective = new double[size];
    double[] tpm = new double[size];
    double[] counts = new double[size];
    double rates = 0;
    for (int i = 0; i < size; i++) {
      effective[i] = rounded(lengths[i] - 150 + 20 * random.nextDouble(), 1000);
      boolean silent = i > 0 && (i % 7 == 0 || random.nextInt(3) == 0);
      counts[i] =
          silent ? 0 : Math.max(0.001, rounded(Math.exp(6 * random.nextDouble() - 1), 1000));
      rates += counts[i] / effective[i];
    }
    for (int i = 0; i < size; i++) {
      tpm[i] = rounded(counts[i] / effective[i] / rates * 1e6, 1e6);
    }
    return new Quantification(name, ids, lengths, effective, tpm, counts);
  }

  /** Writes a table as salmon does. */
  static void write(Quantification sample, Path file) throws IOException {
    StringBuilder text = new StringBuilder("Name\tLength\tEffectiveLength\tTPM\tNumReads\n");
    for (int i = 0; i < sample.ids().size(); i++) {
      text.append(
          String.format(
              Locale.ROOT,
              "%s\t%.0f\t%.3f\t%.6f\t%.3f\n",
              sample.ids().name(i),
              sample.lengths()[i],
              sample.effectiveLengths()[i],
              sample.tpm()[i],
              sample.counts()[i]));
    }
    Files.writeString(file, text);
  }
}
