package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.http.crate.ZipBytes;
import refinery.protocol.BatchId;
import refinery.protocol.job.PipelineFacts;

class CrateRoutesTest {
  private static final String PATH = "/api/v1/batches/batch-one/crate";
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode("");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  private static Map<String, String> unzipped(InputStream zip) throws IOException {
    Map<String, String> files = new TreeMap<>();
    try (ZipInputStream in = new ZipInputStream(zip)) {
      for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
        files.put(entry.getName(), new String(in.readAllBytes(), StandardCharsets.UTF_8));
      }
    }
    return files;
  }

  private static HttpResponse<byte[]> bytes() throws Exception {
    return bytes(PATH);
  }

  private static HttpResponse<byte[]> bytes(String path) throws Exception {
    return node.client.send(node.request(path).build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static String workflow(String ran) throws Exception {
    BatchId id = BatchId.of("batch-former");
    node.rows.batches.put(id, Samples.with(Samples.batch(id), Map.of(PipelineFacts.FILE, ran)));
    Map<String, String> files =
        unzipped(new ByteArrayInputStream(bytes("/api/v1/batches/batch-former/crate").body()));
    return files.get("workflow/salmon-quant.conf");
  }

  @Test
  void theFileOfThePipelineIsTheOneThatRanWhereItIsKept() throws Exception {
    assertThat(workflow(Samples.FORMER_SHA256)).isEqualTo(Samples.FORMER);
    assertThat(node.get("/api/v1/batches/batch-former/provenance").body())
        .contains("The file is the one that ran.");
    assertThat(workflow("e".repeat(64))).as("nobody kept it").isEqualTo("name = salmon-quant\n");
  }

  @Test
  void theZipHasWhatItsMetadataTells() throws Exception {
    HttpResponse<byte[]> response = bytes();
    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/zip");
    assertThat(response.headers().firstValue("Content-Disposition"))
        .contains("attachment; filename=\"batch-one.crate.zip\"");
    Map<String, String> files = unzipped(new ByteArrayInputStream(response.body()));
    assertThat(files)
        .containsEntry("outputs/quant.sf", "0123456789")
        .containsEntry("workflow/salmon-quant.conf", "name = salmon-quant\n")
        .containsEntry("logs/job-done/1-quant.log", "log of step\n")
        .hasSize(4);
    assertThat(files.get("ro-crate-metadata.json"))
        .isEqualTo(node.get("/api/v1/batches/batch-one/provenance").body());
    assertThat(bytes().body()).isEqualTo(response.body());
  }

  @Test
  void onlyAZipOfABatchThatThereIsCanBeHad() throws Exception {
    ApiTest.assertProblem(node.get("/api/v1/batches/batch-none/crate"), 404);
    ApiTest.assertProblem(node.send(node.request(PATH).header("Accept", "application/json")), 406);
  }

  @Test
  void aMemberOfAnotherSizeBreaksTheZipOff() {
    ZipBytes.Member cut =
        new ZipBytes.Member("a", 4, () -> new ByteArrayInputStream(new byte[] {1, 2, 3}));
    assertThatThrownBy(() -> new ZipBytes(List.of(cut)).readAllBytes())
        .isInstanceOf(IOException.class)
        .hasMessage("a has 3 bytes, not 4");
  }

  @Test
  void aMemberIsReadNoFasterThanTheZip() throws Exception {
    long size = 32 << 20;
    Zeros zeros = new Zeros(size);
    boolean[] opened = new boolean[1];
    ZipBytes.Opening last =
        () -> {
          opened[0] = true;
          return InputStream.nullInputStream();
        };
    try (ZipBytes zip =
        new ZipBytes(
            List.of(
                new ZipBytes.Member("large", size, () -> zeros),
                new ZipBytes.Member("last", 0, last)))) {
      assertThat(zip.readNBytes(1000)).hasSize(1000);
      assertThat(zeros.left).isGreaterThan(size / 2);
      assertThat(opened[0]).isFalse();
      assertThat(zip.readAllBytes()).isNotEmpty();
      assertThat(zeros.left).isZero();
      assertThat(opened[0]).isTrue();
    }
  }

  private static final class Zeros extends InputStream {
    private long left;

    Zeros(long size) {
      left = size;
    }

    @Override
    public int read() {
      throw new UnsupportedOperationException("it is read in pieces");
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = (int) Math.min(left, length);
      left -= count;
      return count == 0 ? -1 : count;
    }
  }
}
