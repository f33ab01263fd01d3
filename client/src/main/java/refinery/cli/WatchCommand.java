package refinery.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.SurveyProgress;
import refinery.client.Table;
import refinery.client.Terminal;
import refinery.client.Units;
import refinery.client.Waits;

/** A live view; redrawn in place on a terminal, repeated otherwise. */
@Command(name = "watch", description = "Live view: totals, surveys, nodes, failures (q: quit).")
final class WatchCommand implements Callable<Integer> {
  private static final Logger LOG = LoggerFactory.getLogger(WatchCommand.class);
  private static final String REDRAW = "\u001b[H\u001b[J";
  private static final int BAR = 24;
  private static final int WAITS_SEEN = 100;

  @Spec private CommandSpec spec;
  @Mixin private final Connection connection = new Connection();

  @Option(names = "--every", paramLabel = "SECONDS", defaultValue = "2")
  private int seconds;

  @Option(names = "--once", description = "Print once and leave.")
  private boolean once;

  /** How far a survey was when this view first saw it; its pace is counted from there. */
  private record Start(long ended, long nanos) {}

  private final Map<String, Start> starts = new HashMap<>();
  private Optional<Instant> awaySince = Optional.empty();

  @Override
  public Integer call() {
    NodeClient client = connection.client();
    PrintWriter out = spec.commandLine().getOut();
    boolean interactive = Terminal.isInteractive();
    CountDownLatch quit = new CountDownLatch(1);
    if (interactive && !once) {
      Terminal.readKeysAtOnce();
      Thread.ofVirtual().start(() -> awaitQuit(quit));
    }
    boolean ended;
    do {
      String view = viewOrAbsence(client);
      out.print(interactive && !once ? REDRAW + fitted(view) : view + "\n");
      out.flush();
      ended = once || Terminal.pause(quit, Duration.ofSeconds(Math.max(1, seconds)));
    } while (!ended);
    return 0;
  }

  /** Cuts the view to the terminal's height, since a taller one would scroll. */
  private static String fitted(String view) {
    int height = Terminal.height() - 1;
    String[] lines = view.split("\n", height + 1);
    return lines.length <= height ? view : String.join("\n", Arrays.copyOf(lines, height));
  }

  /** A node that does not answer is asked again: it may come back, or another at its address. */
  private String viewOrAbsence(NodeClient client) {
    try {
      String view = view(client, System.nanoTime());
      awaySince = Optional.empty();
      return view;
    } catch (CommandFailure failure) {
      if (once || failure.exitCode() != CommandFailure.UNREACHABLE) {
        throw failure;
      }
      Instant since = awaySince.orElseGet(Instant::now);
      awaySince = Optional.of(since);
      return "%s is away since %s, trying again: %s%n"
          .formatted(connection.url(), since.truncatedTo(ChronoUnit.SECONDS), failure.getMessage());
    }
  }

  private String view(NodeClient client, long now) {
    StringBuilder text = new StringBuilder();
    JsonNode stats = client.get("/stats");
    text.append(connection.url()).append('\n');
    text.append("batches  ").append(counts(stats.path("batches"))).append('\n');
    stats
        .path("jobs")
        .properties()
        .forEach(
            kind ->
                text.append("%-9s".formatted(kind.getKey()))
                    .append(counts(kind.getValue()))
                    .append('\n'));
    text.append('\n');
    client.list("/surveys", Map.of("state", "running"), 10, item -> text.append(survey(item, now)));
    Table nodes = new Table("NODE", "ADDRESS", "STATE", "CPU", "MEMORY", "DISK", "JOBS", "NOTE");
    client.list("/nodes", Map.of(), 50, node -> nodes.row(ListCommands.Nodes.row(node)));
    text.append('\n').append(rendered(nodes));
    text.append(waiting(client));
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
    return failed > 0 ? text.append('\n').append(rendered(failures)).toString() : text.toString();
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
    return "%-12s %s %d/%d  %s%n"
        .formatted(
            Table.printable(survey.path("source").asText(), 12),
            bar(ended, total),
            ended,
            total,
            eta(total - ended, ended - start.ended(), now - start.nanos()));
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

  private static void awaitQuit(CountDownLatch quit) {
    try {
      int key = System.in.read();
      while (key >= 0 && key != 'q') {
        key = System.in.read();
      }
      if (key == 'q') {
        quit.countDown();
      }
    } catch (IOException e) {
      LOG.debug("no keys can be read: {}", e.getMessage());
    }
  }
}
