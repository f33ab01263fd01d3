package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;
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
import refinery.protocol.Json;

/**
 * Commands that change one thing. Each says what it did; when there is nothing to do, it says why
 * and ends with 1.
 */
final class ChangeCommands {
  private static final Set<String> ENDED =
      Set.of("succeeded", "done", "done_with_failures", "failed", "cancelled");

  private static final Set<String> ON_ITS_WAY =
      Set.of("queued", "downloading", "downloaded", "processing", "unplaceable");

  private ChangeCommands() {}

  /** What all of them share: the node they ask, and the stream they print to. */
  private abstract static class Change implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private final Connection connection = new Connection();

    final NodeClient client() {
      return connection.client();
    }

    final void say(String text) {
      spec.commandLine().getOut().println(text);
    }

    static CommandFailure nothing(String why) {
      return CommandFailure.failed(why);
    }
  }

  @Command(
      name = "retry",
      description = {
        "Try a failed or cancelled job or batch, or all such work of a survey, again.",
        "What is done stays: see reprocess. Ends with 1 when nothing was to be retried."
      })
  static final class Retry extends Change {
    @Parameters(paramLabel = "ID", description = "job-..., survey-... or batch-...")
    private String id = "";

    @Override
    public void run() {
      Resource resource = Resource.of(id).require(id, "job", "survey", "batch");
      NodeClient client = client();
      JsonNode before = client.get(resource.path());
      String state = before.path("state").asText();
      boolean runs = state.equals("running") && resource.kind().equals("job");
      if (runs || ON_ITS_WAY.contains(state)) {
        throw nothing("%s is %s: there is nothing to retry".formatted(id, state));
      }
      switch (resource.kind()) {
        case "batch" -> batch(client, resource, before);
        case "survey" -> survey(client, resource, before);
        default -> {
          client.act(resource.path() + "/retry");
          say(
              "%s was %s after %d attempts and is tried again"
                  .formatted(id, state, before.path("attempt").asLong()));
        }
      }
    }

    /** A batch that its source says not to process stays cancelled. */
    private void batch(NodeClient client, Resource resource, JsonNode before) {
      String state = before.path("state").asText();
      if (state.equals("done")) {
        throw nothing(id + " is done; to make it anew: refinery reprocess " + id);
      }
      JsonNode after = client.act(resource.path() + "/retry");
      if (ENDED.contains(after.path("state").asText())) {
        throw nothing(
            "%s stays %s: %s"
                .formatted(
                    id,
                    after.path("state").asText(),
                    Table.printable(before.path("reason").asText(""), 200)));
      }
      say("%s was %s and is tried again".formatted(id, state));
    }

    /** Cancelled batches are taken up only with a survey that was cancelled itself. */
    private void survey(NodeClient client, Resource resource, JsonNode before) {
      String state = before.path("state").asText();
      JsonNode batches = before.path("batches");
      boolean whole = state.equals("cancelled");
      long again =
          batches.path("failed").asLong() + (whole ? batches.path("cancelled").asLong() : 0);
      if (again == 0 && !whole && !state.equals("failed")) {
        throw nothing("%s is %s, and no batch of it failed".formatted(id, state));
      }
      client.act(resource.path() + "/retry");
      say(
          "%s was %s: %d batches that failed%s are tried again, %d done stay"
              .formatted(
                  id,
                  state,
                  again,
                  whole ? " or were cancelled" : "",
                  batches.path("done").asLong()));
    }
  }

  @Command(
      name = "answer",
      description = {
        "Answer what a survey asked, e.g. its plan: take=all, take=none, at_most=50,",
        "batches=batch-1 batches=batch-2."
      })
  static final class Answer extends Change {
    @Parameters(index = "0", paramLabel = "SURVEY", description = "The id of a survey that asks.")
    private String id = "";

    @Parameters(
        index = "1..*",
        arity = "1..*",
        paramLabel = "key=value",
        description = "The answer, as take=all or at_most=10.")
    private List<String> pairs = List.of();

    @Override
    public void run() {
      Resource resource = Resource.of(id).require(id, "survey");
      ObjectNode body = Json.MAPPER.createObjectNode();
      ObjectNode input = SurveyCommand.parameters(pairs);
      if (input.path("batches").isTextual()) {
        input.putArray("batches").add(input.path("batches").asText());
      }
      body.set("input", input);
      client().post(resource.path() + "/resume", body, Optional.empty());
      say(id + " goes on");
    }
  }

  @Command(
      name = "reprocess",
      description = {
        "Make a batch's outputs anew, also when it is done: the next generation.",
        "Where the same was refined from the same by the same tools, that result is taken."
      })
  static final class Reprocess extends Change {
    @Parameters(paramLabel = "BATCH", description = "The id of a batch.")
    private String id = "";

    @Option(names = "--no-reuse", description = "Run it in any case.")
    private boolean noReuse;

    @Override
    public void run() {
      Resource resource = Resource.of(id).require(id, "batch");
      NodeClient client = client();
      String state = client.get(resource.path()).path("state").asText();
      String path = resource.path() + "/reprocess";
      if (noReuse) {
        client.post(path, Json.MAPPER.createObjectNode().put("reuse", false), Optional.empty());
      } else {
        client.act(path);
      }
      say("%s was %s and is made anew".formatted(id, state));
    }
  }

  @Command(
      name = "release",
      description = {
        "Let the raw data of a failed batch go; a retry downloads it again.",
        "By itself that happens after refinery.foreman.keep-raw-data-of-failed."
      })
  static final class Release extends Change {
    @Parameters(paramLabel = "BATCH", description = "The id of a batch.")
    private String id = "";

    @Override
    public void run() {
      Resource resource = Resource.of(id).require(id, "batch");
      client().act(resource.path() + "/release");
      say("%s keeps no raw data any more".formatted(id));
    }
  }

  @Command(
      name = "cancel",
      description = {
        "Cancel a job, a batch whoever wants it, or a survey with all its batches that have not"
            + " ended.",
        "Ends with 1 when it had ended already."
      })
  static final class Cancel extends Change {
    @Parameters(paramLabel = "ID", description = "job-..., batch-... or survey-...")
    private String id = "";

    @Override
    public void run() {
      Resource resource = Resource.of(id).require(id, "job", "batch", "survey");
      NodeClient client = client();
      JsonNode before = client.get(resource.path());
      String state = before.path("state").asText();
      if (ENDED.contains(state)) {
        throw nothing("%s is %s already: nothing is cancelled".formatted(id, state));
      }
      client.act(resource.path() + "/cancel");
      if (resource.kind().equals("job")) {
        say("%s was %s and is cancelled".formatted(id, state));
        return;
      }
      if (resource.kind().equals("batch")) {
        say(
            "%s was %s and is cancelled; %d surveys are told"
                .formatted(id, state, before.path("survey_ids").size()));
        return;
      }
      JsonNode batches = before.path("batches");
      long ended = SurveyProgress.ended(batches);
      say(
          "%s is cancelled: %d batches that had not ended are cancelled with it, %d done stay"
              .formatted(
                  id, batches.path("total").asLong() - ended, batches.path("done").asLong()));
    }
  }

  @Command(name = "priority", description = "Change the priority of a job or a survey.")
  static final class Priority extends Change {
    @Parameters(index = "0", paramLabel = "ID", description = "job-... or survey-...")
    private String id = "";

    @Parameters(index = "1", paramLabel = "N", description = "0 to 100, larger first")
    private int priority;

    @Override
    public void run() {
      if (priority < 0 || priority > 100) {
        throw new CommandFailure(
            CommandFailure.USAGE,
            "a priority is 0 to 100, not " + priority + "; larger runs first");
      }
      Resource resource = Resource.of(id).require(id, "job", "survey");
      NodeClient client = client();
      JsonNode before = client.get(resource.path());
      long old = before.path("priority").asLong();
      client.post(
          resource.path() + "/priority",
          Json.MAPPER.createObjectNode().put("priority", priority),
          Optional.empty());
      boolean ended = ENDED.contains(before.path("state").asText());
      say(
          "priority of %s: %d, was %d%s"
              .formatted(
                  id,
                  priority,
                  old,
                  ended ? "; it is " + before.path("state").asText() + " already" : ""));
    }
  }

  /** Whether a node takes work. */
  private abstract static class Draining extends Change {
    @Parameters(paramLabel = "NODE", description = "The id of a node, as refinery nodes prints it.")
    private String id = "";

    /** The node as it was before. */
    final JsonNode act(String verb, Optional<JsonNode> body) {
      Resource resource = Resource.of(id).require(id, "node");
      NodeClient client = client();
      JsonNode before = client.get(resource.path());
      String path = resource.path() + "/" + verb;
      if (body.isPresent()) {
        client.post(path, body.get(), Optional.empty());
      } else {
        client.act(path);
      }
      return before;
    }

    final String id() {
      return id;
    }
  }

  @Command(
      name = "drain",
      description = {
        "Let a node take no more work, and hand what it runs back to the queue:",
        "at once, or what still runs at a deadline. Asked again, the last deadline counts."
      })
  static final class Drain extends Draining {
    @Option(
        names = "--deadline",
        paramLabel = "TIME",
        description = "How long what runs may take to end, as 90s, 10m or 1h30m.")
    private Optional<String> deadline = Optional.empty();

    @Override
    public void run() {
      JsonNode before =
          act("drain", deadline.map(text -> Json.MAPPER.createObjectNode().put("deadline", text)));
      int running = before.path("running").size();
      say(
          deadline
              .map(
                  text ->
                      "%s takes no more work; what of %d running jobs has not ended in %s is handed back, uncharged"
                          .formatted(id(), running, text))
              .orElseGet(
                  () ->
                      before.path("state").asText().equals("draining") && running == 0
                          ? id() + " is draining already"
                          : "%s takes no more work; %d running jobs are handed back, uncharged"
                              .formatted(id(), running)));
    }
  }

  @Command(name = "undrain", description = "Let a drained node take work again.")
  static final class Undrain extends Draining {
    @Override
    public void run() {
      JsonNode before = act("undrain", Optional.empty());
      say(
          before.path("state").asText().equals("draining")
              ? id() + " takes work again"
              : id() + " was not draining");
    }
  }
}
