package refinery.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import refinery.dataset.format.Format;
import refinery.dataset.format.RefinebioZip;
import refinery.dataset.format.SampleTables;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Level;
import refinery.dataset.store.Measure;
import refinery.expression.CountsFromAbundance;
import refinery.expression.GeneMap;
import refinery.expression.Normalisation;
import refinery.expression.UnusableInput;
import refinery.memory.HeapRoom;
import refinery.protocol.dataset.DatasetChoice;
import refinery.protocol.dataset.DatasetFiles;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.DatasetPlan.Matrix;
import refinery.protocol.dataset.PlanLine;

/**
 * Makes all files of a dataset that was planned: for each matrix its store and the formats that
 * were asked for, and tables of the samples taken and dropped. Blocking; for one thread.
 */
public final class DatasetMaker {
  /** The format that is no rendering of a store: the tables of the tool as they are. */
  private static final String BUNDLE = "quant.sf";

  /** Heap for a group of samples of each thread, and one of the writer. */
  private static final long GROUPS = 256L << 20;

  private static final String RESHAPED = "reshaped.store";

  /** The earliest day that every zone can write. */
  private static final LocalDateTime ALWAYS = LocalDateTime.of(1980, 2, 1, 0, 0);

  private final PlannedDataset planned;
  private final StoredBytes stored;
  private final Path folder;
  private final int threads;
  private final Level level;
  private final CountsFromAbundance mode;
  private final Optional<Normalisation> normalisation;
  private final Reshaping reshaping;
  private final Runnable between;
  private final Room room;
  private final Map<String, Double> sizeFactors = new LinkedHashMap<>();
  private int read;

  /**
   * @param folder where the files are written; it exists and is empty
   * @param between runs now and then during long work; what it throws ends the work
   * @param room where a format gets the heap that it needs
   */
  public DatasetMaker(
      InputStream plan, StoredBytes stored, Path folder, int threads, Runnable between, Room room)
      throws IOException {
    this.planned = PlannedDataset.read(plan);
    this.stored = stored;
    this.folder = folder;
    this.threads = threads;
    this.between = between;
    this.room = room;
    this.reshaping = Reshaping.of(planned);
    this.level = Level.valueOf(planned.choice(DatasetChoice.LEVEL).toUpperCase(Locale.ROOT));
    this.mode =
        Stream.of(CountsFromAbundance.values())
            .filter(each -> each.word().equals(planned.choice(DatasetChoice.COUNTS)))
            .findFirst()
            .orElseThrow();
    this.normalisation =
        Stream.of(Normalisation.values())
            .filter(each -> each.word().equals(planned.choice(DatasetChoice.NORMALISE)))
            .findFirst();
  }

  /** Lets work run that needs much heap at once. */
  public interface Room {
    /** The most that there can be, in bytes. */
    long limit();

    /**
     * @param bytes of heap
     */
    void with(long bytes, HeapRoom.Work work) throws IOException, InterruptedException;
  }

  /** True if this version renders that format. */
  public static boolean makes(String format) {
    return format.equals(BUNDLE) || Format.of(format).isPresent();
  }

  public DatasetPlan plan() {
    return planned.plan();
  }

  /** The digests of the quantifications that are to be read, by their batches. */
  public Map<String, String> inputs() {
    Map<String, String> inputs = new LinkedHashMap<>();
    for (List<PlanLine.Taken> samples : planned.samples().values()) {
      for (PlanLine.Taken sample : samples) {
        if (!sample.kept()) {
          inputs.put(sample.batch().value(), sample.sha256());
        }
      }
    }
    return inputs;
  }

  /** How many quantifications were read. */
  public int read() {
    return read;
  }

  /** Bytes of heap that all but some formats need: groups of samples, and what reshaping keeps. */
  public long heap() {
    return GROUPS + (reshaping.changes() ? Reshaping.MEMORY : 0);
  }

  public void make() throws IOException, UnusableInput, InterruptedException {
    if (!planned.choice(DatasetChoice.LAYOUT).equals("refinebio")) {
      matrices((matrix, shown) -> {});
    } else {
      RefinebioZip.Choice how =
          new RefinebioZip.Choice(
              planned.choice(DatasetChoice.AGGREGATE).toUpperCase(Locale.ROOT),
              planned.choice(DatasetChoice.SCALE).toUpperCase(Locale.ROOT),
              reshaping.quantiles());
      try (RefinebioZip zip = new RefinebioZip(folder.resolve("refinebio.zip"), how, threads)) {
        matrices((matrix, shown) -> zip.add(matrix.name(), shown, Measure.COUNTS));
        zip.finish(
            planned.dropped().stream()
                .map(each -> new SampleTables.Dropped(each.sample(), each.reason()))
                .toList());
      }
    }
    DatasetTables.write(planned, sizeFactors, folder);
  }

  /** Takes each matrix as it is shown. */
  private interface Shown {
    void matrix(Matrix matrix, DatasetStore shown) throws IOException;
  }

  private void matrices(Shown also) throws IOException, UnusableInput, InterruptedException {
    for (Matrix matrix : planned.plan().matrices()) {
      Path place = matrix.name().isEmpty() ? folder : folder.resolve(matrix.name());
      Files.createDirectories(place);
      List<PlanLine.Taken> samples = planned.samples().getOrDefault(matrix.name(), List.of());
      Path file = place.resolve(DatasetFiles.STORE);
      read +=
          new MatrixStore(stored, level, planned.plan().artifact(), threads)
              .write(matrix, samples, file);
      Files.deleteIfExists(place.resolve("base.store"));
      try (DatasetStore store = DatasetStore.open(file)) {
        if (store.accessions().size() != matrix.samples()) {
          throw new UnusableInput(
              "the matrix %s has %d samples instead of %d"
                  .formatted(matrix.name(), store.accessions().size(), matrix.samples()));
        }
        DatasetStore shown = shown(matrix, store, place);
        render(samples, shown, place);
        also.matrix(matrix, shown);
        if (reshaping.changes()) {
          shown.close();
          Files.delete(place.resolve(RESHAPED));
        }
      }
    }
  }

  /** The matrix as the request wants it, of the store; raw counts are written beside it. */
  private DatasetStore shown(Matrix matrix, DatasetStore store, Path place)
      throws IOException, UnusableInput {
    List<Measure> measures =
        planned.words("values").stream()
            .map(word -> Measure.valueOf(word.toUpperCase(Locale.ROOT)))
            .toList();
    MatrixView view = new MatrixView(store, mode);
    DatasetStore shown = view.of(measures, normalisation, genes(matrix));
    for (int column = 0; column < view.sizeFactors().length; column++) {
      sizeFactors.put(store.accessions().get(column), view.sizeFactors()[column]);
    }
    if (mode != CountsFromAbundance.NO || normalisation.isPresent() || reshaping.changes()) {
      rawCounts(store, place);
    }
    return reshaping.changes()
        ? reshaping.write(shown, place.resolve(RESHAPED), threads, between)
        : shown;
  }

  private void render(List<PlanLine.Taken> samples, DatasetStore shown, Path place)
      throws IOException, UnusableInput, InterruptedException {
    for (String format : planned.words("formats")) {
      if (format.equals(BUNDLE)) {
        bundle(samples, place);
      } else {
        Format made =
            Format.of(format)
                .orElseThrow(() -> new UnusableInput("this version makes no " + format));
        room.with(made.heap(shown, room.limit()), () -> made.render(shown, place, threads));
      }
    }
  }

  private Optional<GeneMap> genes(Matrix matrix) throws IOException, UnusableInput {
    return mode == CountsFromAbundance.DTU_SCALED_TPM
        ? Optional.of(MatrixStore.genes(stored, matrix))
        : Optional.empty();
  }

  /** Counts as the tool gives them, which differential expression wants, beside those asked for. */
  private void rawCounts(DatasetStore store, Path place) throws IOException {
    Format.TSV.render(store.view(List.of(Measure.COUNTS), Map.of()), place, threads);
    Files.move(
        place.resolve("counts.tsv.gz"),
        place.resolve("raw_counts.tsv.gz"),
        StandardCopyOption.REPLACE_EXISTING);
  }

  /** The tool's tables, one for each sample. */
  private void bundle(List<PlanLine.Taken> samples, Path place) throws IOException, UnusableInput {
    try (OutputStream out = Files.newOutputStream(place.resolve("quant.sf.zip"));
        ZipOutputStream zip = new ZipOutputStream(out)) {
      for (PlanLine.Taken sample : samples) {
        ZipEntry entry = new ZipEntry(sample.sample() + "_" + planned.plan().artifact());
        entry.setTimeLocal(ALWAYS);
        zip.putNextEntry(entry);
        try (VerifiedBytes in = new VerifiedBytes(stored.open(sample.sha256()), sample.sha256())) {
          in.transferTo(zip);
          in.verify(sample.sample());
        }
        zip.closeEntry();
      }
    }
  }

  /** The files that were made, relative to the folder, in the order of their names. */
  public List<String> files() throws IOException {
    List<String> names = new ArrayList<>();
    try (Stream<Path> all = Files.walk(folder)) {
      all.filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .sorted()
          .forEach(names::add);
    }
    return names;
  }
}
