package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.NodeClient;
import refinery.client.Table;
import refinery.protocol.Json;

/** Searches batches by words and fields. */
@Command(
    name = "search",
    description = {
      "Search batches by the words of their archives and by the harmonised form of them.",
      "All words must occur; in quotes: together; or; -without. A search with quotes",
      "or a minus is one argument. --columns and --sort are of the table of batches;",
      "counts stand below it, and --json prints all: {total, items, facets}."
    })
final class SearchCommand implements Runnable {
  private static final int VALUES_SHOWN = 12;
  private static final int LARGEST_PAGE = 1000;

  @Mixin private final Listing listing = new Listing();
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

  @Override
  public void run() {
    listing.print(
        spec.commandLine().getOut(),
        this::look,
        new Table("KEY", "ORGANISM", "TISSUE", "PIPELINE", "STATE", "ID"),
        SearchCommand::row);
  }

  private Listing.Beside look(NodeClient client, long limit, Consumer<JsonNode> row) {
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
    JsonNode first =
        client.get(
            "/search?facet="
                + NodeClient.encoded(String.join(",", facets))
                + "&limit="
                + Math.min(limit, LARGEST_PAGE)
                + (query.isEmpty() ? "" : "&" + query));
    if (limit <= LARGEST_PAGE) {
      first.path("items").forEach(row);
    } else {
      client.list("/search", asked, limit, row);
    }
    return new Counted(first.path("total"), first.path("facets"));
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

  private static String[] row(JsonNode item) {
    return new String[] {
      Listing.text(item, "/key"),
      Listing.text(item, "/harmonised/organism"),
      Listing.text(item, "/harmonised/tissue"),
      Listing.text(item, "/harmonised/pipeline"),
      Listing.text(item, "/state"),
      Listing.text(item, "/id")
    };
  }

  /** How many there are in all, and of each value. */
  private record Counted(JsonNode total, JsonNode facets) implements Listing.Beside {
    @Override
    public String below(int rows) {
      return "%d of %d\n%s".formatted(rows, total.asLong(), counts(facets));
    }

    @Override
    public JsonNode json(ArrayNode rows) {
      ObjectNode all = Json.MAPPER.createObjectNode();
      all.set("total", total);
      all.set("items", rows);
      all.set("facets", facets);
      return all;
    }
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
