package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;
import org.awaitility.Awaitility;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.RunDesign;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;

/**
 * Runs whose files have the MD5 that the archive states, and still are not as it describes them:
 * behind the beginning of the file, where a download does not look.
 */
final class BadCopies {
  private static final int PAIRS = 2_000;
  private static final int STATED = PAIRS + 7;

  /** Its archive states more reads than it has; the file is sound, so this is told only. */
  private static final RunDesign SHORT = design("SRR9902011");

  /** Its record 1,501 lacks a quality value. */
  private static final RunDesign BROKEN = design("SRR9902012");

  private static final RunDesign GOOD = design("SRR9902013");

  /** Has both mates in one file, and its archive counts every read. */
  private static final RunDesign INTERLEAVED = design("SRR9902014");

  private static final String USES_WITHOUT_COUNTING = "uses-without-counting";

  private BadCopies() {}

  private static RunDesign design(String run) {
    return new RunDesign(run, "SAMN" + run.substring(3), true, 100, "A", true, PAIRS);
  }

  static BadCopies add(Path tree, SyntheticSpecies species) throws Exception {
    Path rows = tree.resolve("api/ena/read_run.json");
    ArrayNode all = (ArrayNode) Json.MAPPER.readTree(rows.toFile());
    ArchiveTree.addRuns(tree, species, List.of(SHORT, BROKEN, GOOD, INTERLEAVED), run -> 1);
    ArrayNode added = (ArrayNode) Json.MAPPER.readTree(rows.toFile());
    ((ObjectNode) added.get(0)).put("read_count", Integer.toString(STATED));
    breakFirstMate(tree, (ObjectNode) added.get(1));
    interleave(tree, (ObjectNode) added.get(3));
    Json.MAPPER.writeValue(rows.toFile(), all.addAll(added));
    return new BadCopies();
  }

  private static void breakFirstMate(Path tree, ObjectNode row) throws Exception {
    Path file = tree.resolve(BROKEN.paths().getFirst());
    List<String> lines = lines(file);
    lines.set(4 * 1_500 + 3, lines.get(4 * 1_500 + 3).substring(1));
    byte[] packed = pack(file, lines);
    row.put("fastq_md5", md5(packed) + ";" + row.path("fastq_md5").asText().split(";", -1)[1]);
    row.put(
        "fastq_bytes", packed.length + ";" + row.path("fastq_bytes").asText().split(";", -1)[1]);
  }

  private static void interleave(Path tree, ObjectNode row) throws Exception {
    List<String> first = lines(tree.resolve(INTERLEAVED.paths().getFirst()));
    List<String> second = lines(tree.resolve(INTERLEAVED.paths().getLast()));
    List<String> both = new ArrayList<>();
    for (int at = 0; at < first.size(); at += 4) {
      both.addAll(first.subList(at, at + 4));
      both.addAll(second.subList(at, at + 4));
    }
    byte[] packed =
        pack(tree.resolve(INTERLEAVED.paths().getFirst().replace("_1.fastq", ".fastq")), both);
    row.put(
        "fastq_ftp", row.path("fastq_ftp").asText().split(";")[0].replace("_1.fastq", ".fastq"));
    row.put("fastq_md5", md5(packed));
    row.put("fastq_bytes", Integer.toString(packed.length));
    row.put("read_count", Integer.toString(2 * PAIRS));
  }

  private static List<String> lines(Path file) throws IOException {
    try (GZIPInputStream in =
        new GZIPInputStream(new ByteArrayInputStream(Files.readAllBytes(file)))) {
      return new ArrayList<>(
          new String(in.readAllBytes(), StandardCharsets.US_ASCII).lines().toList());
    }
  }

  private static byte[] pack(Path file, List<String> lines) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write((String.join("\n", lines) + "\n").getBytes(StandardCharsets.US_ASCII));
    }
    Files.write(file, packed.toByteArray());
    return packed.toByteArray();
  }

  private static String md5(byte[] bytes) throws Exception {
    return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
  }

  /** A directory with a pipeline whose tool counts nothing. */
  static Path pipelines(Path temp) throws IOException {
    Path directory = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(
        directory.resolve(USES_WITHOUT_COUNTING + ".conf"),
        """
        name = uses-without-counting
        version = "1"
        description = "Looks at both mates."
        inputs = [[reads_1, reads_2]]
        resources { cpu = "0.1", memory = "16MiB", disk = "1MiB + input" }
        steps = [{
          name = list, command = [ls, -L, "${input.reads_1}", "${input.reads_2}"], stdout = out.txt
          stall = 1m, wall-time = 1m
        }]
        outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
        """);
    return directory;
  }

  void areRefusedByWhoeverUsesThem(NodeClient client, Duration patience) throws Exception {
    DemoTest.survey(client, "salmon-quant", SHORT.accession());
    String broken = DemoTest.survey(client, "kallisto-quant", BROKEN.accession());
    ObjectNode report = Json.MAPPER.createObjectNode().put("source", "report");
    report.putObject("parameters").put("survey", broken);
    client.post("/surveys", report, Optional.empty());
    DemoTest.survey(client, "kallisto-quant", INTERLEAVED.accession());
    DemoTest.survey(client, USES_WITHOUT_COUNTING, BROKEN.accession());
    DemoTest.survey(client, USES_WITHOUT_COUNTING, GOOD.accession());
    JsonNode split = ended(client, patience, "kallisto-quant", INTERLEAVED);
    assertThat(split.path("state").asText()).as(split.toString()).isEqualTo("done");
    assertThat(split.path("facts").path("layout").asText()).isEqualTo("PAIRED");
    assertThat(split.path("facts").path("reads").asText()).isEqualTo(Integer.toString(PAIRS));
    assertThat(split.path("facts").path("read_count_differs").asText())
        .contains(PAIRS + " spots, the metadata state " + 2 * PAIRS);
    String tool = "(salmon|kallisto) read [0-9]+ reads, but the archive states ";
    JsonNode other = ended(client, patience, "salmon-quant", SHORT);
    assertThat(other.path("state").asText()).as(other.toString()).isEqualTo("done");
    assertThat(other.path("facts").path("read_count_differs").asText())
        .contains("there are " + PAIRS + " reads, the metadata state " + STATED);
    failsAtOnce(client, patience, "kallisto-quant", BROKEN, tool + PAIRS);
    String table =
        DemoTest.text(client, ended(client, patience, "quality-report", broken), "quality.tsv");
    assertThat(table.lines().toList().get(1))
        .as("nothing came of it, which the report tells")
        .startsWith(BROKEN.accession() + "\tbatch-")
        .containsPattern("\tfailed\t\t[^\t]*" + tool + PAIRS);
    failsAtOnce(client, patience, USES_WITHOUT_COUNTING, BROKEN, "FASTQ record 1501 is malformed");
    JsonNode batch = ended(client, patience, USES_WITHOUT_COUNTING, GOOD);
    assertThat(batch.path("state").asText()).isEqualTo("done");
    assertThat(batch.path("facts").path("reads_checked").asText()).isEqualTo("beginning");
    JsonNode checked = process(client, batch.path("id").asText()).path("steps").get(0);
    assertThat(checked.path("name").asText()).isEqualTo("check-reads");
    assertThat(checked.path("checks").toString()).contains("2000 FASTQ records, the whole file");
  }

  private static void failsAtOnce(
      NodeClient client, Duration patience, String pipeline, RunDesign run, String words) {
    JsonNode batch = ended(client, patience, pipeline, run);
    assertThat(batch.path("state").asText()).as(batch.toString()).isEqualTo("failed");
    assertThat(batch.path("reason").asText()).containsPattern(words);
    assertThat(process(client, batch.path("id").asText()).path("failure").toString())
        .as("what would come out the same again is not tried again")
        .contains("permanent");
  }

  private static JsonNode ended(
      NodeClient client, Duration patience, String pipeline, RunDesign run) {
    return ended(client, patience, pipeline, run.accession());
  }

  private static JsonNode ended(NodeClient client, Duration patience, String pipeline, String key) {
    return Awaitility.await()
        .atMost(patience)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              List<JsonNode> found = new ArrayList<>();
              client.list("/batches", Map.of("q", key, "pipeline", pipeline), 10, found::add);
              return found;
            },
            found ->
                found.size() == 1
                    && List.of("done", "failed").contains(found.getFirst().path("state").asText()))
        .getFirst();
  }

  private static JsonNode process(NodeClient client, String batch) {
    List<JsonNode> jobs = new ArrayList<>();
    client.list("/jobs", Map.of("batch_id", batch, "kind", "process"), 10, jobs::add);
    return client.get("/jobs/" + jobs.getFirst().path("id").asText());
  }
}
