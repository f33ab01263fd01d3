package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.Node.reads;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.Location.Checksum;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.transfer.TransferException.CorruptTransfer;

/** When a download reads only the beginning of a FASTQ file, and what that sees. */
class BeginningTest {
  private static final int READS = 1_000;
  private static final int BASES = 50;
  private static final OptionalLong ENOUGH = OptionalLong.of(8 << 10);
  private static final String COUNT = Integer.toString(READS);

  @TempDir Path directory;

  /** With {@code wrong} as the number of a record whose qualities are too few; 0: none. */
  private static byte[] fastq(int reads, int bases, int wrong, String mate) throws IOException {
    StringBuilder text = new StringBuilder();
    for (int read = 1; read <= reads; read++) {
      text.append("@R1.").append(read).append('/').append(mate).append('\n');
      text.append("ACGTN".repeat(bases / 5)).append("\n+\n");
      text.append("I".repeat(read == wrong ? bases - 1 : bases)).append('\n');
    }
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
    }
    return packed.toByteArray();
  }

  private static FastqCheck.Summary read(byte[] packed, OptionalLong beginning)
      throws CorruptTransfer {
    FastqCheck check = new FastqCheck(beginning);
    try (StreamCheck streamCheck = Content.FASTQ_GZ.check(check)) {
      byte[] lent = new byte[100];
      for (int at = 0; at < packed.length; at += lent.length) {
        int count = Math.min(lent.length, packed.length - at);
        System.arraycopy(packed, at, lent, 0, count);
        streamCheck.accept(lent, count);
      }
      streamCheck.finish();
    }
    return check.summary();
  }

  @Test
  void aBeginningEndsWithARecordAndAShortFileIsWhole() throws Exception {
    byte[] long1 = fastq(READS, BASES, 0, "1");
    FastqCheck.Summary beginning = read(long1, ENOUGH);
    assertThat(beginning.whole()).isFalse();
    assertThat(beginning.reads()).isBetween(60L, 90L);
    assertThat(beginning.bases()).isEqualTo(beginning.reads() * BASES);
    assertThat(read(long1, OptionalLong.of(1 << 20)))
        .isEqualTo(read(long1, OptionalLong.empty()))
        .extracting(FastqCheck.Summary::whole, FastqCheck.Summary::reads)
        .containsExactly(true, 1_000L);
    byte[] cut = java.util.Arrays.copyOf(long1, long1.length - 9);
    assertThat(read(cut, ENOUGH).whole()).isFalse();
    assertThatThrownBy(() -> read(cut, OptionalLong.of(1 << 20)))
        .isInstanceOf(CorruptTransfer.class)
        .hasMessageContaining("truncated");
  }

  @Test
  void matesOfDifferentLengthAreComparedAsFarAsBothWereRead() throws Exception {
    FastqCheck.Summary one = read(fastq(READS, 25, 0, "1"), ENOUGH);
    FastqCheck.Summary two = read(fastq(READS, 100, 0, "2"), ENOUGH);
    assertThat(one.reads()).isGreaterThan(2 * two.reads());
    Map<String, String> stated = Map.of("read_count", COUNT);
    ReadSet.Layout layout = ReadSet.decide(pair(one, two), stated);
    assertThat(layout.facts())
        .containsEntry("reads_checked", "beginning")
        .containsKey("mean_read_length")
        .doesNotContainKeys("reads", "bases");
    byte[] others = fastq(READS, 100, 0, "x");
    assertThatThrownBy(() -> ReadSet.decide(pair(one, read(others, ENOUGH)), stated))
        .hasMessageContaining("no mates");
    assertThatThrownBy(() -> ReadSet.decide(pair(one, two), Map.of("read_count", "50")))
        .isInstanceOf(CorruptTransfer.class)
        .hasMessageContaining("at least")
        .hasMessageContaining("state 50 spots");
  }

  /** Orphans are read whole where the mates are not. */
  @Test
  void fewOrphansBesideTheBeginningOfManyPairsAreFew() throws Exception {
    FastqCheck.Summary one = read(fastq(READS, 25, 0, "1"), ENOUGH);
    FastqCheck.Summary two = read(fastq(READS, 100, 0, "2"), ENOUGH);
    int orphans = READS / 3;
    assertThat(one.reads()).isLessThan(orphans);
    List<ReadSet.ReadFile> files = new ArrayList<>(pair(one, two));
    files.add(
        new ReadSet.ReadFile(
            "R1.fastq.gz", "c", read(fastq(orphans, 25, 0, "3"), OptionalLong.empty()), false));
    ReadSet.Layout few = ReadSet.decide(files, Map.of("read_count", "" + (READS + orphans)));
    assertThat(few.facts()).doesNotContainKey("mostly_orphans");
    ReadSet.Layout most = ReadSet.decide(files, Map.of("read_count", "" + (orphans + orphans / 2)));
    assertThat(most.facts().get("mostly_orphans")).startsWith("33.3%");
  }

  private static List<ReadSet.ReadFile> pair(FastqCheck.Summary one, FastqCheck.Summary two) {
    return List.of(
        new ReadSet.ReadFile("R1_1.fastq.gz", "a", one, false),
        new ReadSet.ReadFile("R1_2.fastq.gz", "b", two, false));
  }

  @ParameterizedTest
  @CsvSource({
    // file, all files, checksum, count stated, enough
    "R1_1, R1_1 R1_2, md5, 10, true",
    "R1, R1, md5, 10, true",
    "R1_1, R1_1, md5, 10, true",
    "R1_2, R1 R1_1 R1_2, md5, 10, true",
    "R1, R1 R1_1 R1_2, md5, 10, false",
    "R1_3, R1_1 R1_2 R1_3, md5, 10, false",
    "R1_1, R1 R1_1, md5, 10, false",
    "R1_1, R1_1 R1_2, bsd-sum, 10, false",
    "R1_1, R1_1 R1_2, '', 10, false",
    "R1_1, R1_1 R1_2, md5, 0, false",
    "R1_1, R1_1 R1_2, md5, '', false",
    "R1_1, R1_1 R1_2, md5, many, false"
  })
  void isEnoughOnlyWhereTheRestIsProven(
      String name, String names, String checksum, String count, boolean enough) {
    Location location =
        new Location(
            "ena",
            "http://127.0.0.1/file",
            "fastq.gz",
            OptionalLong.empty(),
            checksum.isEmpty()
                ? Optional.empty()
                : Optional.of(new Checksum(checksum, "0".repeat(32))));
    List<SourceFile> files =
        List.of(names.split(" ")).stream().map(one -> reads(one + ".fastq.gz", location)).toList();
    Plan.Group group = Plan.groups(files).getFirst();
    Map<String, String> metadata = Map.of("read_count", count);
    String file = name + ".fastq.gz";
    assertThat(Beginning.of(ENOUGH, group, file, location, metadata))
        .isEqualTo(enough ? ENOUGH : OptionalLong.empty());
    assertThat(Beginning.of(OptionalLong.empty(), group, file, location, metadata)).isEmpty();
  }

  /** What lies behind the beginning is left to who uses the files, who is told that it is. */
  @Test
  void aDownloadSaysHowMuchItRead() throws Exception {
    byte[] first = fastq(READS, BASES, 900, "1");
    byte[] second = fastq(READS, BASES, 0, "2");
    try (Node node = new Node(directory, Node.settings(3, ENOUGH))) {
      node.server.on("/1", file(first)).on("/2", file(second));
      List<SourceFile> stated =
          List.of(
              reads("R1_1.fastq.gz", node.ena("/1", first)),
              reads("R1_2.fastq.gz", node.ena("/2", second)));
      Outcome.Succeeded done =
          (Outcome.Succeeded) node.run("R1", stated, Map.of("read_count", COUNT));
      JobResult.Downloaded result = (JobResult.Downloaded) done.result();
      assertThat(result.facts())
          .containsEntry("reads_checked", "beginning")
          .containsEntry("layout", "PAIRED")
          .containsEntry("mean_read_length", "50");
      assertThat(result.files())
          .allSatisfy(file -> assertThat(file.reads()).isEmpty())
          .extracting(RawFile::role)
          .containsExactly("reads_1", "reads_2");
      assertThat(done.steps())
          .allSatisfy(step -> assertThat(step.checks().toString()).contains("the beginning"));
      isCorrupt(node.run("R1", stated, Map.of()));
      List<SourceFile> unstated =
          List.of(reads("R1_1.fastq.gz", node.ena("/1")), reads("R1_2.fastq.gz", node.ena("/2")));
      isCorrupt(node.run("R1", unstated, Map.of("read_count", COUNT)));
    }
    try (Node node = new Node(directory.resolve("whole"), Node.settings(3, OptionalLong.empty()))) {
      node.server.on("/1", file(first));
      SourceFile one = reads("R1.fastq.gz", node.ena("/1", first));
      isCorrupt(node.run("R1", List.of(one), Map.of("read_count", COUNT)));
    }
  }

  private static void isCorrupt(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    Outcome.Failed failed = (Outcome.Failed) outcome;
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(failed.failure().message()).contains("FASTQ record 900 is malformed");
  }
}
