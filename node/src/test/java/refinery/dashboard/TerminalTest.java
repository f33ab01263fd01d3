package refinery.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import refinery.testing.RequiresTools;

/** {@code refinery watch} in a real terminal, the one of util-linux's script, and without one. */
@RequiresTools("script")
@ExtendWith(DashboardFixture.class)
class TerminalTest {
  private static final String COLOURED = "\u001b[32mup\u001b[0m";
  private static final int CTRL_C = 3;
  private static final String COMMAND = "\"$JAVA\" @\"$ARGUMENTS\"";

  @TempDir private Path temp;

  @Test
  void watchRedrawsInPlaceAndCtrlCLeavesTheTerminalAsItWas(Refinery refinery) throws Exception {
    Process terminal =
        terminal("stty cols 60 rows 20; " + watch(refinery) + "; echo ended $?; stty -a", Map.of());
    String said = afterKey(terminal, CTRL_C);
    assertThat(said).contains(COLOURED, "ended 130").doesNotContain("\u001b[2J");
    assertThat(said.lastIndexOf("\u001b[?25h"))
        .as("the cursor is shown again")
        .isGreaterThan(said.lastIndexOf("\u001b[?25l"));
    assertThat(said.substring(said.indexOf("ended"))).contains(" icanon", " echo ");
    assertThat(frames(said))
        .allSatisfy(
            lines -> {
              assertThat(lines).hasSizeLessThan(20);
              assertThat(lines).allMatch(line -> line.length() <= 60);
            })
        .allSatisfy(lines -> assertThat(lines.getFirst()).isEqualTo(refinery.node().url()));
  }

  @Test
  void watchHeedsColumnsAndNoColorAndEndsByQ(Refinery refinery) throws Exception {
    Process terminal =
        terminal(
            "stty cols 132 rows 50; " + watch(refinery) + "; echo ended $?",
            Map.of("COLUMNS", "50", "NO_COLOR", "1"));
    String said = afterKey(terminal, 'q');
    assertThat(said).contains("ended 0", " up ").doesNotContainPattern("\u001b\\[\\d+m");
    assertThat(frames(said))
        .allSatisfy(lines -> assertThat(lines).allMatch(line -> line.length() <= 50));
  }

  @Test
  void watchIsPlainLinesInAPipeAndEndsWithItsReader(Refinery refinery) throws Exception {
    Process terminal =
        terminal(
            "%s | head -n 60; %s nodes --watch 1 --columns jobs,id --sort cpu %s | head -n 5; echo ended"
                .formatted(watch(refinery), COMMAND, "--url " + refinery.node().url()),
            Map.of("COLUMNS", "80"));
    terminal.getOutputStream().close();
    assertThat(terminal.waitFor(60, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(screen());
    assertThat(said).contains("batches  ", " up ", "ended").doesNotContain("\u001b");
    assertThat(said)
        .contains("FAILED JOB", "input is not FASTQ", "refinery answer SURVEY", "needs cpu 4000.00")
        .containsPattern("ena +PRJDB990103 +\\[[#.]{24}] \\d+/\\d+")
        .containsPattern("SURVEY +ASKS\\R" + refinery.asks())
        .containsPattern("JOBS +WAIT FOR\\R")
        .as("the list is shown again")
        .containsPattern("(JOBS  ID\\R *\\d+  node-\\S+\\R\\R){1}JOBS  ID\\R");
  }

  private Path screen() {
    return temp.resolve("screen");
  }

  private static String watch(Refinery refinery) {
    return COMMAND + " watch --every 1 --url " + refinery.node().url();
  }

  /** What the terminal showed until it ended, after a third look and this key. */
  private String afterKey(Process terminal, int key) throws Exception {
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(60))
          .until(
              () ->
                  Files.exists(screen())
                      && Files.readString(screen()).split("\u001b\\[H").length > 4);
      terminal.getOutputStream().write(key);
      terminal.getOutputStream().flush();
      assertThat(terminal.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return Files.readString(screen());
    } finally {
      terminal.descendants().forEach(ProcessHandle::destroyForcibly);
      terminal.destroyForcibly();
    }
  }

  /** The lines of each view as they are seen, but the last, which may not be whole. */
  private static List<List<String>> frames(String said) {
    List<String> drawn = Arrays.asList(said.split("\u001b\\[H"));
    return drawn.subList(2, drawn.size() - 1).stream()
        .map(
            frame ->
                frame.replace("\r", "").replaceAll("\u001b\\[[0-9?]*[A-Za-z]", "").lines().toList())
        .toList();
  }

  private Process terminal(String commands, Map<String, String> environment) throws IOException {
    String classPath =
        Optional.ofNullable(System.getProperty("surefire.test.class.path"))
            .orElseGet(() -> System.getProperty("java.class.path"));
    Path arguments = temp.resolve("arguments");
    Files.writeString(
        arguments,
        "-XX:TieredStopAtLevel=1\n-cp\n\"%s\"\nrefinery.main.RefineryCommand\n"
            .formatted(classPath));
    Path script = temp.resolve("commands");
    Files.writeString(script, "trap : INT\n" + commands + "\n");
    ProcessBuilder builder =
        new ProcessBuilder(
            "script",
            "--quiet",
            "--return",
            "--flush",
            "--command",
            "env --default-signal=INT sh " + script,
            screen().toString());
    builder.environment().keySet().removeAll(List.of("COLUMNS", "NO_COLOR"));
    builder.environment().put("TERM", "xterm");
    builder.environment().put("ARGUMENTS", arguments.toString());
    builder
        .environment()
        .put("JAVA", Path.of(System.getProperty("java.home"), "bin", "java").toString());
    builder.environment().putAll(environment);
    return builder
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .redirectError(ProcessBuilder.Redirect.DISCARD)
        .start();
  }
}
