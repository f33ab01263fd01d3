package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.Table;
import refinery.client.Terminal;
import refinery.protocol.Json;

/** Matrices of many samples. */
@Command(
    name = "dataset",
    description = "Combine samples that are quantified into matrices.",
    subcommands = {
      DatasetCommand.Create.class,
      DatasetCommand.Append.class,
      DatasetCommand.ListAll.class,
      DatasetCommand.Show.class,
      DatasetCommand.Fetch.class
    },
    synopsisSubcommandLabel = "create|append|list|show|fetch")
final class DatasetCommand {
  private static final String DATASETS = "/datasets";
  private static final Set<String> ENDED = Set.of("done", "failed", "cancelled");
  private static final Duration LOOK = Duration.ofMillis(300);
  private static final int SHOWN_DROPPED = 20;

  /** What all of them share. */
  private abstract static class Asking {
    @Spec private CommandSpec spec;
    @Mixin private final Connection connection = new Connection();

    final NodeClient client() {
      return connection.client();
    }

    final PrintWriter out() {
      return spec.commandLine().getOut();
    }

    final PrintWriter err() {
      return spec.commandLine().getErr();
    }
  }

  /** Posts a request, and waits for what becomes of it. */
  private abstract static class Posting extends Asking implements Callable<Integer> {
    @Option(names = "--samples-from", paramLabel = "FILE", description = "Samples, one a line.")
    private List<Path> files = List.of();

    @Option(names = "--wait", description = "Until it is made; exit code 1 if that fails.")
    private boolean wait;

    @Option(names = "--json", description = "Print the dataset as JSON.")
    private boolean json;

    final int post(ObjectNode start, List<String> words) {
      ObjectNode request = DatasetWords.request(start, words, files);
      NodeClient client = client();
      JsonNode dataset = client.post(DATASETS, request, Optional.empty());
      String id = dataset.path("id").asText();
      if (!json) {
        out().println(id);
        out().flush();
      }
      dropped(dataset);
      while (wait && !ENDED.contains(dataset.path("state").asText())) {
        Terminal.pause(LOOK);
        dataset = client.get(path(id));
      }
      if (json) {
        out().println(dataset.toPrettyString());
      } else if (wait) {
        said(dataset);
      }
      out().flush();
      boolean failed = wait && !dataset.path("state").asText().equals("done");
      return failed ? CommandFailure.WORK_FAILED : 0;
    }

    private void dropped(JsonNode dataset) {
      JsonNode all = dataset.path("dropped");
      for (int i = 0; i < Math.min(all.size(), SHOWN_DROPPED); i++) {
        err()
            .println(
                Table.printable(
                    "dropped %s: %s"
                        .formatted(
                            all.path(i).path("sample").asText(),
                            all.path(i).path("reason").asText()),
                    300));
      }
      int more = dataset.path("samples").path("dropped").asInt() - SHOWN_DROPPED;
      if (more > 0) {
        err().println("dropped " + more + " more");
      }
      err().flush();
    }

    private void said(JsonNode dataset) {
      String state = dataset.path("state").asText();
      out()
          .println(
              state.equals("done")
                  ? "done: %d samples in %d matrices, %d files; refinery dataset fetch %s --to DIR"
                      .formatted(
                          dataset.path("samples").path("taken").asInt(),
                          dataset.path("matrices").size(),
                          dataset.path("files").size(),
                          dataset.path("id").asText())
                  : Table.printable(state + ": " + dataset.path("reason").asText(""), 2_000));
    }
  }

  static String path(String id) {
    if (!id.matches("dataset-[a-z0-9][a-z0-9._-]{0,99}")) {
      throw CommandFailure.usage("'" + id + "' is not the id of a dataset, as dataset-...");
    }
    return DATASETS + "/" + id;
  }

  @Command(
      name = "create",
      description = {
        "Ask for a dataset and print its id. The same request and inputs are the same dataset.",
        "Words are samples (run accessions or ids of batches) or fields of POST /datasets:",
        "survey=ID or query.KEY=VALUE instead of samples; level, counts, values, normalise,",
        "aggregate, formats, pipeline."
      })
  static final class Create extends Posting {
    @Parameters(
        paramLabel = "SAMPLE|field=value",
        arity = "1..*",
        description = "Samples by accession or batch, and fields of the request.")
    private List<String> words = List.of();

    @Override
    public Integer call() {
      return post(Json.MAPPER.createObjectNode(), words);
    }
  }

  @Command(
      name = "append",
      description = {
        "Ask for a new version of a dataset with more samples; those that it has are not read",
        "again. What is not said is as in the base."
      })
  static final class Append extends Posting {
    private static final List<String> SELECTION =
        List.of("survey_id", "samples", "samples_asked", "query");

    @Parameters(index = "0", paramLabel = "DATASET", description = "The id of a dataset.")
    private String base = "";

    @Parameters(
        index = "1..*",
        paramLabel = "SAMPLE|field=value",
        arity = "1..*",
        description = "Samples by accession or batch, and fields of the request.")
    private List<String> words = List.of();

    @Override
    public Integer call() {
      ObjectNode request = Json.MAPPER.createObjectNode();
      client().get(path(base)).path("request").properties().stream()
          .filter(field -> !SELECTION.contains(field.getKey()))
          .forEach(field -> request.set(field.getKey(), field.getValue()));
      request.put("base", base);
      return post(request, words);
    }
  }

  @Command(name = "list", description = "List datasets, newest first.")
  static final class ListAll implements Runnable {
    @Mixin private final Listing listing = new Listing();
    @Spec private CommandSpec spec;

    @Option(names = "--state", description = "queued, processing, done, failed or cancelled.")
    private Optional<String> state = Optional.empty();

    @Override
    public void run() {
      Map<String, String> filter = new TreeMap<>();
      state.ifPresent(word -> filter.put("state", word));
      listing.print(
          spec.commandLine().getOut(),
          DATASETS,
          filter,
          new Table("ID", "VERSION", "STATE", "SAMPLES", "DROPPED", "MATRICES", "CREATED"),
          ListAll::row);
    }

    private static String[] row(JsonNode item) {
      return new String[] {
        Listing.text(item, "/id"),
        Listing.text(item, "/version"),
        Listing.text(item, "/state"),
        Listing.text(item, "/samples/taken"),
        Listing.text(item, "/samples/dropped"),
        Integer.toString(item.path("matrices").size()),
        Listing.text(item, "/created_at")
      };
    }
  }

  @Command(name = "show", description = "Show a dataset as JSON.")
  static final class Show extends Asking implements Runnable {
    @Parameters(paramLabel = "DATASET", description = "The id of a dataset.")
    private String id = "";

    @Override
    public void run() {
      out().println(client().get(path(id)).toPrettyString());
    }
  }

  @Command(name = "fetch", description = "Copy the files of a dataset out, verified.")
  static final class Fetch extends Asking implements Runnable {
    @Parameters(paramLabel = "DATASET", description = "The id of a dataset.")
    private String id = "";

    @Option(names = "--to", paramLabel = "DIR", required = true, description = "Target folder.")
    private Path target = Path.of(".");

    @Override
    public void run() {
      NodeClient client = client();
      JsonNode dataset = client.get(path(id));
      if (!dataset.path("state").asText().equals("done")) {
        throw CommandFailure.failed(id + " is not done, but " + dataset.path("state").asText());
      }
      VerifiedFiles files = new VerifiedFiles(client, out());
      for (JsonNode file : dataset.path("files")) {
        Path place = target;
        for (String part : file.path("name").asText().split("/")) {
          place = place.resolve(FetchCommand.safe(part));
        }
        files.copy(file, place);
      }
      files.say();
    }
  }
}
