package refinery.figures;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Matrices that lie about themselves, or are cut off: each error says where and what. */
class HostileMatricesTest {
  private static final String BANNER = "%%MatrixMarket matrix coordinate integer general\n";

  @TempDir private Path directory;

  private Path file(byte[] bytes) throws IOException {
    return Files.write(directory.resolve("matrix"), bytes);
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private Summary read(byte[] bytes) throws IOException, UnusableMatrix {
    try (Matrix matrix =
        new MatrixFiles(new Limits(1000, 1000, 1 << 16, 1 << 20), () -> {})
            .open(file(bytes), Optional.empty(), Optional.empty())) {
      return Summary.of(matrix, Settings.USUAL, new BitSet());
    }
  }

  private UnusableMatrix refusal(String text) {
    return catchThrowableOfType(
        UnusableMatrix.class, () -> read(latin(text.replace("\\n", "\n").replace("\\t", "\t"))));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          %%MatrixMarket matrix coordinate pattern general\\n2 2 1\\n1 1\\n | a pattern says where
          %%MatrixMarket matrix array real general\\n2 2\\n1\\n | the format 'array' is not taken
          %%MatrixMarket matrix coordinate complex general\\n2 2 1\\n1 1 1 0\\n | type 'complex'
          %%MatrixMarket matrix coordinate real symmetric\\n2 2 1\\n1 1 1\\n | 'symmetric' makes no
          %%MatrixMarket tensor\\n | line 1 is not like
          """)
  void otherKindsAreRefusedWithWords(String text, String words) {
    assertThat(refusal(text)).hasMessageContaining(words);
    assertThat(refusal(text).isDamaged()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          2 2\\n1 1 1\\n | line 3 is not: rows, columns, entries
          x 2 1\\n1 1 1\\n | line 3: 'x' is not a size
          2 2 9\\n1 1 1\\n | line 3: 9 entries do not fit into 2 rows and 2 columns
          2000000000 2000000000 1\\n1 1 1\\n | at most 1000 and 1000 are taken
          0 5 0\\n | there is nothing to show
          2 2 2\\n1 1 1\\n3 1 1\\n | line 5: row 3 and column 1 are not within 1 to 2 and 1 to 2
          2 2 2\\n1 1 1\\n0 1 1\\n | line 5: row 0
          2 2 1\\n-1 1 1\\n | line 4 is not a row, a column and a count: '-1 1 1'
          2 2 1\\n1 1\\n | line 4 is not a row, a column and a count
          2 2 1\\n1 1 1 1\\n | line 4 is not a row, a column and a count: '1 1 1 1'
          2 2 1\\n1 1 -3\\n | line 4: -3 is not a count
          2 2 1\\n1 1 NaN\\n | line 4: 'NaN' is not a count
          2 2 1\\n1 1 1e999\\n | line 4: 1e999 is not a count
          2 2 1\\n1 1 0x10\\n | line 4: '0x10' is not a count
          2 2 1\\n11111111111111111111 1 1\\n | line 4 is not a row
          2 2 2\\n1 1 1\\n1 1 2\\n | entry 2: the value of gene 1 in cell 1 is given twice
          2 2 2\\n1 1 0\\n2 1 0\\n | none of the 2 cells has a count
          2 2 1\\n1 1 1e16\\n | cell 1 has more than 1e15 counts
          """)
  void anEntryThatCannotBeIsNamedByItsLine(String text, String words) {
    assertThat(refusal(BANNER + "%\\n" + text)).hasMessageContaining(words);
  }

  @Test
  void whatIsStatedIsComparedWithWhatIsFound() {
    UnusableMatrix few = refusal(BANNER + "2 2 3\\n1 1 1\\n2 1 1");
    assertThat(few).hasMessage("the matrix ends after line 4 with 2 entries; line 2 states 3");
    assertThat(few.isDamaged()).isTrue();
    UnusableMatrix many = refusal(BANNER + "2 2 1\\n1 1 1\\n2 1 1\\n");
    assertThat(many).hasMessageContaining("more entries than the 1 that line 2 states");
  }

  @Test
  void valuesOfAllSpellingsAreReadExactly() throws Exception {
    String text =
        "%%matrixmarket MATRIX coordinate Real general\r\n%% x\r\n\r\n 9 1 9 \r\n"
            + "1 1 1\r\n2\t1\t2.5\n\n 3 1 1.5000000000000000e+02 \n4 1 +7\n5 1 .5\n6 1 4.\n"
            + "7 1 0.1234567890123456789\n8 1 1E-3\n9 1 12345678.9012345e1";
    Summary summary = read(latin(text));
    assertThat(summary.cells().counts(0))
        .isEqualTo(1 + 2.5 + 150 + 7 + .5 + 4 + 0.1234567890123456789 + 1e-3 + 123456789.012345);
    assertThat(summary.cells().genes(0)).isEqualTo(9);
  }

  private static byte[] packed(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (OutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private static byte[] large() {
    StringBuilder text = new StringBuilder(BANNER + "900 900 90000\n");
    for (int entry = 0; entry < 90_000; entry++) {
      text.append(1 + entry % 100 * 7 + " " + (1 + entry / 100) + " " + entry % 977 + "\n");
    }
    return latin(text.toString());
  }

  @Test
  void gzipThatIsCutOrDamagedIsNoMatrix() throws Exception {
    byte[] good = packed(large());
    assertThat(read(good).cells().entries()).isEqualTo(90_000);
    assertThat(catchThrowable(() -> read(Arrays.copyOf(good, good.length - 9))))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("truncated (in member 1)");
    assertThat(catchThrowable(() -> read(Arrays.copyOf(good, good.length / 2))))
        .isInstanceOf(EOFException.class);
    byte[] changed = good.clone();
    changed[good.length - 6] ^= 1;
    assertThatThrownBy(() -> read(changed))
        .isInstanceOf(ZipException.class)
        .hasMessageContaining("its CRC or length differs");
    byte[] followed = Arrays.copyOf(good, good.length + 3);
    followed[good.length + 2] = 'x';
    assertThatThrownBy(() -> read(followed)).hasMessageContaining("follows member 1");
  }

  private static byte[] zip(String... namesAndTexts) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(out)) {
      for (int index = 0; index < namesAndTexts.length; index += 2) {
        zip.putNextEntry(new ZipEntry(namesAndTexts[index]));
        zip.write(latin(namesAndTexts[index + 1]));
      }
    }
    return out.toByteArray();
  }

  @Test
  void archivesMustHoldOneMatrixAndTablesThatFit() throws Exception {
    String matrix = BANNER + "2 3 1\n1 1 1\n";
    assertThatThrownBy(() -> read(zip("a.txt", "x"))).hasMessageContaining("holds no file *.mtx");
    assertThatThrownBy(() -> read(zip("a/matrix.mtx", matrix, "b/matrix.mtx", matrix)))
        .hasMessageContaining("2 files of a kind of which one is needed: a/matrix.mtx, b/");
    assertThatThrownBy(() -> read(zip("matrix.mtx", matrix, "genes.tsv", "a\tA\n")))
        .hasMessage(
            "the matrix has 2 rows and 3 columns, but genes.tsv names 1 genes and no table names"
                + " its cells");
    assertThatThrownBy(() -> read(zip("matrix.mtx", matrix, "genes.tsv", "a\n\tB\n")))
        .hasMessage("line 2 of genes.tsv names nothing");
    Summary other =
        read(
            zip(
                "matrix.mtx",
                BANNER + "2 1 2\n1 1 4\n2 1 1\n",
                "features.tsv",
                "a\tA\tGene Expression\nb\tB\tAntibody Capture\n"));
    assertThat(other.cells().counts(0)).isEqualTo(4);
    assertThat(other.cells().left()).isEqualTo(1);
  }

  @Test
  void anythingElseIsRefused() throws Exception {
    assertThatThrownBy(() -> read(latin("<html>"))).hasMessageContaining("no MatrixMarket file");
    assertThatThrownBy(() -> read(packed(latin("hello")))).hasMessageContaining("no MatrixMarket");
    assertThatThrownBy(() -> read(new byte[0])).hasMessageContaining("no MatrixMarket");
    Path good = Path.of("src/test/resources/refinery/figures/v3.h5");
    byte[] hdf = Files.readAllBytes(good);
    UnusableMatrix cut =
        catchThrowableOfType(UnusableMatrix.class, () -> read(Arrays.copyOf(hdf, hdf.length / 2)));
    assertThat(cut.isDamaged()).isTrue();
    byte[] zip = Files.readAllBytes(good.resolveSibling("v3.zip"));
    assertThatThrownBy(() -> read(Arrays.copyOf(zip, zip.length / 2)))
        .hasMessageContaining("the zip is damaged");
  }

  @ParameterizedTest
  @CsvSource({"v3.h5", "csr.h5ad", "dense.h5ad", "v3.zip", "v2.tar.gz"})
  void changedBytesGiveNumbersOrWordsAndNothingElse(String name) throws Exception {
    byte[] good = Files.readAllBytes(Path.of("src/test/resources/refinery/figures", name));
    java.util.SplittableRandom random = new java.util.SplittableRandom(11);
    int refused = 0;
    for (int round = 0; round < 150; round++) {
      byte[] changed = good.clone();
      // Most headers lie at the beginning.
      int reach = round % 2 == 0 ? Math.min(6000, good.length) : good.length;
      for (int flip = 0; flip < 3; flip++) {
        changed[random.nextInt(reach)] = (byte) random.nextInt(256);
      }
      try {
        read(changed);
      } catch (UnusableMatrix | IOException words) {
        assertThat(words.getMessage()).isNotBlank();
        refused++;
      }
    }
    assertThat(refused).isPositive();
  }

  @Test
  void aStopEndsTheReading() throws Exception {
    Path file = file(packed(large()));
    int[] left = {3};
    MatrixFiles files =
        new MatrixFiles(
            Limits.USUAL,
            () -> {
              if (--left[0] < 0) {
                throw new IOException("told to stop");
              }
            });
    assertThatThrownBy(
            () -> {
              try (Matrix matrix = files.open(file, Optional.empty(), Optional.empty())) {
                Summary.of(matrix, Settings.USUAL, new BitSet());
              }
            })
        .hasMessage("told to stop");
  }
}
