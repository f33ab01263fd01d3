package refinery.dataset.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatasetStoreTest {
  /** So many features that a group holds 1,024 samples would be slow: a group holds 80 here. */
  private static final RandomDataset DATA = new RandomDataset(5, 50_001, 0.01);

  private static final RandomDataset SMALL = new RandomDataset(6, 101, 0.1);

  @TempDir Path folder;

  private Path write(String name, RandomDataset data, int samples, int threads) throws IOException {
    Path file = folder.resolve(name);
    try (DatasetWriter writer = DatasetWriter.create(file, data.shape(), threads)) {
      data.add(writer, 0, samples);
      writer.finish();
    }
    return file;
  }

  private static void same(double[] found, double[] expected) {
    assertThat(Arrays.stream(found).mapToLong(Double::doubleToLongBits).toArray())
        .isEqualTo(Arrays.stream(expected).mapToLong(Double::doubleToLongBits).toArray());
  }

  @Test
  void everyValueComesBackToTheBitBySamplesAndByFeatures() throws IOException {
    int samples = 2 * DATA.shape().groupSize() + 3;
    try (DatasetStore store = DatasetStore.open(write("a", DATA, samples, 2))) {
      assertThat(store.groupCount()).isEqualTo(3);
      assertThat(store.entries())
          .isEqualTo(IntStream.range(0, samples).mapToObj(RandomDataset::entry).toList());
      assertThat(store.shape()).isEqualTo(DATA.shape());
      int row = 33_333;
      double[][] rows = store.rows(Measure.TPM, row, row + 70);
      double[] slice = store.slice(Measure.LENGTH, 50_000);
      int sample = 0;
      long nonZero = 0;
      for (int group = 0; group < store.groupCount(); group++) {
        double[][] counts = store.columns(Measure.COUNTS, group);
        double[][] tpm = store.columns(Measure.TPM, group);
        for (int i = 0; i < counts.length; i++, sample++) {
          double[][] values = DATA.values(sample);
          same(counts[i], values[0]);
          same(tpm[i], values[1]);
          nonZero += Arrays.stream(values[0]).filter(value -> value != 0).count();
          for (int r = 0; r < 70; r++) {
            assertThat(Double.compare(rows[r][sample], values[1][row + r])).isZero();
          }
          assertThat(Double.compare(slice[sample], values[2][50_000])).isZero();
        }
      }
      assertThat(sample).isEqualTo(samples);
      assertThat(store.nonZero(Measure.COUNTS)).isEqualTo(nonZero);
      assertThat(store.row("ENSG00033333")).hasValue(row);
      assertThat(store.row("nobody")).isEmpty();
      try (Crew crew = new Crew(2)) {
        for (Measure measure : store.shape().measures()) {
          same(store.slice(measure, 50_000, crew), store.slice(measure, 50_000));
        }
      }
    }
  }

  @Test
  void sameContentGivesSameBytesWithAnyThreads() throws IOException {
    Path one = write("one", SMALL, 40, 1);
    assertThat(Files.mismatch(one, write("three", SMALL, 40, 3))).isEqualTo(-1);
    assertThat(Files.mismatch(one, write("other", SMALL, 39, 3))).isNotEqualTo(-1);
  }

  @Test
  void aVersionThatAddsHoldsTheOldBlocksAsTheyWere() throws IOException {
    Path old = write("old", SMALL, 20, 2);
    Path more = folder.resolve("more");
    Path again = folder.resolve("again");
    try (DatasetStore base = DatasetStore.open(old)) {
      for (Path target : List.of(more, again)) {
        try (DatasetWriter writer = DatasetWriter.append(base, target, SMALL.more(40), 2)) {
          for (int i = 20; i < 25; i++) {
            writer.add(RandomDataset.entry(i), RandomDataset.longer(SMALL.values(i), 40, i));
          }
          writer.finish();
        }
      }
      int blocks = (int) base.groups().getLast().end();
      assertThat(Arrays.copyOf(Files.readAllBytes(more), blocks))
          .isEqualTo(Arrays.copyOf(Files.readAllBytes(old), blocks));
    }
    assertThat(Files.mismatch(more, again)).isEqualTo(-1);
    try (DatasetStore store = DatasetStore.open(more)) {
      assertThat(store.accessions()).hasSize(25).isSorted();
      for (int i = 0; i < 25; i++) {
        double[][] expected = RandomDataset.longer(SMALL.values(i), 40, i < 20 ? Double.NaN : i);
        same(store.columns(Measure.LENGTH, i / 20)[i % 20], expected[2]);
        double[] known = {expected[1][100], expected[1][101], expected[1][140]};
        double[][] rows = store.rows(Measure.TPM, 100, 141);
        same(new double[] {rows[0][i], rows[1][i], rows[40][i]}, known);
      }
      long zeros =
          IntStream.range(0, 25)
              .mapToLong(i -> Arrays.stream(SMALL.values(i)[0]).filter(v -> v == 0).count())
              .sum();
      assertThat(store.nonZero(Measure.COUNTS)).isEqualTo(25 * 141 - zeros);
    }
  }

  @Test
  void whatWouldSpoilAStoreIsRefusedAndLeavesNoFile() throws IOException {
    Path file = folder.resolve("refused");
    try (DatasetWriter writer = DatasetWriter.create(file, SMALL.shape(), 1)) {
      assertThatThrownBy(writer::finish).hasMessageContaining("at least one sample");
      SMALL.add(writer, 3, 4);
      assertThatThrownBy(() -> SMALL.add(writer, 3, 4)).hasMessageContaining("SRR0000003 after");
      assertThatThrownBy(() -> writer.add(RandomDataset.entry(5), new double[101]))
          .hasMessageContaining("SRR0000005 has values of 1 measures");
      assertThatThrownBy(
              () -> writer.add(RandomDataset.entry(5), new double[3], new double[3], new double[3]))
          .hasMessageContaining("3 values for 101 features");
      double[][] values = SMALL.values(5);
      values[1][7] = Double.POSITIVE_INFINITY;
      assertThatThrownBy(() -> writer.add(RandomDataset.entry(5), values))
          .hasMessageContaining("ENSG00000007 is infinite");
    }
    assertThat(folder).isEmptyDirectory();
    try (DatasetStore base = DatasetStore.open(write("base", SMALL, 3, 1));
        DatasetWriter writer = DatasetWriter.append(base, file, List.of(), 1)) {
      assertThatThrownBy(() -> SMALL.add(writer, 2, 3)).hasMessageContaining("in the base already");
    }
    assertThatThrownBy(() -> new Shape(Level.GENE, RandomDataset.MEASURES, List.of("a", "a")))
        .hasMessageContaining("feature a is given twice");
  }

  @Test
  void damageIsNoticed() throws IOException {
    byte[] whole = Files.readAllBytes(write("whole", SMALL, 30, 1));
    Path bad = folder.resolve("bad");
    int noticed = 0;
    int step = 97;
    for (int at = 8; at < whole.length; at += step) {
      byte[] copy = whole.clone();
      copy[at] ^= 0x10;
      Files.write(bad, copy);
      noticed += isDamaged(bad) ? 1 : 0;
    }
    assertThat(noticed).isEqualTo(Math.ceilDiv(whole.length - 8, step));
    Files.write(bad, Arrays.copyOf(whole, whole.length - 9));
    assertThatThrownBy(() -> DatasetStore.open(bad)).isInstanceOf(DamagedStore.class);
    Files.write(bad, new byte[3]);
    assertThatThrownBy(() -> DatasetStore.open(bad)).hasMessageContaining("too short");
  }

  private static boolean isDamaged(Path file) throws IOException {
    try (DatasetStore store = DatasetStore.open(file)) {
      for (Measure measure : store.shape().measures()) {
        store.rows(measure, 0, store.shape().features().size());
      }
      store.entries();
      return false;
    } catch (DamagedStore e) {
      return true;
    }
  }
}
