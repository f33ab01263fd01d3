package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.NodeId;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.Outcome;

/** With real programs that nobody but their users knows. */
class ToolProbeTest {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;

  private record Runner(List<Tool> tools) implements WorkRunner {
    @Override
    public CompletionStage<Outcome> run(Attempt attempt) {
      return CompletableFuture.failedFuture(new UnsupportedOperationException());
    }
  }

  private String program(String name, String says) throws Exception {
    Path file = directory.resolve(name);
    Files.writeString(file, "#!/bin/sh\necho '" + says + "'\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file.toString();
  }

  private Map<String, String> versions(Runner... runners) {
    Map<JobKind, WorkRunner> byKind = new java.util.EnumMap<>(JobKind.class);
    for (Runner runner : runners) {
      byKind.put(JobKind.values()[byKind.size()], runner);
    }
    LocalExecutor executor =
        new LocalExecutor(
            directory.resolve("node"), NodeId.of("node-1"), Workbench.config(), byKind);
    try {
      CompletableFuture<Map<String, String>> versions =
          executor.toolVersions().toCompletableFuture();
      assertThat(versions).succeedsWithin(PATIENCE);
      return versions.join();
    } finally {
      executor.close();
    }
  }

  @Test
  void whoeverRunsAToolSaysHowItIsAskedForItsVersion() throws Exception {
    Tool aligner =
        Tool.asked("aligner", List.of(program("aligner", "aligner v3.1.4"), "-v"), "pipeline a");
    Tool caller = Tool.asked("caller", List.of(program("caller", "version: 0.9")), "pipeline b");
    Tool mute = Tool.asked("mute", List.of(program("mute", "hello")), "pipeline b");
    Tool absent = Tool.asked("absent", List.of("no-such-tool", "--version"), "pipeline b");
    assertThat(versions(new Runner(List.of(aligner)), new Runner(List.of(caller, mute, absent))))
        .isEqualTo(Map.of("aligner", "3.1.4", "caller", "0.9"));
  }

  @Test
  void ofTwoProgramsOfOneNameBothVersionsAreShown() throws Exception {
    Tool older = Tool.asked("aligner", List.of(program("older", "aligner 1.9")), "pipeline a");
    Tool newer = Tool.asked("aligner", List.of(program("newer", "aligner 1.10")), "pipeline b");
    assertThat(versions(new Runner(List.of(newer, older))))
        .isEqualTo(Map.of("aligner", "1.10, 1.9"));
  }

  @Test
  void whatIsNotThereIsSaidOnceWithWhoNeedsIt() throws Exception {
    ProgramPath path = ProgramPath.ofSystem();
    ToolProbe probe = new ToolProbe(path, new BaseEnvironment(path.text(), directory), directory);
    assertThat(
            probe.missing(
                List.of(
                    Tool.of("no-such-tool", "pipeline b"),
                    Tool.asked("thing", List.of("no-such-tool", "-V"), "pipeline b"),
                    Tool.of("no-such-tool", "pipeline a"),
                    Tool.of("sh", "pipeline a"),
                    Tool.of(program("own", ""), "pipeline a"),
                    Tool.of("/opt/nowhere/own", "pipeline a"))))
        .containsExactly(
            "'/opt/nowhere/own': not an executable file on this node; name a program on its PATH"
                + " or an absolute path (needed by pipeline a)",
            "no-such-tool: not found on the node's PATH; apt-get install no-such-tool"
                + " (needed by pipeline a, pipeline b)");
  }
}
