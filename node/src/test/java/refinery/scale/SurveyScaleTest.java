package refinery.scale;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SurveyScaleTest {
  @TempDir Path temp;

  /** A node that is killed, a journal that is read, and a survey that recovers: all real. */
  @Test
  void measuresASurveyFromItsPostToItsRecovery() throws InterruptedException, IOException {
    StringWriter text = new StringWriter();
    new SurveyScale(new PrintWriter(text)).run(temp, new SurveyScale.Plan(List.of(30), true, 5));
    String[] row = text.toString().strip().lines().toList().getLast().strip().split("[ |]+", -1);
    assertThat(row).hasSize(13);
    assertThat(row[0]).isEqualTo("30");
    assertThat(Double.parseDouble(row[2])).as("ms until it ended").isPositive();
    assertThat(Double.parseDouble(row[9])).as("its own events a batch").isGreaterThan(1);
    assertThat(Double.parseDouble(row[10])).as("all events a batch").isGreaterThan(3);
    assertThat(Double.parseDouble(row[12])).as("seconds to recover").isPositive();
    try (Stream<Path> left = Files.list(temp)) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void comparesTheLargestWithTheSmallest() {
    List<String> lines = Figures.table(List.of(figures(1_000, 2), figures(10_000, 30)));
    assertThat(lines.getLast())
        .isEqualTo(
            "a batch at 10000 costs 1.50 times the time and 1.50 times the cpu of one at 1000");
  }

  @Test
  void saysHowManyAnswersTookHowLong() {
    Answers answers = new Answers();
    for (int ms = 1; ms <= 200; ms++) {
      answers.add(ms / 1000.0);
    }
    answers.woke(0.007);
    answers.woke(0.003);
    assertThat(answers)
        .hasToString(
            "200 answers in ms: median 101, 99 % 199, longest 200; the asking thread woke 7 late");
  }

  private static Figures figures(int batches, double seconds) {
    return new Figures(
        batches,
        new SurveyWatch.Seen(seconds / 2, seconds, new Answers()),
        new MeasuredNode.Cpu(seconds, seconds / 2),
        new StoredSurvey(batches, 4L * batches, 184L * batches),
        0.5);
  }
}
