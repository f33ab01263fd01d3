package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.agent.Tool;
import refinery.pipeline.ContainerCommand.Engine;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

/**
 * Steps in containers, without an engine: argument vectors are compared as they are, and for whole
 * runs a script in the engine's place keeps its arguments, leaves out what is for the engine, and
 * runs the command itself. {@link RealContainersTest} runs them by Podman.
 */
class ContainersTest {
  private static final String IMAGE = "docker.io/library/alpine:3.20";
  private static final String PIPELINE =
      """
      name = boxed
      version = "1"
      description = "Copies in a container."
      inputs = [[text]]
      resources { cpu = "1", memory = "16MiB", disk = "1MiB" }
      steps = [
        {
          name = copy, container = "docker.io/library/alpine:3.20", stdout = out.txt, stall = 1m
          environment { WORD = "a b" }
          command = [sh, -c, "echo \\"$WORD\\"; cat $1; exit %s", sh, "${input.text}"]
        }
      ]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  private static final String PODMAN =
      """
      #!/bin/sh
      echo "$@" >> %1$s
      export -p > %1$s-environment
      [ "$1" = run ] || exit 0
      shift
      while :; do
        case $1 in
          --entrypoint=*) program=${1#*=} ;;
          --workdir=*) cd "${1#*=}" ;;
          --env=*) export "${1#--env=}" ;;
          --*) ;;
          *) shift; break ;;
        esac
        shift
      done
      exec "$program" "$@"
      """;

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"PODMAN, 0", "PODMAN, 1000", "DOCKER, 1000"})
  void theVectorLimitsWhatTheContainerMay(Engine engine, int user) {
    List<String> line =
        command(engine, user).run(List.of("cat", "a b"), path("/s/work"), Map.of("X", "1;2"));
    assertThat(line)
        .startsWith("/bin/engine", "run", "--rm")
        .contains(
            "--name=refinery-job-1-1-copy",
            "--network=none",
            "--user=" + user + ":" + user,
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--cpus=1.500",
            "--memory=1048576b",
            "--mount=type=bind,source=/s,target=/s",
            "--mount=type=bind,source=/cache/index,target=/cache/index,readonly",
            "--workdir=/s/work",
            "--env=HOME=/s",
            "--env=TMPDIR=/s",
            "--env=X=1;2")
        .endsWith("--entrypoint=cat", IMAGE, "a b");
    assertThat(line.contains("--userns=keep-id")).isEqualTo(engine == Engine.PODMAN && user != 0);
    assertThat(line).filteredOn(word -> word.startsWith("--mount")).hasSize(2);
    assertThat(command(engine, user).remove())
        .containsExactly("/bin/engine", "rm", "--force", "refinery-job-1-1-copy");
  }

  @Test
  void apptainerRunsItAsTheAttemptsOwnProcess() {
    assertThat(command(Engine.APPTAINER, 1000).run(List.of("cat", "a"), path("/s/work"), Map.of()))
        .containsExactly(
            "/bin/engine",
            "exec",
            "--containall",
            "--cleanenv",
            "--no-eval",
            "--bind=/s:/s",
            "--bind=/cache/index:/cache/index:ro",
            "--pwd=/s/work",
            "--env=HOME=/s",
            "--env=LANG=C.UTF-8",
            "--env=TMPDIR=/s",
            "docker://" + IMAGE,
            "cat",
            "a");
    assertThat(command(Engine.APPTAINER, 1000).remove()).isEmpty();
  }

  private static ContainerCommand command(Engine engine, int user) {
    return new ContainerCommand(
        engine,
        path("/bin/engine"),
        IMAGE,
        "refinery-job-1-1-copy",
        path("/s"),
        Set.of(path("/cache/index")),
        user,
        user,
        Resources.of(1500, 1 << 20, 0));
  }

  private static Path path(String text) {
    return Path.of(text);
  }

  private Path calls() {
    return folder.resolve("calls");
  }

  private String podman() throws IOException {
    return engine("podman");
  }

  private String engine(String name) throws IOException {
    Path bin = Files.createDirectories(folder.resolve("bin"));
    Path script = Files.writeString(bin.resolve(name), PODMAN.formatted(calls()));
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    return bin.toString();
  }

  private PipelineRegistry pipelines(int exit) throws IOException {
    Path directory = Files.createDirectories(folder.resolve("pipelines"));
    Files.writeString(directory.resolve("boxed.conf"), PIPELINE.formatted(exit));
    return PipelineRegistry.load(Optional.of(directory));
  }

  private Attempt attempt(Workbench bench) throws IOException {
    Path text = Files.writeString(folder.resolve("text.txt"), "hello\n");
    var input = bench.raw("text", text, OptionalLong.empty(), OptionalLong.empty());
    return TestAttempt.of(
        new JobSpec(
            JobId.of("job-1"),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            "boxed",
            50,
            0,
            Resources.NONE,
            new Work.Process("boxed", List.of(input), List.of(), Map.of(), Map.of(), List.of()),
            Instant.EPOCH),
        folder.resolve("scratch"));
  }

  @Test
  void aStepRunsByTheEngineThatTheNodeHas() throws IOException {
    Workbench bench = new Workbench(folder.resolve("bench"));
    Outcome outcome =
        bench.runner(pipelines(0), podman()).run(attempt(bench)).toCompletableFuture().join();
    JobResult.Processed result = Workbench.processed(outcome);
    assertThat(Workbench.lines(bench.fetch(result.artifacts(), "out.txt")))
        .containsExactly("a b", "hello");
    assertThat(outcome.usage().peakMemory()).isEqualTo(1 << 20);
    StepRecord step = outcome.steps().getFirst();
    assertThat(step.tool()).isEqualTo(IMAGE);
    assertThat(step.command()).startsWith("sh", "-c").endsWith("sh", "inputs/text.txt");
    assertThat(Workbench.lines(calls()))
        .singleElement()
        .asString()
        .startsWith("run --rm --name=refinery-job-1-1-copy --network=none")
        .contains("source=" + folder.resolve("scratch") + ",", "--cpus=2.000");
  }

  /** Its processes are those of a service, so nobody may learn from what the attempt's own used. */
  @Test
  void whatAContainerOfDockerUsedIsNotKnown() throws IOException {
    Workbench bench = new Workbench(folder.resolve("bench"));
    Outcome outcome =
        bench
            .runner(pipelines(0), engine("docker"))
            .run(attempt(bench))
            .toCompletableFuture()
            .join();
    assertThat(Workbench.processed(outcome).artifacts()).isNotEmpty();
    assertThat(outcome.usage().peakMemory()).isZero();
    assertThat(outcome.steps().getFirst().peakMemory()).isZero();
  }

  @Test
  void whatTheLimitOfMemoryKilledIsOutOfMemory() throws IOException {
    Workbench bench = new Workbench(folder.resolve("bench"));
    Outcome outcome =
        bench.runner(pipelines(137), podman()).run(attempt(bench)).toCompletableFuture().join();
    assertThat(((Outcome.Failed) outcome).failure().failureClass())
        .isEqualTo(FailureClass.OUT_OF_MEMORY);
  }

  @Test
  void withoutAnEngineItIsRefusedAndToldAtTheStart() throws IOException {
    Workbench bench = new Workbench(folder.resolve("bench"));
    ProcessRunner runner = bench.runner(pipelines(0), folder.toString());
    Outcome outcome = runner.run(attempt(bench)).toCompletableFuture().join();
    assertThat(((Outcome.Failed) outcome).failure())
        .isEqualTo(
            new Failure(
                FailureClass.PERMANENT,
                "it runs in a container of the image docker.io/library/alpine:3.20, and this node"
                    + " has none of podman, docker, apptainer on its PATH; apt-get install podman",
                "copy"));
    assertThat(runner.tools()).contains(Tool.of("podman", "containers of boxed"));
    assertThat(bench.runner(pipelines(0), podman()).tools())
        .doesNotContain(Tool.of("podman", "containers of boxed"))
        .doesNotContain(Tool.of("sh", "pipeline boxed"));
  }

  /** The engine's process dies with the attempt; its container would not. */
  @Test
  void whatIsKilledIsRemoved() throws IOException {
    Workbench bench = new Workbench(folder.resolve("bench"));
    Attempt killed = new Killed(attempt(bench));
    Outcome outcome = bench.runner(pipelines(0), podman()).run(killed).toCompletableFuture().join();
    assertThat(((Outcome.Failed) outcome).failure().failureClass()).isEqualTo(FailureClass.STALLED);
    assertThat(Workbench.lines(calls())).containsExactly("rm --force refinery-job-1-1-copy");
    Set<String> told =
        Workbench.lines(folder.resolve("calls-environment")).stream()
            .filter(line -> line.startsWith("export "))
            .map(line -> line.substring(7).split("=", 2)[0])
            .collect(Collectors.toSet());
    assertThat(System.getenv().size())
        .as("this JVM has more to tell")
        .isGreaterThan(Containers.environment().size());
    told.removeAll(Set.of("PWD", "OLDPWD", "SHLVL", "_"));
    assertThat(told).isEqualTo(Containers.environment().keySet());
  }

  /** An attempt whose processes are killed for having stalled. */
  private record Killed(Attempt of) implements Attempt {
    @Override
    public JobSpec spec() {
      return of.spec();
    }

    @Override
    public int number() {
      return of.number();
    }

    @Override
    public Resources reserved() {
      return of.reserved();
    }

    @Override
    public Path scratch() {
      return of.scratch();
    }

    @Override
    public Path log() {
      return of.log();
    }

    @Override
    public long diskLeft() throws IOException {
      return of.diskLeft();
    }

    @Override
    public void progressed() {
      of.progressed();
    }

    @Override
    public boolean isStopped() {
      return of.isStopped();
    }

    @Override
    public void onStop(Runnable action) {
      of.onStop(action);
    }

    @Override
    public ProcessResult execute(ProcessRequest request) {
      assertThat(request.stall()).isEqualTo(Duration.ofMinutes(1));
      Failure stalled = new Failure(FailureClass.STALLED, "no progress", "copy");
      return new ProcessResult(
          137, Optional.of(stalled), new Usage(0, 0), Instant.EPOCH, Instant.EPOCH);
    }
  }
}
