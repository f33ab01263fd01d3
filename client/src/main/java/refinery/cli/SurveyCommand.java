package refinery.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.SurveyProgress;
import refinery.protocol.Json;

/** Posts a survey; with {@code --wait} shows it until it has ended. */
@Command(name = "survey", description = "Survey an archive and refine what it has.")
final class SurveyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private final Connection connection = new Connection();

  @Parameters(
      index = "0",
      paramLabel = "SOURCE",
      description = "ena, ensembl, files, ...; GET /sources lists them.")
  private String source = "";

  @Parameters(
      index = "1..*",
      arity = "0..*",
      paramLabel = "key=value",
      description =
          "Parameters of the source; a repeated key makes a list, and key=@FILE is what the file"
              + " holds.")
  private List<String> parameters = List.of();

  @Mixin private final SurveyOptions options = new SurveyOptions();

  @Option(names = "--idempotency-key", description = "A repeat returns the first answer.")
  private Optional<String> key = Optional.empty();

  @Option(names = "--wait", description = "Show progress until every batch has ended.")
  private boolean wait;

  @Option(
      names = "--dry-run",
      description = {
        "Only plan: nothing is fetched. Shows what would be taken and skipped, and why;",
        "'refinery answer' then starts all or a part of it."
      })
  private boolean dryRun;

  @Override
  public Integer call() {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("source", source);
    body.set("parameters", parameters(parameters));
    options.into(body);
    if (dryRun) {
      body.put("plan", true);
    }
    NodeClient client = connection.client();
    JsonNode survey = client.post("/surveys", body, key);
    String id = survey.path("id").asText();
    spec.commandLine().getOut().println(id);
    spec.commandLine().getOut().flush();
    if (!wait && !dryRun) {
      return 0;
    }
    int end = new SurveyProgress(client, spec.commandLine().getOut()).follow(id);
    if (dryRun) {
      new PlanText(client, spec.commandLine().getOut()).show(id);
    }
    return end;
  }

  /** JSON arrays, objects, numbers and booleans as such; a file's text; else it is a string. */
  static ObjectNode parameters(List<String> pairs) {
    ObjectNode all = Json.MAPPER.createObjectNode();
    for (String pair : pairs) {
      int equals = pair.indexOf('=');
      if (equals < 1) {
        throw CommandFailure.usage("'" + pair + "' is not key=value");
      }
      String name = pair.substring(0, equals);
      String given = pair.substring(equals + 1);
      JsonNode value = given.startsWith("@") ? text(given.substring(1)) : value(given);
      JsonNode before = all.get(name);
      if (before == null) {
        all.set(name, value);
      } else if (before instanceof ArrayNode list) {
        list.add(value);
      } else {
        all.set(name, Json.MAPPER.createArrayNode().add(before).add(value));
      }
    }
    return all;
  }

  private static JsonNode text(String file) {
    try {
      return TextNode.valueOf(Files.readString(Path.of(file)));
    } catch (java.io.IOException | java.nio.file.InvalidPathException unreadable) {
      throw CommandFailure.usage("cannot read the file '" + file + "' as UTF-8 text");
    }
  }

  private static JsonNode value(String text) {
    try (var parser = Json.MAPPER.createParser(text)) {
      JsonNode parsed = Json.MAPPER.readTree(parser);
      boolean whole = parser.nextToken() == null;
      boolean typed = parsed != null && !parsed.isNull() && !parsed.isTextual();
      return whole && typed ? parsed : TextNode.valueOf(text);
    } catch (JsonProcessingException e) {
      return TextNode.valueOf(text);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
