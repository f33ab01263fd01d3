package refinery.dataset.format;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import refinery.dataset.store.Crew;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.DatasetWriter;
import refinery.dataset.store.Measure;
import refinery.dataset.store.RandomDataset;

/**
 * Measures the store of datasets and what is rendered from it: {@code write FILE SAMPLES FEATURES
 * THREADS}, {@code append BASE FILE SAMPLES THREADS}, {@code render FILE FOLDER THREADS FORMAT...}
 * and {@code slice FILE ROUNDS}. See docs/benchmarks.md.
 */
final class DatasetBench {
  private DatasetBench() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[1]);
    switch (arguments[0]) {
      case "write" -> {
        RandomDataset data = new RandomDataset(1, Integer.parseInt(arguments[3]), 0);
        DatasetWriter writer =
            DatasetWriter.create(file, data.shape(), Integer.parseInt(arguments[4]));
        add(writer, data, 0, Integer.parseInt(arguments[2]), System.nanoTime());
      }
      case "append" -> append(file, Path.of(arguments[2]), arguments);
      case "render" -> render(file, Path.of(arguments[2]), arguments);
      case "slice" -> slice(file, Integer.parseInt(arguments[2]));
      default -> throw new IllegalArgumentException(arguments[0]);
    }
  }

  private static void add(
      DatasetWriter writer, RandomDataset data, int from, int number, long start)
      throws IOException {
    long made = 0;
    for (int sample = from; sample < from + number; sample++) {
      long before = System.nanoTime();
      double[][] values = data.values(sample);
      made += System.nanoTime() - before;
      writer.add(RandomDataset.entry(sample), values);
    }
    writer.finish();
    writer.close();
    long all = System.nanoTime() - start;
    say("%d samples in %d ms, and %d ms to make them up", number, ms(all - made), ms(made));
  }

  private static void append(Path base, Path file, String[] arguments) throws IOException {
    long start = System.nanoTime();
    try (DatasetStore store = DatasetStore.open(base)) {
      RandomDataset data = new RandomDataset(1, store.shape().features().size(), 0);
      DatasetWriter writer =
          DatasetWriter.append(store, file, List.of(), Integer.parseInt(arguments[4]));
      add(writer, data, store.accessions().size(), Integer.parseInt(arguments[3]), start);
    }
  }

  private static void render(Path file, Path folder, String[] arguments) throws IOException {
    Files.createDirectories(folder);
    long all = System.nanoTime();
    try (DatasetStore store = DatasetStore.open(file)) {
      for (String label : Arrays.copyOfRange(arguments, 4, arguments.length)) {
        Format format = Format.of(label).orElseThrow();
        long start = System.nanoTime();
        format.render(store, folder, Integer.parseInt(arguments[3]));
        long size = 0;
        for (String name : format.files(store.shape())) {
          size += Files.size(folder.resolve(name));
        }
        say("%s: %d ms, %d MB", label, ms(System.nanoTime() - start), size / 1_000_000);
      }
    }
    say("all: %d ms, cpu %d ms", ms(System.nanoTime() - all), cpu());
  }

  private static void slice(Path file, int rounds) throws IOException {
    long open = System.nanoTime();
    try (DatasetStore store = DatasetStore.open(file);
        Crew crew = new Crew(8)) {
      say("open: %d ms, %d samples", ms(System.nanoTime() - open), store.accessions().size());
      Random random = new Random(5);
      for (int round = 0; round < rounds; round++) {
        int row = random.nextInt(store.shape().features().size());
        long start = System.nanoTime();
        double[] values = store.slice(Measure.COUNTS, row, crew);
        say("slice: %d ms, sum %.3f", ms(System.nanoTime() - start), Arrays.stream(values).sum());
        int other = random.nextInt(store.shape().features().size());
        start = System.nanoTime();
        store.slice(Measure.COUNTS, other);
        say("by one thread: %d ms", ms(System.nanoTime() - start));
      }
    }
  }

  private static long cpu() {
    return ProcessHandle.current().info().totalCpuDuration().orElseThrow().toMillis();
  }

  private static long ms(long nanoseconds) {
    return nanoseconds / 1_000_000;
  }

  private static void say(String format, Object... values) {
    System.out.println(String.format(Locale.ROOT, format, values));
  }
}
