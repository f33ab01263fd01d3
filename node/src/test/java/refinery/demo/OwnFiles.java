package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.awaitility.Awaitility;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.RunDesign;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;

/** A table of files of one's own, from this machine's disk and from a host that is named. */
record OwnFiles(NodeClient client, Path tree, LocalArchive archive, SyntheticSpecies species) {
  private static final String PIPELINE = "kallisto-quant";

  static Map<String, String> settings(Path tree, LocalArchive archive) {
    return Map.of(
        "refinery.archives.files.directories", "[\"" + tree.toAbsolutePath() + "\"]",
        "refinery.archives.files.hosts", "[\"127.0.0.1:" + archive.port() + "\"]");
  }

  /** Posts the table; the samples are refined beside other work. */
  void survey(String run) throws Exception {
    assertThatThrownBy(() -> post("sample,reads_1\nx,/etc/x.fastq.gz\n"))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("line 2: reads_1 must lie below " + tree.toAbsolutePath());
    List<String> paths = paths(run);
    String first = tree.toAbsolutePath() + "/" + paths.getFirst();
    String second = tree.toAbsolutePath() + "/" + paths.getLast();
    String other =
        species.runs().stream()
            .filter(design -> design.paired() && !design.accession().equals(run))
            .map(design -> tree.toAbsolutePath() + "/" + design.paths().getLast())
            .findFirst()
            .orElseThrow();
    String url = archive.url() + "/";
    post(
        "sample,reads_1,reads_2,md5_1,organism,taxon,condition,treatment,age\n"
            + "own-disk,%s,%s,%s,Synthetica minima,9999999,A,heat,5 weeks\n"
                .formatted(first, second, md5(tree.resolve(paths.getFirst())))
            + "own-host,%s,%s,,Synthetica minima,9999999,A,heat,5 weeks\n"
                .formatted(url + paths.getFirst(), url + paths.getLast())
            + "own-sum,%s,%s,%s,Synthetica minima,9999999,A,heat,5 weeks\n"
                .formatted(first, second, "0".repeat(32))
            + "own-mix,%s,%s,,Synthetica minima,9999999,A,heat,5 weeks\n".formatted(first, other));
  }

  /** As from an archive: the same numbers, and what is wrong is refused. */
  void areRefined(JsonNode fromEna, Duration patience) throws Exception {
    for (String sample : List.of("own-disk", "own-host")) {
      JsonNode batch = ended(sample, patience);
      assertThat(batch.path("state").asText()).as(batch.toString()).isEqualTo("done");
      assertThat(batch.path("key_values").path("condition").asText()).isEqualTo("A");
      assertThat(batch.path("facts").path("reads_checked").asText()).isEqualTo("whole");
      assertThat(DemoTest.text(client, batch, "abundance.tsv"))
          .isEqualTo(DemoTest.text(client, fromEna, "abundance.tsv"));
    }
    refused("own-sum", "md5 is .*, the archive states 0{32}", patience);
    refused("own-mix", "own-mix_1.fastq.gz and own-mix_2.fastq.gz are no mates", patience);
  }

  private void refused(String sample, String words, Duration patience) {
    JsonNode batch = ended(sample, patience);
    assertThat(batch.path("state").asText()).as(batch.toString()).isEqualTo("failed");
    assertThat(batch.path("reason").asText()).containsPattern(words);
  }

  private JsonNode ended(String sample, Duration patience) {
    return Awaitility.await()
        .atMost(patience)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              List<JsonNode> found = new ArrayList<>();
              client.list("/batches", Map.of("q", sample), 10, found::add);
              return found;
            },
            found ->
                found.size() == 1
                    && List.of("done", "failed").contains(found.getFirst().path("state").asText()))
        .getFirst();
  }

  private void post(String table) {
    ObjectNode survey =
        Json.MAPPER.createObjectNode().put("source", "files").put("pipeline", PIPELINE);
    survey.putObject("parameters").put("table", table);
    client.post("/surveys", survey, Optional.empty());
  }

  private List<String> paths(String run) {
    return species.runs().stream()
        .filter(design -> design.accession().equals(run))
        .map(RunDesign::paths)
        .findFirst()
        .orElseThrow();
  }

  private static String md5(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("MD5").digest(Files.readAllBytes(file)));
  }
}
