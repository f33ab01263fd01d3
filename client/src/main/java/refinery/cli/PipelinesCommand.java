package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.Table;
import refinery.protocol.Json;

/** {@code refinery pipelines}: what the node's pipelines are, or how one works. */
@Command(
    name = "pipelines",
    description = "List the node's pipelines, or explain one; 'check' checks files without a node.")
final class PipelinesCommand implements Runnable {
  @Mixin private final Connection connection = new Connection();
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The one to explain.")
  private Optional<String> name = Optional.empty();

  @Option(names = "--json", description = "Print JSON.")
  private boolean json;

  @Override
  public void run() {
    List<JsonNode> all = new ArrayList<>();
    connection.client().get("/pipelines").path("items").forEach(all::add);
    PrintWriter out = spec.commandLine().getOut();
    out.print(name.isPresent() ? one(all, name.get()) : list(all));
    out.flush();
  }

  private String list(List<JsonNode> all) {
    if (json) {
      ArrayNode array = Json.MAPPER.createArrayNode().addAll(all);
      return array.toPrettyString() + "\n";
    }
    Table table = new Table("NAME", "VERSION", "TAKES", "DESCRIPTION");
    for (JsonNode pipeline : all) {
      table.row(
          pipeline.path("name").asText(),
          pipeline.path("version").asText(),
          PipelineText.takes(pipeline),
          pipeline.path("description").asText());
    }
    return table.shown();
  }

  private String one(List<JsonNode> all, String wanted) {
    JsonNode found =
        all.stream()
            .filter(pipeline -> pipeline.path("name").asText().equals(wanted))
            .findFirst()
            .orElseThrow(
                () ->
                    CommandFailure.usage(
                        "no pipeline '%s'; there are %s"
                            .formatted(
                                wanted,
                                String.join(
                                    ", ",
                                    all.stream()
                                        .map(pipeline -> pipeline.path("name").asText())
                                        .toList()))));
    return json ? found.toPrettyString() + "\n" : PipelineText.of(found);
  }
}
