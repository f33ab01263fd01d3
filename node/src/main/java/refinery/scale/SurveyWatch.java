package refinery.scale;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.SurveyProgress;
import refinery.client.Terminal;

/** Asks for a survey a few times a second until it has ended, and notes how long answers took. */
final class SurveyWatch {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final int LINES = 10;

  private final NodeClient client;
  private final PrintWriter out;
  private final List<Double> answers = new ArrayList<>();
  private double registered = Double.NaN;

  /**
   * Seconds from {@code begin}, and of answers.
   *
   * @param registered until every batch was registered
   * @param slowAnswer 99 of 100 were not slower
   */
  record Seen(
      double registered,
      double ended,
      double medianAnswer,
      double slowAnswer,
      double longestAnswer) {}

  SurveyWatch(NodeClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
  }

  /**
   * @param begin {@link System#nanoTime()} when it was posted
   */
  Seen follow(String id, int batches, long begin) {
    if (!Terminal.isInteractive()) {
      return look(id, batches, begin, this::line);
    }
    try (ProgressBar bar =
        new ProgressBarBuilder()
            .setTaskName("batches")
            .setInitialMax(batches)
            .setStyle(ProgressBarStyle.ASCII)
            .setConsumer(new ConsoleProgressBarConsumer(System.err, Terminal.width() - 1))
            .build()) {
      return look(id, batches, begin, (ended, all) -> bar.stepTo(ended));
    }
  }

  private interface Shown {
    void ended(long ended, int all);
  }

  private long tenths;

  private void line(long ended, int all) {
    long now = ended * LINES / all;
    if (now > tenths) {
      tenths = now;
      out.println(String.format(Locale.ROOT, "  %d of %d batches have ended", ended, all));
      out.flush();
    }
  }

  private Seen look(String id, int batches, long begin, Shown shown) {
    while (true) {
      JsonNode survey = asked(id);
      double now = (System.nanoTime() - begin) / 1e9;
      JsonNode counts = survey.path("batches");
      if (Double.isNaN(registered) && counts.path("total").asLong() >= batches) {
        registered = now;
      }
      shown.ended(SurveyProgress.ended(counts), batches);
      if (!SurveyProgress.isRunning(survey)) {
        return ended(survey, batches, now);
      }
      Terminal.pause(LOOK);
    }
  }

  private JsonNode asked(String id) {
    long asked = System.nanoTime();
    JsonNode survey = client.get("/surveys/" + id);
    answers.add((System.nanoTime() - asked) / 1e9);
    return survey;
  }

  private Seen ended(JsonNode survey, int batches, double now) {
    long total = survey.path("batches").path("total").asLong();
    if (!survey.path("state").asText().equals("done") || total != batches) {
      throw CommandFailure.failed(
          "the survey is %s with %d of %d batches: %s"
              .formatted(
                  survey.path("state").asText(),
                  total,
                  batches,
                  survey.path("reason").asText("no reason stated")));
    }
    List<Double> sorted = answers.stream().sorted().toList();
    return new Seen(
        registered,
        now,
        sorted.get(sorted.size() / 2),
        sorted.get(sorted.size() * 99 / 100),
        sorted.getLast());
  }
}
