package refinery.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * The short chaos run: half of a round of the schedule, which has every kind of fault once (the
 * seed says which half), two surveys that are cancelled and retried, and a job that ends every node
 * that runs it. {@code -Drefinery.seed=N} replays; {@code refinery chaos} runs long ones.
 */
class ChaosTest {
  private static final int FAULTS = 8;

  @TempDir(cleanup = CleanupMode.ON_SUCCESS)
  Path temp;

  @Test
  @Timeout(value = 40, unit = TimeUnit.MINUTES)
  void nothingIsLostOrDoneTwiceWhateverHappensToTheCluster() throws Exception {
    long seed = Long.getLong("refinery.seed", System.currentTimeMillis() % 1_000_000);
    StringWriter report = new StringWriter();
    PrintWriter out = new PrintWriter(new Tee(report), true);
    Chaos.Plan plan =
        new Chaos.Plan(
            temp.resolve("chaos"), seed, 3, Duration.ofSeconds(95), FAULTS, 140, 2, 18, true);
    int code = new Chaos(out, plan).run();
    assertThat(code).as(report.toString()).isZero();
  }

  /** Into the report, and at once to the test's output. */
  private static final class Tee extends java.io.Writer {
    private final StringWriter report;
    private final java.io.Writer console =
        new java.io.OutputStreamWriter(System.out, StandardCharsets.UTF_8);

    Tee(StringWriter report) {
      this.report = report;
    }

    @Override
    public void write(char[] text, int offset, int length) throws java.io.IOException {
      report.write(text, offset, length);
      console.write(text, offset, length);
    }

    @Override
    public void flush() throws java.io.IOException {
      console.flush();
    }

    @Override
    public void close() throws java.io.IOException {
      console.flush();
    }
  }
}
