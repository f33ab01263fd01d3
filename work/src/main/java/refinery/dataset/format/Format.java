package refinery.dataset.format;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.dataset.store.Crew;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.Measure;
import refinery.dataset.store.Shape;

/** The formats that a store can be rendered into, by the names that requests have for them. */
public enum Format {
  /** One table a measure. */
  TSV("tsv.gz") {
    @Override
    public List<String> files(Shape shape) {
      return shape.measures().stream().map(measure -> measure.label() + ".tsv.gz").toList();
    }

    @Override
    void render(DatasetStore store, Path folder, Crew crew) throws IOException {
      for (Measure measure : store.shape().measures()) {
        TableFile.write(store, measure, folder.resolve(measure.label() + ".tsv.gz"), crew);
      }
    }
  },
  /** Counts in the layout of 10x Genomics. */
  MTX("mtx") {
    @Override
    public List<String> files(Shape shape) {
      String folder = main(shape).label();
      return Stream.of("matrix.mtx.gz", "barcodes.tsv.gz", "features.tsv.gz")
          .map(name -> folder + '/' + name)
          .toList();
    }

    @Override
    void render(DatasetStore store, Path folder, Crew crew) throws IOException {
      Measure measure = main(store.shape());
      MatrixMarket.write(store, measure, folder.resolve(measure.label()), crew);
    }
  },
  /** All measures in one long table. */
  PARQUET("parquet") {
    @Override
    public List<String> files(Shape shape) {
      return List.of("long.parquet");
    }

    @Override
    void render(DatasetStore store, Path folder, Crew crew) throws IOException {
      LongParquet.write(store, folder.resolve("long.parquet"), crew);
    }
  },
  /** Counts as scanpy reads them. */
  H5AD("h5ad") {
    @Override
    public List<String> files(Shape shape) {
      return List.of("dataset.h5ad");
    }

    @Override
    void render(DatasetStore store, Path folder, Crew crew) throws IOException {
      AnnDataFile.write(store, folder.resolve("dataset.h5ad"), crew);
    }

    @Override
    public long heap(DatasetStore store, long limit) throws IOException {
      return AnnDataFile.heap(store, limit);
    }
  };

  private final String label;

  Format(String label) {
    this.label = label;
  }

  public String label() {
    return label;
  }

  public static Optional<Format> of(String label) {
    return Stream.of(values()).filter(format -> format.label.equals(label)).findFirst();
  }

  /** The paths of its files in the folder of the dataset. */
  public abstract List<String> files(Shape shape);

  abstract void render(DatasetStore store, Path folder, Crew crew) throws IOException;

  /**
   * Bytes of heap that it needs at once beyond some groups of samples.
   *
   * @param limit the most that it can have
   * @throws UnsuitableFormat when that is less, or when the format cannot hold the store
   */
  public long heap(DatasetStore store, long limit) throws IOException {
    return 0;
  }

  /**
   * Writes the files into an existing folder.
   *
   * @throws UnsuitableFormat when the format cannot hold it
   */
  public void render(DatasetStore store, Path folder, int threads) throws IOException {
    try (Crew crew = new Crew(threads)) {
      render(store, folder, crew);
    }
  }

  /** What a format with one matrix shows: the counts if there are any. */
  static Measure main(Shape shape) {
    return shape.measures().contains(Measure.COUNTS) ? Measure.COUNTS : shape.measures().getFirst();
  }
}
