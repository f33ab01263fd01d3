package refinery.dataset;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import refinery.dataset.store.Crew;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Measure;
import refinery.protocol.dataset.DatasetSlices;
import refinery.storage.ObjectStore;

/**
 * Slices of stores in permanent storage. The last {@value #KEPT} stores stay open, as files of this
 * node: links where permanent storage is on its volume, else copies. Answers one question at a
 * time, with {@value #READERS} threads that read; when {@value #WAITING} questions wait, further
 * ones fail at once. Thread-safe.
 */
public final class StoredSlices implements DatasetSlices, AutoCloseable {
  private static final int KEPT = 20;
  private static final int WAITING = 100;

  /** They wait for the disk more than they compute. */
  private static final int READERS = 8;

  private final ObjectStore permanent;
  private final Path folder;
  private final Map<String, DatasetStore> open = new LinkedHashMap<>(KEPT, 0.75f, true);
  private final Crew readers = new Crew(READERS);
  private final ThreadPoolExecutor thread =
      new ThreadPoolExecutor(
          1,
          1,
          30,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(WAITING),
          Thread.ofPlatform().name("slices-", 0).daemon().factory());

  /**
   * @param folder of this node for stores; emptied here
   */
  public StoredSlices(ObjectStore permanent, Path folder) throws IOException {
    this.permanent = permanent;
    this.folder = Files.createDirectories(folder);
    try (var left = Files.newDirectoryStream(folder)) {
      for (Path file : left) {
        Files.delete(file);
      }
    }
  }

  @Override
  public CompletionStage<Slice> slice(Question question) {
    try {
      return CompletableFuture.supplyAsync(
          () -> {
            try {
              return answer(question);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          },
          thread);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  private Slice answer(Question question) throws IOException {
    Measure measure = Measure.valueOf(question.value().toUpperCase(Locale.ROOT));
    List<String> samples = new ArrayList<>();
    Map<String, List<double[]>> parts = new LinkedHashMap<>();
    question.rows().forEach(row -> parts.put(row, new ArrayList<>()));
    for (String digest : question.stores()) {
      DatasetStore store = store(digest);
      int[] columns = columns(store, question);
      for (int column : columns) {
        samples.add(store.accessions().get(column));
      }
      for (Map.Entry<String, List<double[]>> part : parts.entrySet()) {
        part.getValue().add(values(store, measure, part.getKey(), columns));
      }
    }
    Map<String, double[]> rows = new LinkedHashMap<>();
    parts.forEach(
        (row, values) -> rows.put(row, values.stream().flatMapToDouble(Arrays::stream).toArray()));
    return new Slice(samples, rows);
  }

  private static int[] columns(DatasetStore store, Question question) {
    List<String> names = store.accessions();
    return java.util.stream.IntStream.range(0, names.size())
        .filter(
            column ->
                question.samples().isEmpty() || question.samples().contains(names.get(column)))
        .toArray();
  }

  private double[] values(DatasetStore store, Measure measure, String row, int[] columns)
      throws IOException {
    double[] values = new double[columns.length];
    OptionalInt number = store.row(row);
    if (number.isEmpty()) {
      Arrays.fill(values, Double.NaN);
      return values;
    }
    double[] all = columns.length == 0 ? values : store.slice(measure, number.getAsInt(), readers);
    for (int i = 0; i < columns.length; i++) {
      values[i] = all[columns[i]];
    }
    return values;
  }

  private DatasetStore store(String digest) throws IOException {
    DatasetStore known = open.get(digest);
    if (known != null && known.isOpen()) {
      return known;
    }
    open.remove(digest);
    while (open.size() >= KEPT) {
      Map.Entry<String, DatasetStore> oldest = open.entrySet().iterator().next();
      oldest.getValue().close();
      open.remove(oldest.getKey());
      Files.deleteIfExists(folder.resolve(oldest.getKey()));
    }
    Path file = folder.resolve(digest);
    Files.deleteIfExists(file);
    permanent.materialise(digest, file);
    DatasetStore store = DatasetStore.open(file);
    open.put(digest, store);
    return store;
  }

  @Override
  public void close() {
    thread.shutdownNow();
    readers.close();
  }
}
