package refinery.figures;

import io.jhdf.api.Dataset;
import io.jhdf.api.dataset.ChunkedDataset;
import java.io.IOException;

/** Reads a dataset of one dimension in pieces that fit its chunks. */
final class Slices {
  private static final int PIECE = 1 << 16;

  private final Dataset dataset;
  private final int step;

  Slices(Dataset dataset, Limits limits) throws UnusableMatrix {
    this.dataset = dataset;
    if (dataset.getDimensions().length != 1) {
      throw UnusableMatrix.refused(dataset.getPath() + " is no list");
    }
    this.step = step(dataset, limits);
  }

  /** How many rows are read at once: whole chunks, and at least one. */
  static int step(Dataset dataset, Limits limits) throws UnusableMatrix {
    if (dataset.isCompound()) {
      throw UnusableMatrix.refused(dataset.getPath() + " is a table and no list of values");
    }
    if (!(dataset instanceof ChunkedDataset chunked)) {
      return PIECE;
    }
    long bytes = Math.max(1, dataset.getSizeInBytes() / Math.max(1, dataset.getSize()));
    for (int length : chunked.getChunkDimensions()) {
      bytes = Math.multiplyExact(bytes, length);
    }
    if (bytes > limits.chunk()) {
      throw UnusableMatrix.refused(
          "%s is stored in chunks of %d bytes; at most %d are taken"
              .formatted(dataset.getPath(), bytes, limits.chunk()));
    }
    int rows = chunked.getChunkDimensions()[0];
    return rows >= PIECE ? rows : PIECE / rows * rows;
  }

  long size() {
    return dataset.getSize();
  }

  int step() {
    return step;
  }

  String path() {
    return dataset.getPath();
  }

  double[] doubles(long from, int count) throws UnusableMatrix {
    return doubles(Hdf.data(dataset, new long[] {from}, new int[] {count}), dataset);
  }

  static double[] doubles(Object data, Dataset dataset) throws UnusableMatrix {
    return switch (data) {
      case double[] given -> given;
      case float[] given -> {
        double[] values = new double[given.length];
        for (int index = 0; index < values.length; index++) {
          values[index] = given[index];
        }
        yield values;
      }
      default -> {
        long[] given = integers(data, dataset);
        double[] values = new double[given.length];
        for (int index = 0; index < values.length; index++) {
          values[index] = given[index];
        }
        yield values;
      }
    };
  }

  long[] integers(long from, int count) throws UnusableMatrix {
    return integers(Hdf.data(dataset, new long[] {from}, new int[] {count}), dataset);
  }

  /** All of a short list. */
  static long[] integers(Dataset dataset, int count, Limits limits) throws UnusableMatrix {
    Slices slices = new Slices(dataset, limits);
    if (slices.size() != count) {
      throw UnusableMatrix.damaged(
          "%s has %d values instead of %d".formatted(slices.path(), slices.size(), count));
    }
    return slices.integers(0, count);
  }

  private static long[] integers(Object data, Dataset dataset) throws UnusableMatrix {
    long[] values;
    switch (data) {
      case long[] given -> values = given;
      case int[] given -> {
        values = new long[given.length];
        for (int index = 0; index < values.length; index++) {
          values[index] = given[index];
        }
      }
      case short[] given -> {
        values = new long[given.length];
        for (int index = 0; index < values.length; index++) {
          values[index] = given[index];
        }
      }
      case byte[] given -> {
        values = new long[given.length];
        for (int index = 0; index < values.length; index++) {
          values[index] = given[index];
        }
      }
      default ->
          throw UnusableMatrix.refused(
              "%s holds %s instead of numbers"
                  .formatted(dataset.getPath(), data.getClass().getSimpleName()));
    }
    return values;
  }

  Names names(String what, Limits limits, Watch watch) throws IOException, UnusableMatrix {
    Names names = new Names(what, limits.nameBytes());
    for (long from = 0; from < size(); from += step) {
      watch.heed();
      int count = (int) Math.min(step, size() - from);
      if (!(Hdf.data(dataset, new long[] {from}, new int[] {count}) instanceof String[] texts)) {
        throw UnusableMatrix.refused(path() + " holds no names");
      }
      for (String text : texts) {
        names.add(text == null ? "" : text.replaceAll("[\\x00 ]+$", ""));
      }
    }
    return names;
  }
}
