package refinery.client;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

/** Shows a survey until it has ended: a bar on a terminal, a line for each change otherwise. */
public final class SurveyProgress {
  private static final Duration LOOK = Duration.ofMillis(500);

  /**
   * The number of looks without a change after which the node is asked what the survey waits for.
   */
  private static final int LOOKS_STILL = 4;

  /** Moves to the beginning of the line and erases the bar. */
  private static final String OVER_THE_BAR = "\r\u001b[K";

  private final Set<String> told = new HashSet<>();
  private String stillAt = "";
  private int still;
  private final NodeClient client;
  private final PrintWriter out;

  public SurveyProgress(NodeClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
  }

  /** The exit code: 0 when all is done or a person must answer, 1 when something failed. */
  public int follow(String id) {
    JsonNode survey = Terminal.isInteractive() ? bar(id) : lines(id);
    String state = survey.path("state").asText();
    if (state.equals("done")) {
      return 0;
    }
    if (state.equals("awaiting_input")) {
      out.println(clean(survey.path("question").path("prompt").asText()));
      out.println("refinery answer " + id + " take=all      # or at_most=N, or take=none");
      out.flush();
      return 0;
    }
    String reason = survey.path("reason").asText("");
    out.println(id + " is " + state + (reason.isBlank() ? "" : ": " + clean(reason)));
    client.list(
        "/batches",
        Map.of("survey_id", id, "state", "failed"),
        10,
        batch ->
            out.println(
                "  " + batch.path("key").asText() + ": " + clean(batch.path("reason").asText(""))));
    out.flush();
    return CommandFailure.WORK_FAILED;
  }

  private JsonNode bar(String id) {
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("batches")
            .setInitialMax(-1)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(250)
            .continuousUpdate()
            // Its own choice would ask a library for the terminal, which takes Ctrl-C from the
            // JVM: the process would end without its shutdown hooks, and leave a PostgreSQL
            // behind.
            .setConsumer(new ConsoleProgressBarConsumer(System.err, Terminal.width() - 1))
            .build()) {
      JsonNode survey = client.get("/surveys/" + id);
      while (isRunning(survey)) {
        show(bar, survey);
        tell(waits(id, counts(survey.path("batches"))), OVER_THE_BAR);
        Terminal.pause(LOOK);
        survey = client.get("/surveys/" + id);
      }
      show(bar, survey);
      return survey;
    }
  }

  private static void show(ProgressBar bar, JsonNode survey) {
    JsonNode batches = survey.path("batches");
    if (batches.path("total").asLong() > 0) {
      bar.maxHint(batches.path("total").asLong());
      bar.stepTo(ended(batches));
      bar.setExtraMessage(counts(batches));
    }
  }

  private JsonNode lines(String id) {
    String said = "";
    JsonNode survey = client.get("/surveys/" + id);
    while (true) {
      JsonNode batches = survey.path("batches");
      String line =
          "%s %s %d/%d %s"
              .formatted(
                  survey.path("source").asText(),
                  survey.path("state").asText(),
                  ended(batches),
                  batches.path("total").asLong(),
                  counts(batches));
      if (!line.equals(said)) {
        out.println(line);
        out.flush();
        said = line;
      }
      if (!isRunning(survey)) {
        return survey;
      }
      tell(waits(id, line), "");
      Terminal.pause(LOOK);
      survey = client.get("/surveys/" + id);
    }
  }

  /** Each reason once, in whole lines: a bar has no room for them. */
  private void tell(Set<String> waits, String before) {
    for (String why : waits) {
      if (told.add(why)) {
        out.println(before + "  waiting: " + why);
      }
    }
    out.flush();
  }

  /** Asked for only while nothing moves: most surveys never wait. */
  private Set<String> waits(String id, String seen) {
    if (!seen.equals(stillAt)) {
      stillAt = seen;
      still = 0;
    }
    return still++ % LOOKS_STILL == LOOKS_STILL - 1 ? Waits.of(client, id) : Set.of();
  }

  public static boolean isRunning(JsonNode survey) {
    return survey.path("state").asText().equals("running");
  }

  /** Batches that have come to an end. */
  public static long ended(JsonNode batches) {
    return batches.path("done").asLong()
        + batches.path("failed").asLong()
        + batches.path("cancelled").asLong()
        + batches.path("planned").asLong();
  }

  static String counts(JsonNode batches) {
    StringBuilder text = new StringBuilder();
    for (String state : new String[] {"queued", "downloading", "processing", "failed"}) {
      long count = batches.path(state).asLong();
      if (count > 0) {
        text.append(text.isEmpty() ? "" : ", ").append(count).append(' ').append(state);
      }
    }
    return text.toString();
  }

  private static String clean(String text) {
    return Table.printable(text, 200);
  }
}
