package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Table;

/** {@code refinery pipelines}: what the node's pipelines are, or how one works. */
@Command(
    name = "pipelines",
    description = {
      "List the node's pipelines, or explain one; 'check' checks files without a node.",
      "Of one only --json counts; --columns, --sort and --watch are of the list."
    })
final class PipelinesCommand implements Runnable {
  @Mixin private final Listing listing = new Listing();
  @Spec private CommandSpec spec;

  @Parameters(arity = "0..1", paramLabel = "NAME", description = "The one to explain.")
  private Optional<String> name = Optional.empty();

  @Override
  public void run() {
    PrintWriter out = spec.commandLine().getOut();
    if (name.isPresent()) {
      boolean json = listing.jsonOfOne();
      out.print(one(all(listing.connection.client()), name.get(), json));
      out.flush();
      return;
    }
    listing.print(
        out,
        (client, limit, row) -> {
          all(client).stream().limit(limit).forEach(row);
          return Listing.Beside.NOTHING;
        },
        new Table("NAME", "VERSION", "TAKES", "DESCRIPTION"),
        PipelinesCommand::row);
  }

  private static List<JsonNode> all(NodeClient client) {
    List<JsonNode> all = new ArrayList<>();
    client.get("/pipelines").path("items").forEach(all::add);
    return all;
  }

  private static String[] row(JsonNode pipeline) {
    return new String[] {
      pipeline.path("name").asText(),
      pipeline.path("version").asText(),
      PipelineText.takes(pipeline),
      pipeline.path("description").asText()
    };
  }

  private static String one(List<JsonNode> all, String wanted, boolean json) {
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
