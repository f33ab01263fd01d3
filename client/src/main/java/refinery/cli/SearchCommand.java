package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Table;
import refinery.protocol.Json;

/** Searches batches by words and fields. */
@Command(
    name = "search",
    description = {
      "Search batches by the words of their archives and by the harmonised form of them.",
      "All words must occur; in quotes: together; or; -without."
    })
final class SearchCommand implements Runnable {
  private static final int VALUES_SHOWN = 12;
  private static final int LARGEST_PAGE = 1000;

  @Mixin private final Connection connection = new Connection();
  @Spec private CommandSpec spec;

  @Parameters(
      paramLabel = "WORDS",
      arity = "0..*",
      description = "Words that the metadata have, by the rules above; none: all.")
  private List<String> words = List.of();

  @Option(names = "--organism", description = "As 'Homo sapiens' or homo_sapiens.")
  private Optional<String> organism = Optional.empty();

  @Option(names = "--state", description = "queued, downloading, processing, done, failed, ...")
  private Optional<String> state = Optional.empty();

  @Option(
      names = "--where",
      paramLabel = "FIELD=VALUE",
      description = "The field has exactly this value; may be repeated.")
  private Map<String, String> where = Map.of();

  @Option(
      names = "--facet",
      split = ",",
      paramLabel = "FIELD",
      description = "Count the values of these fields (default: ${DEFAULT-VALUE}).",
      defaultValue = "organism,tissue,library_strategy")
  private List<String> facets = List.of();

  @Option(names = "--limit", paramLabel = "N", defaultValue = "20", description = "At most N.")
  private int limit;

  @Option(names = "--json", description = "Print what was found and the counts as JSON.")
  private boolean json;

  @Override
  public void run() {
    if (limit < 1) {
      throw CommandFailure.usage("--limit must be at least 1");
    }
    Map<String, String> asked = new LinkedHashMap<>(where);
    organism.ifPresent(value -> asked.put("organism", value));
    state.ifPresent(value -> asked.put("state", value));
    if (!words.isEmpty()) {
      asked.put("q", words.stream().map(SearchCommand::together).collect(Collectors.joining(" ")));
    }
    String query =
        asked.entrySet().stream()
            .map(
                entry ->
                    NodeClient.encoded(entry.getKey()) + "=" + NodeClient.encoded(entry.getValue()))
            .collect(Collectors.joining("&"));
    NodeClient client = connection.client();
    JsonNode first =
        client.get(
            "/search?facet="
                + NodeClient.encoded(String.join(",", facets))
                + "&limit="
                + Math.min(limit, LARGEST_PAGE)
                + (query.isEmpty() ? "" : "&" + query));
    ArrayNode items = Json.MAPPER.createArrayNode();
    if (limit <= LARGEST_PAGE) {
      first.path("items").forEach(items::add);
    } else {
      client.list("/search", asked, limit, items::add);
    }
    print(spec.commandLine().getOut(), first, items);
  }

  /** What the shell gave as one word of several stays together, unless it is a query itself. */
  private static String together(String word) {
    return word.contains(" ")
            && !word.contains("\"")
            && !word.contains(" -")
            && !word.contains(" or ")
        ? "\"" + word + "\""
        : word;
  }

  private void print(PrintWriter out, JsonNode first, ArrayNode items) {
    if (json) {
      ObjectNode all = Json.MAPPER.createObjectNode();
      all.set("total", first.path("total"));
      all.set("items", items);
      all.set("facets", first.path("facets"));
      out.println(all.toPrettyString());
    } else {
      Table table = new Table("KEY", "ORGANISM", "TISSUE", "PIPELINE", "STATE", "ID");
      for (JsonNode item : items) {
        table.row(
            Listing.text(item, "/key"),
            Listing.text(item, "/harmonised/organism"),
            Listing.text(item, "/harmonised/tissue"),
            Listing.text(item, "/harmonised/pipeline"),
            Listing.text(item, "/state"),
            Listing.text(item, "/id"));
      }
      out.print(table.shown());
      out.println(items.size() + " of " + first.path("total").asLong());
      out.print(counts(first.path("facets")));
    }
    out.flush();
  }

  private static String counts(JsonNode facets) {
    Table table = new Table("FIELD", "VALUES");
    for (Map.Entry<String, JsonNode> facet : facets.properties()) {
      String values =
          StreamSupport.stream(facet.getValue().spliterator(), false)
              .limit(VALUES_SHOWN)
              .map(count -> count.path("value").asText() + " " + count.path("count").asLong())
              .collect(Collectors.joining(", "));
      boolean more = facet.getValue().size() > VALUES_SHOWN;
      table.row(facet.getKey(), values + (more ? ", ..." : ""));
    }
    return facets.isEmpty() ? "" : table.shown();
  }
}
