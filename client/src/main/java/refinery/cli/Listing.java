package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.PatientView;
import refinery.client.Redrawing;
import refinery.client.Table;
import refinery.client.Units;
import refinery.protocol.Json;

/** The options that all lists share, and printing a list as a table or as JSON. */
final class Listing {
  @Mixin Connection connection = new Connection();

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "100",
      description = "At most N (default: ${DEFAULT-VALUE}).")
  private long limit;

  @Option(names = "--json", description = "Print JSON, with all fields.")
  private boolean json;

  @Option(
      names = "--columns",
      split = ",",
      paramLabel = "NAME",
      description = "Only these columns of the table, in this order.")
  private List<String> columns = List.of();

  @Option(
      names = "--sort",
      paramLabel = "NAME",
      description = "What is listed by this column; with a minus before it the other way round.")
  private Optional<String> sort = Optional.empty();

  @Option(
      names = "--watch",
      arity = "0..1",
      paramLabel = "SECONDS",
      fallbackValue = "2",
      description = "Show it again every so many seconds (default: 2); q ends it.")
  private Optional<Integer> watch = Optional.empty();

  /** Reads what is listed at one look. */
  interface Look {
    /**
     * Gives at most {@code limit} rows to {@code row}.
     *
     * @return what belongs to the list beside its rows
     */
    Beside read(NodeClient client, long limit, Consumer<JsonNode> row);
  }

  /** What a list has beside its rows. */
  interface Beside {
    /** A list that has nothing but rows. */
    Beside NOTHING =
        new Beside() {
          @Override
          public String below(int rows) {
            return "";
          }

          @Override
          public JsonNode json(ArrayNode rows) {
            return rows;
          }
        };

    /** Lines below the table, each with its end. */
    String below(int rows);

    /** What {@code --json} prints. */
    JsonNode json(ArrayNode rows);
  }

  void print(
      PrintWriter out,
      String path,
      Map<String, String> filters,
      Table empty,
      Function<JsonNode, String[]> cells) {
    print(
        out,
        (client, most, row) -> {
          client.list(path, filters, most, row);
          return Beside.NOTHING;
        },
        empty,
        cells);
  }

  void print(PrintWriter out, Look look, Table empty, Function<JsonNode, String[]> cells) {
    if (limit < 1) {
      throw CommandFailure.usage("--limit must be at least 1");
    }
    if (watch.filter(seconds -> seconds < 1).isPresent()) {
      throw CommandFailure.usage("--watch must be at least 1");
    }
    if (json && (sort.isPresent() || !columns.isEmpty())) {
      throw CommandFailure.usage(
          "--columns and --sort are of the table; --json prints all fields as they are listed");
    }
    shape(empty);
    NodeClient client = connection.client();
    if (watch.isPresent()) {
      Redrawing.show(
          out,
          Duration.ofSeconds(watch.get()),
          new PatientView(connection.url(), () -> text(client, look, empty, cells)));
      return;
    }
    out.print(text(client, look, empty, cells));
    out.flush();
  }

  /**
   * Whether one thing is printed as JSON by a command that also lists.
   *
   * @throws CommandFailure with exit code 2 when an option is of the list only
   */
  boolean jsonOfOne() {
    if (watch.isPresent() || sort.isPresent() || !columns.isEmpty()) {
      throw CommandFailure.usage("--columns, --sort and --watch are of the list, not of one");
    }
    return json;
  }

  private String text(
      NodeClient client, Look look, Table empty, Function<JsonNode, String[]> cells) {
    ArrayNode all = Json.MAPPER.createArrayNode();
    Table table = empty.withoutRows();
    AtomicInteger rows = new AtomicInteger();
    Beside beside =
        look.read(
            client,
            limit,
            item -> {
              rows.incrementAndGet();
              if (json) {
                all.add(item);
              } else {
                table.row(cells.apply(item));
              }
            });
    return json
        ? beside.json(all).toPrettyString() + "\n"
        : shape(table).shown() + beside.below(rows.get());
  }

  private Table shape(Table table) {
    Table sorted = sort.map(table::sorted).orElse(table);
    return columns.isEmpty() ? sorted : sorted.columns(columns);
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
