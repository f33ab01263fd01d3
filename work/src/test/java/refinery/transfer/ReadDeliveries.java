package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.FaultServer.status;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiFunction;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;

/** Reads that ENA delivers, and how a download of them ends. */
final class ReadDeliveries implements AutoCloseable {
  static final String RUN = "SRR7700000";
  private static final AtomicInteger FILES = new AtomicInteger();

  private final Node node;

  ReadDeliveries(Path directory) throws IOException {
    node = new Node(directory);
    node.server.on("/eutils/efetch.fcgi", status(404));
  }

  @Override
  public void close() {
    node.close();
  }

  static JobResult.Downloaded delivered(Outcome outcome) {
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    return (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
  }

  static void assertFailed(Outcome outcome, FailureClass expected, String... said) {
    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(((Outcome.Failed) outcome).failure().failureClass()).isEqualTo(expected);
    assertThat(((Outcome.Failed) outcome).failure().message()).contains(said);
  }

  /** A file of reads of one length; every name {@code times} times, as mates are named. */
  static byte[] fastq(int reads, int length, int times) {
    List<String> names = new ArrayList<>();
    for (int read = 0; read < reads; read++) {
      names.add("spot%d/%d".formatted(read / times, read % times + 1));
    }
    return fastq(names, length);
  }

  static byte[] fastq(List<String> names, int length) {
    int shift = FILES.incrementAndGet();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream packed = new GZIPOutputStream(bytes)) {
      for (String name : names) {
        int start = shift++ % 4;
        String letters = "ACGT".repeat(length / 4 + 2).substring(start, start + length);
        String record = "@%s\n%s\n+\n%s\n".formatted(name, letters, "I".repeat(length));
        packed.write(record.getBytes(StandardCharsets.US_ASCII));
      }
    } catch (IOException broken) {
      throw new UncheckedIOException(broken);
    }
    return bytes.toByteArray();
  }

  /** ENA delivers these, NCBI has nothing. */
  Outcome ena(Map<String, byte[]> files, Map<String, String> metadata) throws Exception {
    return ena(files, metadata, node::ena);
  }

  Outcome enaWithoutMd5(Map<String, byte[]> files, Map<String, String> metadata) throws Exception {
    return ena(files, metadata, (path, body) -> node.ena(path));
  }

  private Outcome ena(
      Map<String, byte[]> files,
      Map<String, String> metadata,
      BiFunction<String, byte[], Location> listing)
      throws Exception {
    List<SourceFile> listed = new ArrayList<>();
    node.server.on("/sra/none", status(404));
    files.forEach(
        (name, body) -> {
          node.server.on("/ena/" + name, file(body));
          listed.add(Node.reads(name, listing.apply("/ena/" + name, body), node.ncbi("/sra/none")));
        });
    return node.run(RUN, listed, metadata);
  }

  List<String> text(RawFile file) throws Exception {
    byte[] stored = node.stored(file.object());
    return new String(
            new GZIPInputStream(new ByteArrayInputStream(stored)).readAllBytes(),
            StandardCharsets.US_ASCII)
        .lines()
        .toList();
  }
}
