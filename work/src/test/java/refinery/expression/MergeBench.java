package refinery.expression;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures the merge of many quant.sf to genes. {@code generate DIR SAMPLES TRANSCRIPTS} writes the
 * tables once; {@code merge DIR SAMPLES THREADS} sums them up, with lengthScaledTPM, and prints a
 * sum and the time. See docs/benchmarks.md.
 */
final class MergeBench {
  private MergeBench() {}

  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[1]);
    int samples = Integer.parseInt(arguments[2]);
    int number = Integer.parseInt(arguments[3]);
    switch (arguments[0]) {
      case "generate" -> generate(folder, samples, number);
      case "merge" -> merge(folder, samples, number);
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void generate(Path folder, int samples, int transcripts) throws IOException {
    Files.createDirectories(folder);
    RandomTables tables = new RandomTables(3, transcripts, transcripts / 3);
    StringBuilder genes = new StringBuilder();
    new TreeMap<>(tables.geneOf())
        .forEach((tx, gene) -> genes.append(tx).append('\t').append(gene).append('\n'));
    Files.writeString(folder.resolve("tx2gene.tsv"), genes);
    for (int i = 0; i < samples; i++) {
      RandomTables.write(tables.sample("s" + i), folder.resolve("s" + i + ".sf"));
    }
  }

  private static Quantification read(Path folder, int i, Optional<TranscriptIds> ids)
      throws IOException, UnusableInput {
    try (InputStream in = Files.newInputStream(folder.resolve("s" + i + ".sf"))) {
      return QuantificationReader.read("s" + i, in, QuantificationFormat.SALMON, ids);
    }
  }

  private static GeneMap map(Path folder) throws IOException {
    GeneMap map = new GeneMap();
    try (var lines = Files.lines(folder.resolve("tx2gene.tsv"), StandardCharsets.ISO_8859_1)) {
      lines.forEach(
          line -> {
            int tab = line.indexOf('\t');
            map.add(line.substring(0, tab), line.substring(tab + 1));
          });
    }
    return map;
  }

  private static void merge(Path folder, int samples, int threads) throws Exception {
    long start = System.nanoTime();
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    Future<GeneMap> genes = pool.submit(() -> map(folder));
    Quantification first = read(folder, 0, Optional.empty());
    GeneGrouping grouping = GeneGrouping.of(first.ids(), genes.get(), IdRule.WHOLE);
    Map<Integer, Future<GeneValues>> values = new HashMap<>();
    for (int i = 1; i < samples; i++) {
      int sample = i;
      values.put(
          i, pool.submit(() -> grouping.sum(read(folder, sample, Optional.of(first.ids())))));
    }
    GeneSummary summary = new GeneSummary(grouping);
    summary.add(grouping.sum(first));
    for (int i = 1; i < samples; i++) {
      summary.add(values.remove(i).get());
    }
    pool.shutdown();
    ExpressionMatrix matrix = summary.matrix(CountsFromAbundance.LENGTH_SCALED_TPM);
    List<Double> sums = new ArrayList<>();
    matrix.samples().forEach(sample -> sums.add(ExactSum.of(sample.counts())));
    System.out.printf(
        "%d genes, %d samples, counts %.3f, %d ms%n",
        matrix.rows().size(),
        samples,
        sums.stream().mapToDouble(d -> d).sum(),
        (System.nanoTime() - start) / 1_000_000);
  }
}
