package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.ReadDeliveries.RUN;
import static refinery.transfer.ReadDeliveries.assertFailed;
import static refinery.transfer.ReadDeliveries.delivered;
import static refinery.transfer.ReadDeliveries.fastq;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.FailureClass;
import refinery.protocol.job.JobResult;

/** Files in which the mates of a spot follow each other. */
class InterleavedCasesTest {
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

  /** The metadata count the spots, or every read, or do not say. */
  @ParameterizedTest
  @CsvSource({
    "PAIRED,'',50",
    "PAIRED,20,50",
    "SINGLE,20,50",
    "SINGLE,'',50",
    "SINGLE,40,50",
    "PAIRED,40,36"
  })
  void bothMatesInOneFileAreSplitAndCountedAsPairs(String layout, String spots, int length)
      throws Exception {
    JobResult.Downloaded result =
        delivered(
            deliveries.ena(
                Map.of(RUN + ".fastq.gz", fastq(40, length, 2)),
                Map.of("library_layout", layout, "read_count", spots)));
    assertThat(result.files())
        .extracting(file -> file.role() + " " + file.name() + " " + file.reads().orElse(0))
        .containsExactly("reads_1 " + RUN + "_1.fastq.gz 20", "reads_2 " + RUN + "_2.fastq.gz 20");
    assertThat(result.facts())
        .containsEntry("layout", "PAIRED")
        .containsEntry("reads", "20")
        .containsEntry("delivered_from", "ena");
    assertThat(result.facts().get("notes")).contains("both mates of each spot");
    assertThat(result.facts().containsKey("read_count_differs")).isEqualTo(spots.equals("40"));
    List<String> first = deliveries.text(result.files().getFirst());
    List<String> second = deliveries.text(result.files().getLast());
    for (int spot = 0; spot < 20; spot++) {
      assertThat(first.get(4 * spot)).isEqualTo("@spot" + spot + "/1");
      assertThat(second.get(4 * spot)).isEqualTo("@spot" + spot + "/2");
    }
    assertThat(first).hasSize(80);
  }

  /** Of a long file the download reads the beginning only, until it finds mates there. */
  @Test
  void bothMatesInALongFileAreSplitToItsEnd() throws Exception {
    byte[] body = fastq(20_000, 60, 2);
    JobResult.Downloaded result =
        delivered(deliveries.ena(Map.of(RUN + ".fastq.gz", body), Map.of("read_count", "10000")));
    assertThat(result.facts())
        .containsEntry("reads", "10000")
        .containsEntry("reads_checked", "whole")
        .doesNotContainKey("read_count_differs");
  }

  /** The numbers of reads of one spot after the other, many times; and the last read. */
  @ParameterizedTest
  @CsvSource({
    "'2', 1, not of every spot exactly two",
    "'3 1', 0, not of every spot exactly two",
    "'4', 0, several reads of one spot",
    "'3', 0, several reads of one spot",
    "'1 2 1', 0, several reads of one spot",
    "'2 1', 0, several reads of one spot"
  })
  void aFileThatHoldsMatesOfSomeSpotsIsRefused(String sizes, int more, String said)
      throws Exception {
    List<String> names = new ArrayList<>();
    for (int times = 0; times < 12; times++) {
      for (String size : sizes.split(" ")) {
        names.addAll(Collections.nCopies(Integer.parseInt(size), "spot" + names.size()));
      }
    }
    names.addAll(Collections.nCopies(more, "last"));
    for (String stated : List.of("", Integer.toString(names.size()))) {
      assertFailed(
          deliveries.ena(Map.of(RUN + ".fastq.gz", fastq(names, 50)), Map.of("read_count", stated)),
          FailureClass.PERMANENT,
          said,
          names.size() + " reads");
    }
  }

  /** As archives write reads that came without a layout: numbered apart, with their own names. */
  @ParameterizedTest
  @CsvSource({"'',20", "1:N:0:ACGT,20", "length=50,6000"})
  void matesThatAnArchiveHasNumberedApartAreSplit(String more, int spots) throws Exception {
    JobResult.Downloaded result =
        delivered(
            deliveries.ena(
                Map.of(RUN + ".fastq.gz", fastq(numbered(2 * spots, more), 50)),
                Map.of("library_layout", "SINGLE", "read_count", Integer.toString(2 * spots))));
    assertThat(result.facts())
        .containsEntry("layout", "PAIRED")
        .containsEntry("reads", Integer.toString(spots));
    assertThat(deliveries.text(result.files().getLast()).get(4))
        .isEqualTo(("@" + RUN + ".4 machine:1/2 " + more).strip());
  }

  private static List<String> numbered(int reads, String more) {
    List<String> names = new ArrayList<>();
    for (int read = 0; read < reads; read++) {
      String name = "%s.%d machine:%d/%d %s";
      names.add(name.formatted(RUN, read + 1, read / 2, read % 2 + 1, more).strip());
    }
    return names;
  }

  @Test
  void numberedMatesOfWhichOneIsMissingFarBehindAreRefused() throws Exception {
    List<String> names = numbered(24_000, "");
    names.remove(20_001);
    names.remove(23_000);
    assertFailed(
        deliveries.ena(Map.of(RUN + ".fastq.gz", fastq(names, 50)), Map.of("read_count", "24000")),
        FailureClass.PERMANENT,
        "not of every spot exactly two",
        "23998 reads");
  }

  /** First mates alone, or names that only look alike. */
  @ParameterizedTest
  @ValueSource(strings = {"machine:%d/1", "machine:%1$d/%1$d", "machine/1", "1:N:0:%d", "%d"})
  void readsThatArchivesHaveNumberedAreSingle(String named) throws Exception {
    List<String> names = new ArrayList<>();
    for (int read = 0; read < 40; read++) {
      names.add(RUN + "." + read + " " + named.formatted(read));
    }
    assertThat(
            delivered(deliveries.ena(Map.of(RUN + ".fastq.gz", fastq(names, 50)), Map.of()))
                .facts())
        .containsEntry("layout", "SINGLE")
        .containsEntry("reads", "40");
  }

  /** Two reads of one name among many are no mates. */
  @Test
  void aNameThatComesTwiceByChanceIsNoMate() throws Exception {
    List<String> names = new ArrayList<>();
    for (int read = 0; read < 50; read++) {
      names.add("read" + (read == 7 ? 6 : read));
    }
    JobResult.Downloaded result =
        delivered(deliveries.ena(Map.of(RUN + ".fastq.gz", fastq(names, 50)), Map.of()));
    assertThat(result.facts()).containsEntry("layout", "SINGLE").containsEntry("reads", "50");
  }

  @Test
  void whatIsSplitWithoutAnMd5MustHaveTheStatedNumber() throws Exception {
    Map<String, byte[]> file = Map.of(RUN + ".fastq.gz", fastq(40, 50, 2));
    assertFailed(
        deliveries.enaWithoutMd5(file, Map.of("read_count", "21")),
        FailureClass.CORRUPT,
        "there are 20 pairs, the metadata state 21 spots");
    assertThat(delivered(deliveries.enaWithoutMd5(file, Map.of("read_count", "40"))).facts())
        .containsEntry("reads", "20");
  }
}
