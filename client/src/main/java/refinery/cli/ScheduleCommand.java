package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import refinery.client.NodeClient;
import refinery.client.Table;
import refinery.protocol.Json;

/** Surveys that are posted again and again. */
@Command(
    name = "schedule",
    description = "Post a survey again and again, at the times of a cron expression.",
    subcommands = {
      ScheduleCommand.Add.class,
      ScheduleCommand.ListAll.class,
      ScheduleCommand.Show.class,
      ScheduleCommand.Pause.class,
      ScheduleCommand.Resume.class,
      ScheduleCommand.Run.class,
      ScheduleCommand.Remove.class
    },
    synopsisSubcommandLabel = "add|list|show|pause|resume|run|remove")
final class ScheduleCommand {
  /** What all of them share: the node they ask, and the stream they print to. */
  private abstract static class Asking implements Runnable {
    @Spec private CommandSpec spec;
    @Mixin private final Connection connection = new Connection();

    final NodeClient client() {
      return connection.client();
    }

    final void say(String text) {
      spec.commandLine().getOut().println(text);
    }
  }

  /** One that is about a schedule. */
  private abstract static class OfOne extends Asking {
    @Parameters(paramLabel = "NAME", description = "The name of the schedule.")
    private String name = "";

    final String name() {
      return name;
    }

    final String path() {
      return "/schedules/" + NodeClient.encoded(name);
    }

    final JsonNode pause(boolean paused) {
      return client().patch(path(), Json.MAPPER.createObjectNode().put("paused", paused));
    }
  }

  @Command(
      name = "add",
      aliases = "create",
      description = {
        "Make a schedule. A time that comes while its last survey has not ended waits for that;",
        "times that were missed, or waited, are one."
      })
  static final class Add extends Asking {
    @Parameters(index = "0", paramLabel = "NAME", description = "Of a-z 0-9 . _ -")
    private String name = "";

    @Parameters(
        index = "1",
        paramLabel = "CRON",
        description = "Minute, hour, day of month, month, day of week, e.g. '30 2 * * *'.")
    private String cron = "";

    @Parameters(index = "2", paramLabel = "SOURCE", description = "As of 'refinery survey'.")
    private String source = "";

    @Parameters(
        index = "3..*",
        arity = "0..*",
        paramLabel = "key=value",
        description = "Parameters of the source, as of 'refinery survey'.")
    private List<String> parameters = List.of();

    @Option(
        names = "--timezone",
        paramLabel = "ZONE",
        defaultValue = "UTC",
        description = "Whose clock CRON means, e.g. Europe/London (default: ${DEFAULT-VALUE}).")
    private String timezone = "";

    @Mixin private final SurveyOptions options = new SurveyOptions();

    @Override
    public void run() {
      ObjectNode body = Json.MAPPER.createObjectNode();
      body.put("name", name).put("cron", cron).put("timezone", timezone);
      ObjectNode survey = body.putObject("survey").put("source", source);
      survey.set("parameters", SurveyCommand.parameters(parameters));
      options.into(survey);
      JsonNode made = client().post("/schedules", body, Optional.empty());
      say("%s comes due at %s".formatted(name, made.path("next_at").asText("no time")));
    }
  }

  @Command(name = "list", description = "List schedules, newest first.")
  static final class ListAll implements Runnable {
    @Mixin private final Listing listing = new Listing();
    @Spec private CommandSpec spec;

    @Override
    public void run() {
      listing.print(
          spec.commandLine().getOut(),
          "/schedules",
          Map.of(),
          new Table("NAME", "CRON", "TIMEZONE", "SOURCE", "STATE", "NEXT", "LAST", "LAST SURVEY"),
          ListAll::row);
    }

    private static String[] row(JsonNode item) {
      boolean waits = !Listing.text(item, "/waiting_at").isEmpty();
      return new String[] {
        Listing.text(item, "/name"),
        Listing.text(item, "/cron"),
        Listing.text(item, "/timezone"),
        Listing.text(item, "/survey/source"),
        Listing.text(item, "/state"),
        waits ? "when the last has ended" : Listing.text(item, "/next_at"),
        Listing.text(item, "/last_at"),
        Listing.text(item, "/runs/0/survey_id")
      };
    }
  }

  @Command(name = "show", description = "Show a schedule and its last surveys as JSON.")
  static final class Show extends OfOne {
    @Override
    public void run() {
      say(client().get(path()).toPrettyString());
    }
  }

  @Command(name = "pause", description = "Post nothing until it is resumed.")
  static final class Pause extends OfOne {
    @Override
    public void run() {
      pause(true);
      say(name() + " is paused");
    }
  }

  @Command(name = "resume", description = "Go on with the next time from now.")
  static final class Resume extends OfOne {
    @Override
    public void run() {
      say("%s comes due at %s".formatted(name(), pause(false).path("next_at").asText("no time")));
    }
  }

  @Command(name = "run", description = "Post its survey now, and print the survey's id.")
  static final class Run extends OfOne {
    @Override
    public void run() {
      say(client().act(path() + "/run").path("survey_id").asText());
    }
  }

  @Command(
      name = "remove",
      aliases = "delete",
      description = "End a schedule; what its surveys have found and refined stays.")
  static final class Remove extends OfOne {
    @Override
    public void run() {
      client().delete(path());
      say(name() + " is removed");
    }
  }
}
