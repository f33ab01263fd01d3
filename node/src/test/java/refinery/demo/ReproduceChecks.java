package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.assertj.core.api.Assertions;
import refinery.main.RefineryCommand;
import refinery.protocol.Json;

/**
 * A quantification is made again by {@code refinery reproduce}, before and after its reads change.
 */
record ReproduceChecks(String url, Path tree) {
  private static final Path ROWS = Path.of("api/ena/read_run.json");

  /** Of the first read. It decides how far apart the mates lie, so the lengths in use change. */
  private static final int BASE = 20;

  void ofEqualReads(JsonNode batch) {
    assertThat(reproduced(0, batch))
        .contains("\nabundance.tsv: equal, sha256 " + digest(batch, "abundance.tsv") + "\n")
        .doesNotContain("not the same")
        .endsWith("\nreproduced\n");
  }

  void ofOtherReads(JsonNode batch, String run) {
    assertThat(reproduced(1, batch))
        .contains("\nabundance.tsv: numbers differ in ")
        .containsPattern("not the same:\n(  .*\n)*  input " + run + "_1.fastq.gz: md5 .*, now md5 ")
        .doesNotContain(run + "_2")
        .endsWith("\nnot reproduced\n");
  }

  private static String digest(JsonNode batch, String name) {
    for (JsonNode artifact : batch.path("artifacts")) {
      if (artifact.path("name").asText().equals(name)) {
        return artifact.path("sha256").asText();
      }
    }
    return Assertions.fail(name);
  }

  /** In the first file, together with what an archive that is started now tells of it. */
  void oneBaseIsAnother(String run) throws Exception {
    ArrayNode rows = (ArrayNode) Json.MAPPER.readTree(tree.resolve(ROWS).toFile());
    for (JsonNode row : rows) {
      if (row.path("run_accession").asText().equals(run)) {
        String path = row.path("fastq_ftp").asText().split(";")[0].replaceFirst("^[^/]*/", "");
        Path file = tree.resolve(path);
        change(file);
        first((ObjectNode) row, "fastq_md5", md5(file));
        first((ObjectNode) row, "fastq_bytes", Long.toString(Files.size(file)));
      }
    }
    Json.MAPPER.writeValue(tree.resolve(ROWS).toFile(), rows);
  }

  private static void change(Path file) throws IOException {
    byte[] reads;
    try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      reads = in.readAllBytes();
    }
    int base = new String(reads, StandardCharsets.US_ASCII).indexOf('\n') + 1 + BASE;
    reads[base] = (byte) (reads[base] == 'A' ? 'C' : 'A');
    try (GZIPOutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
      out.write(reads);
    }
  }

  private static void first(ObjectNode row, String field, String value) {
    row.put(field, row.path(field).asText().replaceFirst("^[^;]*", value));
  }

  private static String md5(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file)));
  }

  private String reproduced(int code, JsonNode batch) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    List<String> words = List.of("reproduce", batch.path("id").asText(), "--url", url);
    assertThat(
            RefineryCommand.run(
                new PrintWriter(out), new PrintWriter(err), words.toArray(String[]::new)))
        .as("%s %s", out, err)
        .isEqualTo(code);
    System.out.print(out);
    return out.toString();
  }
}
