package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Resources;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.testing.RequiresTools;

/**
 * Steps in containers of Podman, as a node runs them. The image is made of this machine's own
 * shell, so that none is fetched. Skipped where the machine lets Podman run nothing, with what it
 * said.
 */
@RequiresTools({"podman", "runc|crun", "ldd", "tar"})
class RealContainersTest {
  private static final String IMAGE = "localhost/refinery-test:1";
  private static final List<String> PROGRAMS =
      List.of("/bin/sh", "/bin/cat", "/bin/sleep", "/bin/ls");

  /** A machine may allow less than the engine asks for by itself. */
  private static final String CONFIGURATION =
      """
      [containers]
      default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
      [engine]
      cgroup_manager = "cgroupfs"
      events_logger = "none"
      """;

  private static final String PIPELINE =
      """
      name = boxed
      version = "1"
      description = "Runs in a container."
      inputs = [[text]]
      resources { cpu = "1", memory = "16MiB", disk = "64MiB" }
      steps = [
        {
          name = copy, container = "%s", stdout = out.txt, stall = %s
          environment { WORD = "a b" }
          command = [/bin/sh, -c, \"\"\"%s\"\"\", sh, "${input.text}"]
        }
      ]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  @TempDir static Path folder;
  private static Path podman;

  @BeforeAll
  static void makeTheImage() throws Exception {
    Path configuration = Files.writeString(folder.resolve("containers.conf"), CONFIGURATION);
    Path bin = Files.createDirectories(folder.resolve("bin"));
    podman =
        Files.writeString(
            bin.resolve("podman"),
            """
            #!/bin/sh
            export CONTAINERS_CONF=%s
            engine=$(PATH=/usr/local/bin:/usr/bin:/bin command -v podman)
            runtime=$(command -v runc || command -v crun)
            exec $engine --root %s --runroot %s --storage-driver vfs --runtime $runtime "$@"
            """
                .formatted(configuration, folder.resolve("images"), folder.resolve("run")));
    Files.setPosixFilePermissions(podman, PosixFilePermissions.fromString("rwx------"));
    Path root = Files.createDirectories(folder.resolve("root/tmp")).getParent();
    String programs = String.join(" ", PROGRAMS);
    said(
        "sh",
        "-c",
        "cp -L --parents %s $(ldd %s | grep -o '/[^ :)]*' | sort -u) %s"
            .formatted(programs, programs, root));
    said("tar", "-C", root.toString(), "-cf", folder.resolve("image.tar").toString(), ".");
    assumeItDoes("import", folder.resolve("image.tar").toString(), IMAGE);
    assumeItDoes("run", "--rm", "--network=none", IMAGE, "/bin/sh", "-c", ":");
  }

  private static void assumeItDoes(String... arguments) throws Exception {
    Said said = run(Stream.concat(Stream.of(podman.toString()), Stream.of(arguments)).toList());
    Assumptions.assumeTrue(said.code() == 0, "Podman runs nothing here: " + said.text());
  }

  @AfterAll
  static void removeTheImage() throws Exception {
    run(List.of(podman.toString(), "rmi", "--all", "--force"));
  }

  private record Said(int code, String text) {}

  private static Said run(List<String> command) throws Exception {
    Path file = Files.createTempFile(folder, "said", "");
    Process process =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(file.toFile()).start();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError(command + " does not end");
    }
    return new Said(process.exitValue(), Files.readString(file).strip());
  }

  private static String said(String... command) throws Exception {
    Said said = run(List.of(command));
    assertThat(said.code()).as(said.text()).isZero();
    return said.text();
  }

  private record Ran(Outcome outcome, List<String> lines) {}

  private static Ran run(String script, String stall, Resources reserved) throws Exception {
    Path directory = Files.createTempDirectory(folder, "case");
    Workbench bench = new Workbench(directory.resolve("bench"));
    Path pipelines = Files.createDirectories(directory.resolve("pipelines"));
    Files.writeString(pipelines.resolve("boxed.conf"), PIPELINE.formatted(IMAGE, stall, script));
    Path text = Files.writeString(directory.resolve("text.txt"), "hello\n");
    Work.Process work =
        new Work.Process(
            "boxed",
            List.of(bench.raw("text", text, OptionalLong.empty(), OptionalLong.empty())),
            List.of(),
            Map.of(),
            Map.of(),
            List.of());
    ProcessRunner runner =
        bench.runner(PipelineRegistry.load(Optional.of(pipelines)), podman.getParent().toString());
    try (LimitedRuns runs = new LimitedRuns(directory.resolve("node"), runner)) {
      Outcome outcome = runs.run(work, reserved);
      return new Ran(
          outcome,
          outcome instanceof Outcome.Succeeded
              ? Workbench.lines(bench.fetch(Workbench.processed(outcome).artifacts(), "out.txt"))
              : List.of());
    }
  }

  private static void nothingIsLeft() {
    await()
        .atMost(Duration.ofMinutes(2))
        .untilAsserted(
            () -> assertThat(said(podman.toString(), "ps", "--all", "--quiet")).isEmpty());
  }

  @Test
  void aStepSeesItsScratchAndNothingElse() throws Exception {
    Ran ran =
        run(
            "echo $WORD; cat $1; ls /sys/class/net; ls /root /home /work 2>/dev/null; :",
            "1m",
            LimitedRuns.PLENTY);
    assertThat(ran.outcome()).isInstanceOf(Outcome.Succeeded.class);
    assertThat(ran.lines()).isEqualTo(List.of("a b", "hello", "lo"));
    nothingIsLeft();
  }

  @Test
  void whatTheLimitOfMemoryKilledIsOutOfMemory() throws Exception {
    Ran ran =
        run(
            "a=0123456789abcdef; while :; do a=$a$a; done",
            "1m",
            Resources.of(1000, 256L << 20, 64L << 20));
    assertThat(failure(ran).failureClass())
        .as(ran.toString())
        .isEqualTo(FailureClass.OUT_OF_MEMORY);
    nothingIsLeft();
  }

  @Test
  void aStalledOneIsEndedAndRemoved() throws Exception {
    Ran ran = run("sleep 1000", "2s", LimitedRuns.PLENTY);
    assertThat(failure(ran).failureClass()).as(ran.toString()).isEqualTo(FailureClass.STALLED);
    nothingIsLeft();
  }

  private static Failure failure(Ran ran) {
    return ((Outcome.Failed) ran.outcome()).failure();
  }
}
