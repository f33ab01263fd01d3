package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.awaitility.Awaitility;
import refinery.client.NodeClient;
import refinery.protocol.Json;

/** An index of the same species, made of what RefSeq has of it. */
final class RefSeqReference {
  private static final String ACCESSION = "GCF_999999999.2";
  private static final String PIPELINE = "kallisto-quant";

  private RefSeqReference() {}

  /** The newest release of Ensembl goes before it; named, it gives the same transcripts. */
  static void isUsedWhereItIsNamed(
      NodeClient client, String run, JsonNode withEnsembl, Duration patience) throws Exception {
    post(client, "refseq", "transcriptome-index", Map.of("assembly", "GCF_999999999"), "k", "31");
    JsonNode index = done(client, Map.of("q", ACCESSION), "k", "31", patience);
    assertThat(index.path("artifacts").toString())
        .contains("synthetica_minima.SMIN1." + ACCESSION + ".k31.tar.gz");
    post(client, "ena", PIPELINE, Map.of("accession", run), "reference_release", ACCESSION);
    JsonNode batch =
        done(
            client,
            Map.of("q", run, "pipeline", PIPELINE),
            "reference_release",
            ACCESSION,
            patience);
    Map<String, Integer> lengths = lengths(DemoTest.text(client, batch, "abundance.tsv"));
    assertThat(lengths).isEqualTo(lengths(DemoTest.text(client, withEnsembl, "abundance.tsv")));
  }

  /** By transcript. */
  private static Map<String, Integer> lengths(String abundance) {
    Map<String, Integer> lengths = new TreeMap<>();
    abundance
        .lines()
        .skip(1)
        .map(line -> line.split("\t"))
        .forEach(fields -> lengths.put(fields[0], Integer.parseInt(fields[1])));
    return lengths;
  }

  private static void post(
      NodeClient client,
      String source,
      String pipeline,
      Map<String, String> parameters,
      String name,
      String value) {
    ObjectNode survey =
        Json.MAPPER.createObjectNode().put("source", source).put("pipeline", pipeline);
    parameters.forEach(survey.putObject("parameters")::put);
    survey.putObject("pipeline_parameters").put(name, value);
    client.post("/surveys", survey, Optional.empty());
  }

  /** The batch that was asked for with this parameter of its pipeline. */
  private static JsonNode done(
      NodeClient client, Map<String, String> query, String name, String value, Duration patience) {
    return Awaitility.await()
        .atMost(patience)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              List<JsonNode> found = new ArrayList<>();
              client.list("/batches", query, 10, found::add);
              found.removeIf(
                  batch ->
                      !batch.path("state").asText().equals("done")
                          || !batch.path("parameters").path(name).asText().equals(value));
              return found;
            },
            found -> found.size() == 1)
        .getFirst();
  }
}
