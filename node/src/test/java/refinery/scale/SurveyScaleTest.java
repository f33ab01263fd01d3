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
    assertThat(row).hasSize(12);
    assertThat(row[0]).isEqualTo("30");
    assertThat(Double.parseDouble(row[2])).as("ms until it ended").isPositive();
    assertThat(Double.parseDouble(row[8])).as("its own events a batch").isGreaterThan(1);
    assertThat(Double.parseDouble(row[9])).as("all events a batch").isGreaterThan(3);
    assertThat(Double.parseDouble(row[11])).as("seconds to recover").isPositive();
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

  private static Figures figures(int batches, double seconds) {
    return new Figures(
        batches,
        new SurveyWatch.Seen(seconds / 2, seconds, 0.01, 0.015, 0.02),
        new MeasuredNode.Cpu(seconds, seconds / 2),
        new StoredSurvey(batches, 4L * batches, 184L * batches),
        0.5);
  }
}
