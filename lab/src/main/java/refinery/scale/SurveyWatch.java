package refinery.scale;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.client.SurveyProgress;
import refinery.client.Terminal;

/** Asks for a survey a few times a second until it has ended, and records how long answers took. */
final class SurveyWatch {
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final int LINES = 10;

  private final NodeClient client;
  private final PrintWriter out;
  private final Answers answers = new Answers();
  private Answers sinceLine = new Answers();
  private double registered = Double.NaN;

  /**
   * Times in seconds from {@code begin}.
   *
   * @param registered until every batch was registered
   * @param ended until the survey had ended
   */
  record Seen(double registered, double ended, Answers answers) {}

  SurveyWatch(NodeClient client, PrintWriter out) {
    this.client = client;
    this.out = out;
  }

  /**
   * @param begin {@link System#nanoTime()} when the survey was posted
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
      out.println(
          String.format(Locale.ROOT, "  %d of %d batches have ended; %s", ended, all, sinceLine));
      out.flush();
      sinceLine = new Answers();
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
      pause();
    }
  }

  /**
   * Pauses. If the pause takes too long, the machine has kept its threads waiting for that time.
   */
  private void pause() {
    long begin = System.nanoTime();
    Terminal.pause(LOOK);
    double late = (System.nanoTime() - begin - LOOK.toNanos()) / 1e9;
    answers.woke(late);
    sinceLine.woke(late);
  }

  private JsonNode asked(String id) {
    long asked = System.nanoTime();
    JsonNode survey = client.get("/surveys/" + id);
    double took = (System.nanoTime() - asked) / 1e9;
    answers.add(took);
    sinceLine.add(took);
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
    return new Seen(registered, now, answers);
  }
}
