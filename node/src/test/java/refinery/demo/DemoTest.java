package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.InputStream;
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
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.Fault;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.RunDesign;
import refinery.localarchive.SyntheticSpecies;
import refinery.main.NodeMain;
import refinery.protocol.Json;
import refinery.testing.MachineSandbox;
import refinery.testing.RequiresTools;

/** The main job end to end with the real tools, twice, and from both mirrors. */
@RequiresTools
class DemoTest {
  static final Duration PATIENCE = Duration.ofMinutes(10);

  @TempDir Path temp;

  /** The demo itself fails below r = 0.999 or beyond 3 % of the true total. */
  @Test
  void theDemoAgreesWithTheTruthAndDoesNothingTwice() throws Exception {
    StringWriter first = new StringWriter();
    assertThat(new Demo(new PrintWriter(first), NodeMain::startDemo).run(temp, 0, false))
        .as(first.toString())
        .isZero();
    assertThat(first.toString()).contains("ncbi").doesNotContain("0 jobs run");
    DatasetChecks.theDemoLeavesADataset(temp);
    assertThat(temp.resolve("quality.html"))
        .content()
        .contains("Quality of 6 runs of survey-", "6 pass", "6 runs; least");
    assertThat(Files.readAllLines(temp.resolve("quality.tsv"))).hasSize(7);
    StringWriter second = new StringWriter();
    assertThat(new Demo(new PrintWriter(second), NodeMain::startDemo).run(temp, 0, false))
        .as(second.toString())
        .isZero();
    assertThat(second.toString()).contains("0 jobs run, everything already refined");
  }

  /**
   * The same run from ENA's FASTQ and from NCBI's archive: kallisto to the byte; salmon, which with
   * bias correction differs between two runs of identical input, by genes within 0.2 reads. Where
   * the machine allows a sandbox, all tools run in it.
   */
  @Test
  void bothMirrorsGiveTheSameNumbers() throws Exception {
    SyntheticSpecies species = SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED);
    Path tree = ArchiveTree.write(temp.resolve("archive"), species, true);
    BadCopies bad = BadCopies.add(tree, species);
    Map<String, String> settings = new HashMap<>();
    settings.put("refinery.transfer.reads.beginning", "64KiB");
    settings.put("refinery.agent.sandbox", MachineSandbox.isAllowed() ? "required" : "auto");
    settings.put("refinery.pipelines.directory", BadCopies.pipelines(temp).toString());
    String run =
        species.runs().stream()
            .map(RunDesign::accession)
            .filter("SRR990101"::equals)
            .findFirst()
            .orElseThrow();
    try (LocalArchive archive = LocalArchive.start(tree, 0);
        DemoNode node = start(archive, settings, OwnFiles.settings(tree, archive))) {
      NodeClient client = new NodeClient(node.url(), Optional.empty());
      ObjectNode genome = Json.MAPPER.createObjectNode().put("source", "ensembl");
      genome
          .putObject("parameters")
          .put("species", SyntheticSpecies.NAME)
          .put("division", "EnsemblVertebrates")
          .put("release", SyntheticSpecies.RELEASE);
      client.post("/surveys", genome, Optional.empty());
      OwnFiles own = new OwnFiles(client, tree, archive, species);
      own.survey(run);
      for (String pipeline : List.of("kallisto-quant", "salmon-quant")) {
        survey(client, pipeline, run);
      }
      bad.areRefusedByWhoeverUsesThem(client, PATIENCE);
      Map<String, JsonNode> fromEna = refined(client, run, "ena");
      own.areRefined(fromEna.get("kallisto-quant"), PATIENCE);
      new DatasetChecks(client, species, temp, node.url())
          .ofOneRunAndThenOfMore(run, fromEna.get("kallisto-quant"));
      new ProgramChecks(node.url(), temp, run).bothFetchTheSame();
      found(client, "ncbi", "query", "\"Synthetica minima\"[Organism]", "ncbi");
      found(client, "geo", "accession", "GSE990101", "ena");
      found(client, "biostudies", "accession", "E-MTAB-990101", "ena");
      found(client, "ena", "query", "tax_tree(9999999)", "ena");
      RefSeqReference.isUsedWhereItIsNamed(client, run, fromEna.get("kallisto-quant"), PATIENCE);
      ReproduceChecks checks = new ReproduceChecks(node.url(), tree);
      checks.ofEqualReads(fromEna.get("kallisto-quant"));
      archive.close();
      checks.oneBaseIsAnother(run);
      try (LocalArchive other = LocalArchive.start(tree, archive.port())) {
        checks.ofOtherReads(fromEna.get("kallisto-quant"), run);
        ncbiGivesTheSame(client, other, species, run, fromEna);
      }
    }
  }

  /** ENA has the run's files no more. */
  private static void ncbiGivesTheSame(
      NodeClient client,
      LocalArchive archive,
      SyntheticSpecies species,
      String run,
      Map<String, JsonNode> fromEna)
      throws Exception {
    archive.fault(Fault.always("^/vol1/fastq/.*" + run + "_", Fault.Mode.STATUS).with(404));
    for (JsonNode batch : fromEna.values()) {
      client.act("/batches/" + batch.path("id").asText() + "/reprocess");
    }
    Map<String, JsonNode> fromNcbi = refined(client, run, "ncbi");
    assertThat(text(client, fromNcbi.get("kallisto-quant"), "abundance.tsv"))
        .isEqualTo(text(client, fromEna.get("kallisto-quant"), "abundance.tsv"));
    Map<String, Double> ena = genes(species, text(client, fromEna.get("salmon-quant"), "quant.sf"));
    Map<String, Double> ncbi =
        genes(species, text(client, fromNcbi.get("salmon-quant"), "quant.sf"));
    assertThat(ncbi.keySet()).isEqualTo(ena.keySet());
    ena.forEach(
        (gene, reads) ->
            assertThat(ncbi.get(gene))
                .as(gene)
                .isCloseTo(reads, org.assertj.core.data.Offset.offset(0.2)));
  }

  private DemoNode start(
      LocalArchive archive, Map<String, String> settings, Map<String, String> more) {
    Map<String, String> all = new HashMap<>(archive.configuration());
    all.putAll(settings);
    all.putAll(more);
    return NodeMain.startDemo(temp.resolve("node"), 0, all);
  }

  static String survey(NodeClient client, String pipeline, String run) {
    ObjectNode survey =
        Json.MAPPER.createObjectNode().put("source", "ena").put("pipeline", pipeline);
    survey.putObject("parameters").put("accession", run);
    return client.post("/surveys", survey, Optional.empty()).path("id").asText();
  }

  /** The first run that a survey of this source finds, once it is refined from that archive. */
  private static void found(
      NodeClient client, String source, String parameter, String value, String archive) {
    ObjectNode survey =
        Json.MAPPER.createObjectNode().put("source", source).put("pipeline", "kallisto-quant");
    survey.putObject("parameters").put(parameter, value).putObject("select").put("max_runs", 1);
    String id = client.post("/surveys", survey, Optional.empty()).path("id").asText();
    JsonNode batch =
        Awaitility.await()
            .atMost(PATIENCE)
            .pollInterval(Duration.ofMillis(200))
            .until(
                () -> {
                  List<JsonNode> found = new ArrayList<>();
                  client.list("/batches", Map.of("survey_id", id), 10, found::add);
                  return found;
                },
                found ->
                    found.size() == 1
                        && List.of("done", "failed")
                            .contains(found.getFirst().path("state").asText()))
            .getFirst();
    assertThat(batch.path("state").asText()).as(batch.toString()).isEqualTo("done");
    assertThat(batch.path("facts").path("delivered_from").asText()).isEqualTo(archive);
  }

  /** The run's batches by pipeline, once all are done with reads from that archive. */
  private static Map<String, JsonNode> refined(NodeClient client, String run, String from) {
    return Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              Map<String, JsonNode> done = new HashMap<>();
              List<JsonNode> batches = new ArrayList<>();
              client.list("/batches", Map.of("q", run), 100, batches::add);
              for (JsonNode batch : batches) {
                assertThat(batch.path("state").asText()).isNotEqualTo("failed");
                if (batch.path("state").asText().equals("done")
                    && batch.path("source").asText().equals("ena")
                    && batch.path("facts").path("delivered_from").asText().equals(from)) {
                  done.put(batch.path("pipeline").asText(), batch);
                }
              }
              return done;
            },
            done -> done.size() == 2);
  }

  static String text(NodeClient client, JsonNode batch, String name) throws Exception {
    for (JsonNode artifact : batch.path("artifacts")) {
      if (artifact.path("name").asText().equals(name)) {
        try (InputStream in =
            client.stream("/artifacts/" + artifact.path("sha256").asText(), false)) {
          return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
      }
    }
    throw new AssertionError("no " + name + " in " + batch);
  }

  /** NumReads of quant.sf (fifth column) by gene. */
  static Map<String, Double> genes(SyntheticSpecies species, String quant) {
    Map<String, Double> sums = new HashMap<>();
    quant
        .lines()
        .skip(1)
        .map(line -> line.split("\t"))
        .forEach(
            fields ->
                sums.merge(
                    species.transcriptToGene().get(fields[0]),
                    Double.parseDouble(fields[4]),
                    Double::sum));
    return sums;
  }
}
