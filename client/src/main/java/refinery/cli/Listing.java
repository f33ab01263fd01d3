package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import refinery.client.CommandFailure;
import refinery.client.Table;
import refinery.client.Units;
import refinery.protocol.Json;

/** The options that all lists share, and printing a list as a table or as JSON. */
final class Listing {
  @Mixin Connection connection = new Connection();

  @Option(names = "--limit", paramLabel = "N", defaultValue = "100", description = "At most N.")
  private long limit;

  @Option(names = "--json", description = "Print a JSON array.")
  private boolean json;

  void print(
      PrintWriter out,
      String path,
      Map<String, String> filters,
      Table table,
      Function<JsonNode, String[]> cells) {
    if (limit < 1) {
      throw CommandFailure.usage("--limit must be at least 1");
    }
    ArrayNode all = Json.MAPPER.createArrayNode();
    connection
        .client()
        .list(
            path,
            filters,
            limit,
            item -> {
              if (json) {
                all.add(item);
              } else {
                table.row(cells.apply(item));
              }
            });
    out.print(json ? all.toPrettyString() + "\n" : table.shown());
    out.flush();
  }

  /** How long ago something was; how long it took when it has ended. */
  static String age(JsonNode item, String pointer) {
    return Units.age(text(item, pointer), Instant.now());
  }

  static String text(JsonNode item, String pointer) {
    JsonNode value = item.at(pointer);
    return value.isMissingNode() || value.isNull() ? "" : value.asText();
  }
}
