package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.ReadDeliveries.RUN;
import static refinery.transfer.ReadDeliveries.assertFailed;
import static refinery.transfer.ReadDeliveries.delivered;
import static refinery.transfer.ReadDeliveries.fastq;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.FailureClass;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;

/** Reads as archives really deliver them: which are taken, and what is said of the others. */
class ReadCasesTest {
  @TempDir static Path directory;
  private static ReadDeliveries deliveries;

  @BeforeAll
  static void start() throws Exception {
    deliveries = new ReadDeliveries(directory);
  }

  @AfterAll
  static void stop() {
    deliveries.close();
  }

  @ParameterizedTest
  @CsvSource({"'',_1", "'',_2", "_1,_3", "_2,_3"})
  void filesWhoseMatesAreMissingAreNamed(String one, String other) throws Exception {
    byte[] body = fastq(20, 50, 1);
    Outcome outcome =
        deliveries.ena(
            Map.of(RUN + one + ".fastq.gz", body, RUN + other + ".fastq.gz", body),
            Map.of("library_layout", "PAIRED"));
    assertFailed(
        outcome,
        FailureClass.PERMANENT,
        RUN + one + ".fastq.gz",
        RUN + other + ".fastq.gz",
        "ncbi has no copy");
  }

  @ParameterizedTest
  @CsvSource({
    "8,76,76,   _2,_3",
    "76,8,76,   _1,_3",
    "76,76,8,   _1,_2",
    "100,10,90, _1,_3",
    "28,25,6,   _1,_2"
  })
  void anIndexReadIsNoMate(int first, int second, int third, String mate1, String mate2)
      throws Exception {
    JobResult.Downloaded result =
        delivered(deliveries.ena(numbered(first, second, third), Map.of("read_count", "40")));
    for (var expected : Map.of("reads_1", mate1, "reads_2", mate2).entrySet()) {
      assertThat(result.files())
          .filteredOn(file -> file.role().equals(expected.getKey()))
          .singleElement()
          .satisfies(
              file -> assertThat(file.name()).isEqualTo(RUN + expected.getValue() + ".fastq.gz"));
    }
    assertThat(result.facts().get("notes"))
        .contains("index or barcode reads")
        .doesNotContain("without a mate");
  }

  @ParameterizedTest
  @CsvSource({
    "8,26,91,     single-cell",
    "91,28,8,     single-cell",
    "76,76,76,    cannot tell",
    "8,10,6,      cannot tell"
  })
  void whatCannotBeToldIsRefusedWithTheLengths(int first, int second, int third, String reason)
      throws Exception {
    assertFailed(
        deliveries.ena(numbered(first, second, third), Map.of()),
        FailureClass.PERMANENT,
        reason,
        "_2.fastq.gz: 40 reads of " + second + " nt");
  }

  private static Map<String, byte[]> numbered(int first, int second, int third) {
    return Map.of(
        RUN + "_1.fastq.gz", fastq(40, first, 1),
        RUN + "_2.fastq.gz", fastq(40, second, 1),
        RUN + "_3.fastq.gz", fastq(40, third, 1));
  }

  @ParameterizedTest
  @CsvSource({
    "26,91,true",
    "91,28,true",
    "16,98,true",
    "50,50,false",
    "36,100,false",
    "25,25,false"
  })
  void barcodesBesideCdnaAreFlagged(int first, int second, boolean flagged) throws Exception {
    JobResult.Downloaded result =
        delivered(
            deliveries.ena(
                Map.of(
                    RUN + "_1.fastq.gz", fastq(40, first, 1),
                    RUN + "_2.fastq.gz", fastq(40, second, 1)),
                Map.of("library_strategy", "RNA-Seq")));
    assertThat(result.facts().containsKey("looks_like_single_cell")).isEqualTo(flagged);
  }

  @ParameterizedTest
  @CsvSource({"20,200,true", "40,50,true", "200,20,false", "50,50,false"})
  void moreOrphansThanPairsAreFlagged(int pairs, int orphans, boolean flagged) throws Exception {
    JobResult.Downloaded result =
        delivered(
            deliveries.ena(
                Map.of(
                    RUN + "_1.fastq.gz", fastq(pairs, 50, 1),
                    RUN + "_2.fastq.gz", fastq(pairs, 51, 1),
                    RUN + ".fastq.gz", fastq(orphans, 50, 1)),
                Map.of("read_count", Integer.toString(pairs + orphans))));
    assertThat(result.facts()).containsEntry("orphans", Integer.toString(orphans));
    assertThat(result.facts().containsKey("mostly_orphans")).isEqualTo(flagged);
  }

  /**
   * What the archive states is not always what its file holds: too few, too many, or reads where
   * spots are meant. With the archive's own MD5 the file is right, else the number decides.
   */
  @ParameterizedTest
  @CsvSource({"39", "41", "80", "1"})
  void aCountThatIsNotThatOfTheArchivesOwnFileIsToldAndFailsNothing(String stated)
      throws Exception {
    Map<String, String> metadata = Map.of("read_count", stated);
    Map<String, byte[]> files =
        Map.of(
            RUN + "_1.fastq.gz", fastq(40, 50, 1),
            RUN + "_2.fastq.gz", fastq(40, 51, 1));
    String said = "there are 40 pairs, the metadata state " + stated + " spots";
    JobResult.Downloaded result = delivered(deliveries.ena(files, metadata));
    assertThat(result.facts()).containsEntry("reads", "40");
    assertThat(result.facts().get("read_count_differs")).contains(said, "MD5");
    assertFailed(deliveries.enaWithoutMd5(files, metadata), FailureClass.CORRUPT, said);

    Map<String, byte[]> one = Map.of(RUN + ".fastq.gz", fastq(40, 50, 1));
    assertThat(delivered(deliveries.ena(one, metadata)).facts().get("read_count_differs"))
        .contains("there are 40 reads, the metadata state " + stated);
    assertFailed(
        deliveries.enaWithoutMd5(one, metadata), FailureClass.CORRUPT, "there are 40 reads");
    assertThat(delivered(deliveries.ena(one, Map.of("read_count", "40"))).facts())
        .doesNotContainKey("read_count_differs");
  }

  /** The stated number is right for no file that is cut, whatever its MD5. */
  @Test
  void aFileThatIsCutIsCorruptThoughItHasTheMd5ThatTheArchiveStates() throws Exception {
    byte[] whole = fastq(40, 50, 1);
    byte[] cut = Arrays.copyOf(whole, whole.length - 20);
    assertFailed(
        deliveries.ena(Map.of(RUN + ".fastq.gz", cut), Map.of("read_count", "39")),
        FailureClass.CORRUPT,
        "ena delivered a bad copy");
  }
}
