package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.SurveyProgress;
import refinery.client.Table;
import refinery.client.crate.Comparison;
import refinery.client.crate.CrateDocument;
import refinery.protocol.Json;
import refinery.protocol.batch.Reproduction;

/** Makes a batch again beside the first, and compares what came out. */
@Command(
    name = "reproduce",
    description = {
      "Run a batch again from its archive on, without touching or reusing what there is,",
      "and compare the digests of the outputs; says what else is not the same.",
      "Ends with 1 when an output differs. Times in JSON reports do not count."
    })
final class ReproduceCommand implements Callable<Integer> {
  private static final int LONGEST_LINE = 400;

  @Spec private CommandSpec spec;
  @Mixin private final Connection connection = new Connection();

  @Parameters(
      paramLabel = "BATCH|CRATE",
      description = "batch-..., or the zip of 'refinery crate'.")
  private String given = "";

  @Option(
      names = "--tolerance",
      paramLabel = "REL",
      defaultValue = "0",
      description =
          "Relative difference up to which numbers in tables count as equal, for tools that differ"
              + " from run to run: 0.2 for salmon, which draws fragments to correct biases"
              + " (default: ${DEFAULT-VALUE}).")
  private double tolerance;

  @Override
  public Integer call() {
    if (!(tolerance >= 0 && tolerance < 1)) {
      throw CommandFailure.usage("--tolerance must be from 0 to less than 1");
    }
    NodeClient client = connection.client();
    PrintWriter out = spec.commandLine().getOut();
    try (SavedCrate saved = given.startsWith("batch-") ? SavedCrate.NONE : SavedCrate.open(given)) {
      CrateDocument first = first(client, saved);
      String batch =
          first.batch().orElseThrow(() -> CommandFailure.failed("the crate names no batch"));
      if (first.outputs().isEmpty()) {
        throw CommandFailure.failed(batch + " has no outputs that could be compared");
      }
      String survey = post(client, first, batch);
      out.println(survey);
      out.flush();
      int end = new SurveyProgress(client, out).follow(survey);
      if (end != 0) {
        return end;
      }
      CrateDocument second = provenance(client, again(client, survey, batch));
      return told(
          Comparison.of(first, second, new OutputContents(client, saved, tolerance)::compare));
    }
  }

  private CrateDocument first(NodeClient client, SavedCrate saved) {
    if (saved != SavedCrate.NONE) {
      return new CrateDocument(saved.metadata());
    }
    return provenance(client, Resource.of(given).require(given, "batch").path());
  }

  private static CrateDocument provenance(NodeClient client, String path) {
    return new CrateDocument(client.get(path + "/provenance"));
  }

  /**
   * Posts what the crate says, or, if it does not, what the node knows of the batch. Files of this
   * machine are read only for a batch that the node knows.
   */
  private String post(NodeClient client, CrateDocument first, String batch) {
    ObjectNode body =
        first
            .request()
            .filter(request -> !request.path("source").asText().equals("files"))
            .map(ReproduceCommand::request)
            .orElseGet(() -> known(client, batch));
    JsonNode parameters = body.path("pipeline_parameters");
    ObjectNode asked =
        parameters instanceof ObjectNode there ? there : body.putObject("pipeline_parameters");
    if (asked.has(Reproduction.PARAMETER)) {
      throw CommandFailure.usage(
          batch + " was itself made again; give the first: " + asked.path("reproduces").asText());
    }
    byte[] mark = new byte[8];
    ThreadLocalRandom.current().nextBytes(mark);
    asked.put(Reproduction.PARAMETER, batch + "@" + HexFormat.of().formatHex(mark));
    return client.post("/surveys", body, Optional.empty()).path("id").asText();
  }

  private static ObjectNode known(NodeClient client, String batch) {
    JsonNode surveys = client.get(Resource.of(batch).path()).path("survey_ids");
    return request(client.get(Resource.of(surveys.path(0).asText()).path()));
  }

  /** What decides what is found; a crate may come from anywhere, so nothing else is taken. */
  private static ObjectNode request(JsonNode survey) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    for (String key : List.of("source", "parameters", "pipeline", "pipeline_parameters")) {
      request.set(key, survey.path(key).deepCopy());
    }
    return request;
  }

  private static String again(NodeClient client, String survey, String batch) {
    List<String> found = new ArrayList<>();
    client.list(
        "/batches",
        Map.of("survey_id", survey, "state", "done"),
        2,
        made -> found.add(made.path("id").asText()));
    if (found.isEmpty()) {
      throw CommandFailure.failed(
          "the source does not find " + batch + " as it was, or leaves it out; see " + survey);
    }
    return Resource.of(found.getFirst()).path();
  }

  private int told(Comparison comparison) {
    PrintWriter out = spec.commandLine().getOut();
    comparison.outputs().forEach(line -> out.println(Table.printable(line, LONGEST_LINE)));
    if (!comparison.conditions().isEmpty()) {
      out.println("not the same:");
      comparison
          .conditions()
          .forEach(line -> out.println("  " + Table.printable(line, LONGEST_LINE)));
    }
    out.println(comparison.reproduced() ? "reproduced" : "not reproduced");
    return comparison.reproduced() ? 0 : CommandFailure.WORK_FAILED;
  }
}
