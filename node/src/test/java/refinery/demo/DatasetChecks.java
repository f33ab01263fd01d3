package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipInputStream;
import org.awaitility.Awaitility;
import picocli.CommandLine;
import refinery.cli.ClientCommands;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.localarchive.SyntheticSpecies;
import refinery.protocol.Json;

/** Datasets of what the real tools made, by the commands that people use. */
record DatasetChecks(NodeClient client, SyntheticSpecies species, Path temp, String url) {

  /** Six runs, a table of counts, and the crate that says how it was made. */
  static void theDemoLeavesADataset(Path dir) throws IOException {
    try (ZipFile zip = new ZipFile(dir.resolve("dataset.zip").toFile())) {
      List<String> samples =
          new String(
                  zip.getInputStream(zip.getEntry("samples.tsv")).readAllBytes(),
                  StandardCharsets.UTF_8)
              .lines()
              .toList();
      assertThat(samples).hasSize(7);
      assertThat(zip.stream().map(entry -> entry.getName()))
          .anyMatch(name -> name.endsWith("counts.tsv.gz"))
          .anyMatch(name -> name.endsWith("counts/matrix.mtx.gz"))
          .contains("dropped.tsv");
    }
    try (ZipFile crate = new ZipFile(dir.resolve("dataset.crate.zip").toFile())) {
      assertThat(crate.getEntry("ro-crate-metadata.json")).isNotNull();
      assertThat(crate.getEntry("workflow/dataset.conf")).isNotNull();
    }
  }

  void ofOneRunAndThenOfMore(String run, JsonNode quantified) throws Exception {
    assertThatThrownBy(() -> post(run, Map.of()))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContainingAll("/pipeline", "kallisto-quant", "salmon-quant");
    JsonNode dataset =
        json("dataset", "create", run, "nobody", "pipeline=kallisto-quant", "--wait", "--json");
    assertThat(dataset.path("state").asText()).as(dataset.toString()).isEqualTo("done");
    assertThat(dataset.path("dropped").findValuesAsText("sample")).containsExactly("nobody");
    countsAreThoseOfKallisto(dataset, quantified);
    isTheSameAgain(run, dataset);
    isMadeAsParquetWhenItIsWanted(dataset);
    String more =
        command(
                "dataset",
                "append",
                dataset.path("id").asText(),
                "own-disk",
                "own-host",
                "layout=refinebio",
                "--wait")
            .lines()
            .findFirst()
            .orElseThrow();
    isAVersionOfThree(client.get("/datasets/" + more), dataset, run);
    itsSamplesAreTold(more);
    isMadeACompendium(client.get("/datasets/" + more), run);
  }

  /** In the plain table, and in that of refine.bio: harmonised, with verdict and version. */
  private void itsSamplesAreTold(String dataset) throws IOException {
    Path folder = temp.resolve("told");
    command("dataset", "fetch", dataset, "--to", folder.toString());
    List<Map<String, String>> samples = rows(Files.readString(folder.resolve("samples.tsv")));
    assertThat(samples)
        .extracting(row -> row.get("quality_verdict"))
        .allMatch(verdict -> verdict.matches("pass|warn|fail"));
    assertThat(samples)
        .extracting(row -> row.get("kallisto_version"))
        .allMatch(version -> version.matches("[0-9.]+"));
    assertThat(samples)
        .extracting(row -> row.get("harmonised_treatment"))
        .containsExactly("", "heat", "heat");
    assertThat(samples.getFirst().get("harmonised_layout")).isEqualTo("paired");
    try (ZipFile zip = new ZipFile(folder.resolve("refinebio.zip").toFile())) {
      byte[] table = zip.getInputStream(zip.getEntry("ALL/metadata_ALL.tsv")).readAllBytes();
      assertThat(rows(new String(table, StandardCharsets.UTF_8)).getLast())
          .containsEntry("refinebio_treatment", "heat")
          .containsEntry("refinebio_age", "5")
          .containsEntry("condition", "A")
          .containsEntry("refinebio_processor_version", samples.getLast().get("kallisto_version"));
    }
  }

  private static List<Map<String, String>> rows(String table) {
    List<String> lines = table.lines().toList();
    List<String> head = List.of(lines.getFirst().split("\t", -1));
    return lines.stream()
        .skip(1)
        .map(
            line -> {
              String[] cells = line.split("\t", -1);
              Map<String, String> row = new HashMap<>();
              head.forEach(name -> row.put(name, cells[row.size()]));
              return row;
            })
        .toList();
  }

  /** Its store is what a survey of batches asks for. */
  private void isMadeACompendium(JsonNode dataset, String run) throws Exception {
    ObjectNode survey =
        Json.MAPPER.createObjectNode().put("source", "batches").put("pipeline", "compendium");
    survey
        .putObject("parameters")
        .put("pipeline", "dataset")
        .put("artifact", "matrix.store")
        .putArray("batches")
        .add(dataset.path("batch_id").asText());
    String id = client.post("/surveys", survey, Optional.empty()).path("id").asText();
    List<JsonNode> made = new ArrayList<>();
    Awaitility.await()
        .atMost(DemoTest.PATIENCE)
        .until(
            () -> {
              made.clear();
              client.list("/batches", Map.of("survey_id", id), 10, made::add);
              return made.stream()
                  .anyMatch(b -> List.of("done", "failed").contains(b.path("state").asText()));
            });
    JsonNode summary =
        Json.MAPPER.readTree(DemoTest.text(client, made.getFirst(), "compendium.json"));
    assertThat(summary.path("recipe").asText()).isEqualTo("compendium-1");
    assertThat(summary.path("samples").asInt()).isEqualTo(3);
    assertThat(summary.path("genes").asInt()).isPositive();
    assertThat(DemoTest.text(client, made.getFirst(), "samples.tsv").lines().skip(1))
        .extracting(line -> line.split("\t")[0])
        .containsExactly(run, "own-disk", "own-host");
  }

  private JsonNode post(String run, Map<String, String> fields) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    fields.forEach(request::put);
    request.putArray("samples").add(run).add("nobody");
    return client.post("/datasets", request, Optional.empty());
  }

  private void countsAreThoseOfKallisto(JsonNode dataset, JsonNode quantified) throws Exception {
    Map<String, Double> expected = new HashMap<>();
    DemoTest.text(client, quantified, "abundance.tsv")
        .lines()
        .skip(1)
        .map(line -> line.split("\t"))
        .forEach(
            fields ->
                expected.merge(
                    species.transcriptToGene().get(fields[0]),
                    Double.parseDouble(fields[3]),
                    Double::sum));
    Path folder = temp.resolve("fetched");
    command("dataset", "fetch", dataset.path("id").asText(), "--to", folder.toString());
    Map<String, Double> counts = new HashMap<>();
    try (GZIPInputStream in =
        new GZIPInputStream(Files.newInputStream(folder.resolve("counts.tsv.gz")))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .skip(1)
          .map(line -> line.split("\t"))
          .forEach(cells -> counts.put(cells[0], Double.parseDouble(cells[1])));
    }
    assertThat(counts.keySet()).isEqualTo(expected.keySet());
    String most = "";
    for (Map.Entry<String, Double> gene : expected.entrySet()) {
      assertThat(counts.get(gene.getKey())).isCloseTo(gene.getValue(), within(1e-6));
      most = gene.getValue() > expected.getOrDefault(most, 0.0) ? gene.getKey() : most;
    }
    JsonNode slice =
        client.get("/datasets/" + dataset.path("id").asText() + "/slice?genes=" + most);
    assertThat(slice.path("genes").path(0).path("values").path(0).asDouble())
        .isEqualTo(counts.get(most));
  }

  /** No job runs, and the answer is the same. */
  private void isTheSameAgain(String run, JsonNode dataset) {
    long jobs = jobs();
    JsonNode again = post(run, Map.of("pipeline", "kallisto-quant"));
    assertThat(again).isEqualTo(client.get("/datasets/" + dataset.path("id").asText()));
    assertThat(again.path("files")).isEqualTo(dataset.path("files"));
    assertThat(jobs()).isEqualTo(jobs);
  }

  private void isMadeAsParquetWhenItIsWanted(JsonNode dataset) {
    String path = "/datasets/" + dataset.path("id").asText() + "/archive?formats=parquet";
    Awaitility.await()
        .atMost(Duration.ofMinutes(1))
        .pollInterval(Duration.ofMillis(200))
        .untilAsserted(() -> assertThat(names(path)).contains("long.parquet", "counts.tsv.gz"));
  }

  /** Of the members of a zip; empty while there is none. */
  private List<String> names(String path) throws IOException {
    List<String> names = new ArrayList<>();
    try (ZipInputStream zip = new ZipInputStream(client.stream(path, true))) {
      for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
        names.add(entry.getName());
      }
    }
    return names;
  }

  private long jobs() {
    List<JsonNode> jobs = new ArrayList<>();
    client.list("/jobs", Map.of(), 10_000, jobs::add);
    return jobs.size();
  }

  /** The run from other addresses has the same reads, so all three columns are equal. */
  private void isAVersionOfThree(JsonNode more, JsonNode base, String run) {
    assertThat(more.path("state").asText()).as(more.toString()).isEqualTo("done");
    assertThat(more.path("version").asInt()).isEqualTo(2);
    assertThat(more.path("base")).isEqualTo(base.path("id"));
    assertThat(more.path("samples").path("taken").asInt()).isEqualTo(3);
    assertThat(more.path("samples").path("of_base").asInt()).isEqualTo(1);
    String gene = species.transcriptToGene().values().iterator().next();
    JsonNode slice = client.get("/datasets/" + more.path("id").asText() + "/slice?genes=" + gene);
    assertThat(slice.path("samples").toString())
        .isEqualTo("[\"%s\",\"own-disk\",\"own-host\"]".formatted(run));
    JsonNode values = slice.path("genes").path(0).path("values");
    assertThat(values.path(1)).isEqualTo(values.path(0));
    assertThat(values.path(2)).isEqualTo(values.path(0));
  }

  private JsonNode json(String... words) throws IOException {
    return Json.MAPPER.readTree(command(words));
  }

  private String command(String... words) {
    CommandLine dataset =
        ClientCommands.all().stream()
            .filter(each -> each.getCommandName().equals(words[0]))
            .findFirst()
            .orElseThrow();
    List<String> rest = new ArrayList<>(List.of(words).subList(1, words.length));
    rest.addAll(List.of("--url", url));
    StringWriter out = new StringWriter();
    dataset.setOut(new PrintWriter(out));
    dataset.setErr(new PrintWriter(new StringWriter()));
    assertThat(dataset.execute(rest.toArray(String[]::new))).as(out.toString()).isZero();
    return out.toString();
  }
}
