package refinery.lab;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import refinery.protocol.Json;

class BenchCommandTest {
  @Test
  void commandsAreSplitWithoutAShell() {
    assertThat(BenchCommand.Jobs.words("/bin/sh -c \"a b\" 'c d' $x"))
        .containsExactly("/bin/sh", "-c", "a b", "c d", "$x");
  }

  @Test
  void theBenchmarksLastLineIsFixed() throws Exception {
    StringWriter out = new StringWriter();
    List<JsonNode> jobs =
        List.of(
            job("00:00:00Z", "00:00:01Z", "succeeded"), job("00:00:00Z", "00:00:04Z", "succeeded"));
    assertThat(BenchCommand.Jobs.report(new PrintWriter(out), jobs)).isZero();
    assertThat(out)
        .hasToString("2 jobs in 4.0 s: 0.5 jobs/s (p50 4.00 s, p99 4.00 s from submit to end)\n");
    List<JsonNode> failed = List.of(job("00:00:00Z", "00:00:01Z", "failed"));
    assertThat(BenchCommand.Jobs.report(new PrintWriter(out), failed)).isEqualTo(1);
  }

  private static JsonNode job(String created, String finished, String state) throws Exception {
    return Json.MAPPER.readTree(
        "{\"created_at\":\"2026-01-01T%s\",\"finished_at\":\"2026-01-01T%s\",\"state\":\"%s\"}"
            .formatted(created, finished, state));
  }
}
