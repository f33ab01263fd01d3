package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.PatientView;
import refinery.client.Redrawing;
import refinery.client.SurveyProgress;
import refinery.client.Table;
import refinery.client.Units;
import refinery.client.Waits;

/** A live view; redrawn in place on a terminal, repeated otherwise. */
@Command(
    name = "watch",
    description = "Live view: totals, surveys, questions, nodes, failures (q: quit).")
final class WatchCommand implements Callable<Integer> {
  private static final int BAR = 24;
  private static final int WAITS_SEEN = 100;
  private static final int QUESTIONS = 5;

  @Spec private CommandSpec spec;
  @Mixin private final Connection connection = new Connection();

  @Option(
      names = "--every",
      paramLabel = "SECONDS",
      defaultValue = "2",
      description = "Between two looks (default: ${DEFAULT-VALUE}).")
  private int seconds;

  @Option(names = "--once", description = "Print once and leave.")
  private boolean once;

  /** How far a survey was when this view first saw it; its pace is counted from there. */
  private record Start(long ended, long nanos) {}

  private final Map<String, Start> starts = new HashMap<>();

  @Override
  public Integer call() {
    NodeClient client = connection.client();
    PrintWriter out = spec.commandLine().getOut();
    if (once) {
      out.println(view(client, System.nanoTime()));
      out.flush();
    } else {
      Redrawing.show(
          out,
          Duration.ofSeconds(Math.max(1, seconds)),
          new PatientView(connection.url(), () -> view(client, System.nanoTime())));
    }
    return 0;
  }

  private String view(NodeClient client, long now) {
    Callable<String> surveys =
        () -> {
          StringBuilder text = new StringBuilder();
          client.list(
              "/surveys", Map.of("state", "running"), 10, item -> text.append(survey(item, now)));
          return text.append('\n').toString();
        };
    return together(
        List.of(
            () -> connection.url() + "\n" + totals(client.get("/stats")),
            surveys,
            () -> questions(client),
            () -> nodes(client),
            () -> waiting(client),
            () -> failures(client)));
  }

  /** All parts are asked for at once: a look takes as long as the slowest, not as all of them. */
  private static String together(List<Callable<String>> parts) {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      StringBuilder text = new StringBuilder();
      for (Future<String> part : threads.invokeAll(parts)) {
        text.append(part.get());
      }
      return text.toString();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof CommandFailure failure
          ? failure
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("interrupted");
    }
  }

  private static String totals(JsonNode stats) {
    StringBuilder text = new StringBuilder();
    text.append("batches  ").append(counts(stats.path("batches"))).append('\n');
    stats
        .path("jobs")
        .properties()
        .forEach(
            kind ->
                text.append("%-9s".formatted(kind.getKey()))
                    .append(counts(kind.getValue()))
                    .append('\n'));
    return text.append('\n').toString();
  }

  private static String questions(NodeClient client) {
    Table asked = new Table("SURVEY", "ASKS");
    long count =
        client.list(
            "/surveys",
            Map.of("state", "awaiting_input"),
            QUESTIONS,
            survey ->
                asked.row(
                    survey.path("id").asText(), survey.path("question").path("prompt").asText()));
    return count == 0 ? "" : rendered(asked) + "refinery answer SURVEY take=all\n\n";
  }

  private static String nodes(NodeClient client) {
    Table nodes = new Table("NODE", "ADDRESS", "STATE", "CPU", "MEMORY", "DISK", "JOBS", "NOTE");
    client.list("/nodes", Map.of(), 50, node -> nodes.row(ListCommands.Nodes.row(node)));
    return rendered(nodes);
  }

  private static String failures(NodeClient client) {
    Table failures = new Table("FAILED JOB", "CLASS", "MESSAGE");
    long failed =
        client.list(
            "/jobs",
            Map.of("state", "failed"),
            5,
            job ->
                failures.row(
                    job.path("id").asText(),
                    job.path("failure").path("class").asText(),
                    job.path("failure").path("message").asText()));
    return failed == 0 ? "" : "\n" + rendered(failures);
  }

  /** By reason: jobs often wait for the same. */
  private static String waiting(NodeClient client) {
    Map<String, Integer> reasons = new LinkedHashMap<>();
    long seen = 0;
    for (String state : Waits.STATES) {
      seen +=
          client.list(
              "/jobs",
              Map.of("state", state),
              WAITS_SEEN,
              job -> reasons.merge(job.path("waiting_for").asText(state), 1, Integer::sum));
    }
    Table waits = new Table("JOBS", "WAIT FOR");
    String more = seen >= WAITS_SEEN ? "+" : "";
    reasons.forEach((reason, jobs) -> waits.row(jobs + more, reason));
    return reasons.isEmpty() ? "" : "\n" + rendered(waits);
  }

  private static String rendered(Table table) {
    return table.shown();
  }

  private String survey(JsonNode survey, long now) {
    JsonNode batches = survey.path("batches");
    long total = batches.path("total").asLong();
    long ended = SurveyProgress.ended(batches);
    Start start = starts.computeIfAbsent(survey.path("id").asText(), id -> new Start(ended, now));
    return "%s %s %d/%d  %s%n"
        .formatted(
            named(survey),
            bar(ended, total),
            ended,
            total,
            eta(survey, total - ended, ended - start.ended(), now - start.nanos()));
  }

  /** Its source and accession, or its id where it has none: many surveys are of one source. */
  static String named(JsonNode survey) {
    JsonNode accession = survey.path("parameters").path("accession");
    String name =
        accession.isArray()
            ? accession.path(0).asText()
                + (accession.size() > 1 ? " +" + (accession.size() - 1) : "")
            : accession.asText();
    String told = name.isBlank() ? survey.path("id").asText() : name;
    return "%-10s %-16s"
        .formatted(Table.printable(survey.path("source").asText(), 10), Table.printable(told, 28));
  }

  /** As the node expects it; else from the pace since this view began. */
  static String eta(JsonNode survey, long left, long done, long nanos) {
    JsonNode seconds = survey.path("progress").path("seconds_left");
    return seconds.isNumber()
        ? "ETA " + Units.time(Duration.ofSeconds(seconds.asLong()))
        : eta(left, done, nanos);
  }

  static String bar(long ended, long total) {
    int filled = total == 0 ? 0 : (int) (BAR * ended / total);
    return "[" + "#".repeat(filled) + ".".repeat(BAR - filled) + "]";
  }

  /** From the pace since this view began; nothing is said before something has ended. */
  static String eta(long left, long done, long nanos) {
    if (done <= 0) {
      return "";
    }
    return "ETA " + Units.time(Duration.ofNanos((long) ((double) nanos / done * left)));
  }

  private static String counts(JsonNode counts) {
    StringBuilder text = new StringBuilder();
    counts
        .properties()
        .forEach(
            entry -> {
              if (entry.getValue().asLong() != 0) {
                text.append(entry.getKey() + " " + entry.getValue().asText() + "  ");
              }
            });
    return text.isEmpty() ? "none" : text.toString().stripTrailing();
  }
}
