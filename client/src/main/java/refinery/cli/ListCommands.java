package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.client.Table;
import refinery.client.Units;

/** {@code surveys}, {@code batches}, {@code jobs}, {@code nodes}. */
final class ListCommands {
  private static final String AGE = "age";
  private static final String WHY = "why";

  private ListCommands() {}

  @Command(name = "surveys", description = "List surveys, newest first.")
  static final class Surveys implements Runnable {
    @Mixin private final Listing listing = new Listing();
    @Spec private CommandSpec spec;

    @Option(names = "--state", description = "running, done, failed, ...")
    private Optional<String> state = Optional.empty();

    @Option(names = "--source", description = "ena, ensembl, ...")
    private Optional<String> source = Optional.empty();

    @Override
    public void run() {
      Map<String, String> filters = new LinkedHashMap<>();
      put(filters, "state", state);
      put(filters, "source", source);
      Table table = new Table("ID", "SOURCE", "STATE", "DONE", "FAILED", "TOTAL", "AGE", "REASON");
      listing.print(
          out(spec),
          "/surveys",
          filters,
          table,
          item ->
              cells(
                  item,
                  "/id",
                  "/source",
                  "/state",
                  "/batches/done",
                  "/batches/failed",
                  "/batches/total",
                  AGE,
                  "/reason"));
    }
  }

  @Command(name = "batches", description = "List batches, newest first.")
  static final class Batches implements Runnable {
    @Mixin private final Listing listing = new Listing();
    @Spec private CommandSpec spec;

    @Option(names = "--survey", description = "Of this survey only.")
    private Optional<String> survey = Optional.empty();

    @Option(names = "--state", description = "queued, downloading, processing, done, failed, ...")
    private Optional<String> state = Optional.empty();

    @Option(names = "--quality", description = "pass, warn or fail: the verdict on a run.")
    private Optional<String> quality = Optional.empty();

    @Option(names = "--pipeline", description = "Of this pipeline only.")
    private Optional<String> pipeline = Optional.empty();

    @Option(names = "--organism", description = "As in homo_sapiens.")
    private Optional<String> organism = Optional.empty();

    @Option(names = "-q", paramLabel = "TEXT", description = "Key, organism or title contains.")
    private Optional<String> contains = Optional.empty();

    @Override
    public void run() {
      Map<String, String> filters = new LinkedHashMap<>();
      put(filters, "survey_id", survey);
      put(filters, "state", state);
      put(filters, "quality", quality);
      put(filters, "pipeline", pipeline);
      put(filters, "organism", organism);
      put(filters, "q", contains);
      Table table = new Table("ID", "KEY", "PIPELINE", "ORGANISM", "STATE", "QUALITY", "REASON");
      listing.print(out(spec), "/batches", filters, table, Batches::row);
    }

    /** The reason is that of the state; of a run that is done, the first of its verdict. */
    static String[] row(JsonNode batch) {
      String[] cells =
          cells(
              batch,
              "/id",
              "/key",
              "/pipeline",
              "/organism",
              "/state",
              "/quality/verdict",
              "/reason");
      if (cells[cells.length - 1].isEmpty()) {
        cells[cells.length - 1] = Listing.text(batch, "/quality/reasons/0/message");
      }
      return cells;
    }
  }

  @Command(name = "jobs", description = "List jobs, newest first.")
  static final class Jobs implements Runnable {
    @Mixin private final Listing listing = new Listing();
    @Spec private CommandSpec spec;

    @Option(names = "--state", description = "queued, running, waiting, succeeded, failed, ...")
    private Optional<String> state = Optional.empty();

    @Option(names = "--kind", description = "survey, download, process")
    private Optional<String> kind = Optional.empty();

    @Option(names = "--node", description = "On this node only.")
    private Optional<String> node = Optional.empty();

    @Option(names = "--survey", description = "Of this survey only.")
    private Optional<String> survey = Optional.empty();

    @Option(names = "--batch", description = "Of this batch only.")
    private Optional<String> batch = Optional.empty();

    @Option(names = "--pipeline", description = "Of this pipeline only.")
    private Optional<String> pipeline = Optional.empty();

    @Option(names = "--failure-class", description = "transient, corrupt, absent, ...")
    private Optional<String> failureClass = Optional.empty();

    @Override
    public void run() {
      Map<String, String> filters = new LinkedHashMap<>();
      put(filters, "state", state);
      put(filters, "kind", kind);
      put(filters, "node", node);
      put(filters, "survey_id", survey);
      put(filters, "batch_id", batch);
      put(filters, "pipeline", pipeline);
      put(filters, "failure_class", failureClass);
      Table table =
          new Table("ID", "KEY", "KIND", "PIPELINE", "STATE", "TRY", "NODE", "AGE", "WHY");
      listing.print(
          out(spec),
          "/jobs",
          filters,
          table,
          item ->
              cells(
                  item,
                  "/id",
                  "/key",
                  "/kind",
                  "/pipeline",
                  "/state",
                  "/attempt",
                  "/node",
                  AGE,
                  WHY));
    }
  }

  @Command(name = "nodes", description = "List the nodes of the cluster.")
  static final class Nodes implements Runnable {
    @Mixin private final Listing listing = new Listing();
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      Table table = new Table("ID", "ADDRESS", "STATE", "CPU", "MEMORY", "DISK", "JOBS", "NOTE");
      listing.print(out(spec), "/nodes", Map.of(), table, Nodes::row);
    }

    static String[] row(JsonNode node) {
      return new String[] {
        node.path("id").asText(),
        node.path("address").asText(),
        node.path("state").asText(),
        cpu(node, "used") + "/" + cpu(node, "capacity"),
        size(node, "used", "memory") + "/" + size(node, "capacity", "memory"),
        size(node, "used", "disk") + "/" + size(node, "capacity", "disk"),
        Integer.toString(node.path("running").size()),
        takesNoWork(node)
      };
    }

    private static String takesNoWork(JsonNode node) {
      String deadline = node.at("/drain/deadline").asText("");
      return deadline.isEmpty() || deadline.equals("null")
          ? node.path("takes_no_work").asText("")
          : "what runs may end until " + deadline;
    }

    private static String cpu(JsonNode node, String which) {
      return String.format(
          java.util.Locale.ROOT, "%.1f", node.path(which).path("cpu").asLong() / 1_000.0);
    }

    private static String size(JsonNode node, String which, String what) {
      return Units.size(node.path(which).path(what).asLong());
    }
  }

  /** What a job waits for, or why it failed. */
  static String why(JsonNode job) {
    String waits = Listing.text(job, "/waiting_for");
    return waits.isEmpty() ? Listing.text(job, "/failure/message") : waits;
  }

  private static void put(Map<String, String> filters, String name, Optional<String> value) {
    value.ifPresent(text -> filters.put(name, text));
  }

  private static String[] cells(JsonNode item, String... pointers) {
    String[] cells = new String[pointers.length];
    for (int i = 0; i < pointers.length; i++) {
      cells[i] =
          switch (pointers[i]) {
            case AGE -> Listing.age(item, "/created_at");
            case WHY -> why(item);
            default -> Listing.text(item, pointers[i]);
          };
    }
    return cells;
  }

  private static PrintWriter out(CommandSpec spec) {
    return spec.commandLine().getOut();
  }
}
