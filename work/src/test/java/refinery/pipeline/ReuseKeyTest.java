package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;

/** A pipeline whose tool is a script here, so that its version can change. */
class ReuseKeyTest {
  private static final String PIPELINE =
      """
      name = speak
      version = "%2$s"
      description = "Says what it was given."
      inputs = [[left, right], [middle]]
      parameters { word { description = "what to say", default = "a", pattern = "[a-z]" } }
      resources { cpu = "1", memory = "64MiB", disk = "1MiB" }
      tools { speaker = ["%1$s", --version], other = [false] }
      steps = [
        { name = speak, tool = speaker, stdout = out.txt, stall = 1m, command = ["%1$s", "${parameter.word}"] }
        { name = never, when = [middle], tool = other, stall = 1m, command = [false] }
        { name = rarely, when-parameters { word = z }, tool = other, stall = 1m, command = [false] }
      ]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  @TempDir Path folder;
  private Workbench bench;
  private int jobs;

  private Path script() {
    return folder.resolve("speaker");
  }

  private void tool(String says) throws Exception {
    Files.writeString(
        script(),
        "#!/bin/sh\n[ \"$1\" = --version ] && { echo '%s'; exit; }\necho %s $1\n"
            .formatted(says, says.hashCode()));
    Files.setPosixFilePermissions(script(), PosixFilePermissions.fromString("rwx------"));
  }

  private RawFile file(String role, String content) throws Exception {
    Path path = Files.writeString(folder.resolve(role + ".txt"), content);
    return bench.raw(role, path, OptionalLong.empty(), OptionalLong.empty());
  }

  private PipelineRegistry pipelines(String version) throws Exception {
    Path directory = Files.createDirectories(folder.resolve("pipelines"));
    Files.writeString(directory.resolve("speak.conf"), PIPELINE.formatted(script(), version));
    return PipelineRegistry.load(Optional.of(directory));
  }

  /** The pipeline whose first step says its version otherwise. */
  private Pipeline with(String instead) throws Exception {
    Path directory = Files.createDirectories(folder.resolve("pipelines"));
    Files.writeString(
        directory.resolve("speak.conf"),
        PIPELINE.formatted(script(), "1").replaceFirst("tool = speaker, ", instead));
    return PipelineRegistry.load(Optional.of(directory)).find("speak").orElseThrow();
  }

  private String key(Pipeline pipeline) throws Exception {
    Work.Process work =
        new Work.Process(
            "speak",
            List.of(file("left", "one"), file("right", "two")),
            List.of(),
            Map.of(),
            Map.of(),
            List.of(),
            false);
    return ReuseKey.of(
        pipeline,
        work,
        RunInputs.of(pipeline, work),
        List.of(),
        (tool, command) -> Optional.of(tool + " 1.0"));
  }

  /** The program may be another one tomorrow, and a tag name another image. */
  @Test
  void whatAProgramIsMustBeKnownForItsResultsToBeReused() throws Exception {
    bench = new Workbench(folder);
    String image = "container = \"docker.io/library/alpine";
    assertThat(key(with("tool = speaker, "))).isNotEmpty();
    assertThat(key(with(""))).as("no tool").isEmpty();
    assertThat(key(with(image + ":3.20\", "))).as("an image by its tag").isEmpty();
    Pipeline fixed = with(image + "@sha256:" + "0a".repeat(32) + "\", ");
    assertThat(key(fixed)).as("an image by its digest").isNotEmpty();
    assertThat(key(with(image + "@sha256:" + "0b".repeat(32) + "\", ")))
        .isNotEmpty()
        .isNotEqualTo(key(fixed));
    assertThat(ReuseKey.unversioned(with(""))).containsExactly("speak");
    assertThat(ReuseKey.unversioned(fixed)).isEmpty();
  }

  private JobResult.Processed run(ProcessRunner runner, boolean fresh, Map<String, String> words)
      throws Exception {
    return run(runner, fresh, words, file("left", "one"), file("right", "two"));
  }

  private JobResult.Processed run(
      ProcessRunner runner, boolean fresh, Map<String, String> words, RawFile... files)
      throws Exception {
    Work.Process work =
        new Work.Process("speak", List.of(files), List.of(), words, Map.of(), List.of(), fresh);
    JobSpec spec =
        new JobSpec(
            JobId.of("job-" + ++jobs),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            "speak",
            50,
            0,
            Resources.NONE,
            work,
            Instant.EPOCH);
    Path scratch = Files.createTempDirectory(folder, "scratch");
    return bench.remembered(runner.run(TestAttempt.of(spec, scratch)).toCompletableFuture().join());
  }

  @Test
  void rulesBelongToWhatStepsUseThem() throws Exception {
    String quality = new QualityVerdict().rulesDigest("default");
    assertThat(quality).matches("[0-9a-f]{64}");
    assertThat(new QualityVerdict().rulesDigest("dee2")).isNotEqualTo(quality);
    assertThatThrownBy(() -> new QualityVerdict().rulesDigest("none")).hasMessageContaining("none");
    assertThat(new SummaryStats().rulesDigest("")).matches("[0-9a-f]{64}");
    assertThat(new CurationStep().rulesDigest("")).isNotEmpty();
    assertThat(new GeneTable().rulesDigest("")).isEmpty();
  }

  @Test
  void whatAResultDependsOnDecidesWhetherItIsReused() throws Exception {
    bench = new Workbench(folder);
    tool("speaker 1.0");
    ProcessRunner runner = bench.runner(pipelines("1"));
    JobResult.Processed first = run(runner, false, Map.of());
    assertThat(first.reusedFrom()).isEmpty();
    JobResult.Processed again = run(runner, false, Map.of());
    assertThat(again.reusedFrom()).as("under another id").isPresent();
    assertThat(again.savedCpuSeconds()).isEqualTo(12.5);
    assertThat(again.artifacts()).isEqualTo(first.artifacts());
    assertThat(run(runner, true, Map.of()).reusedFrom()).as("not to be reused").isEmpty();

    Set<String> keys = new TreeSet<>(List.of(first.fingerprint()));
    List<JobResult.Processed> others =
        List.of(
            run(runner, false, Map.of("word", "b")),
            run(runner, false, Map.of(), file("left", "two"), file("right", "one")),
            run(bench.runner(pipelines("2")), false, Map.of()));
    for (JobResult.Processed other : others) {
      assertThat(other.reusedFrom()).isEmpty();
      assertThat(keys.add(other.fingerprint())).isTrue();
    }
    tool("speaker 1.1 and more");
    assertThat(run(runner, false, Map.of()).reusedFrom()).as("another tool's version").isEmpty();
    tool("no version at all");
    JobResult.Processed unknown = run(runner, false, Map.of());
    assertThat(unknown.fingerprint()).as("of a tool that says no version").isEmpty();
    tool("speaker 1.0");
    assertThat(run(runner, false, Map.of()).reusedFrom()).as("the tool as it was").isPresent();
    bench.permanent.delete(first.artifacts().getFirst().sha256());
    assertThat(run(runner, false, Map.of()).reusedFrom()).as("an artifact is gone").isEmpty();
  }
}
