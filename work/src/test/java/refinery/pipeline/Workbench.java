package refinery.pipeline;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import refinery.agent.AgentConfig.Sandboxing;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Work;
import refinery.protocol.query.EarlierResults.Reusable;
import refinery.storage.LocalObjectStore;

/** Real stores, a real runner and a read model in memory: what a process job needs. */
final class Workbench {
  static final String DOWNLOAD = "job-download";
  static final Map<String, String> SPECIES =
      Map.of("species", "synthetica_minima", "assembly", "SMIN1", "release", "99");

  final Path folder;
  final LocalObjectStore temporary;
  final LocalObjectStore permanent;
  final ReferenceCache references;
  final Map<Integer, List<Artifact>> indices = new HashMap<>();
  final Map<String, Outcome.Succeeded> finished = new HashMap<>();

  /** The pipeline that makes its indices. */
  String indexPipeline = "transcriptome-index";

  /** Whether commands that a job brings are run. */
  boolean commands = true;

  Sandbox sandbox = Sandbox.none();

  private final AtomicInteger jobs = new AtomicInteger();

  Workbench(Path folder) throws IOException {
    this.folder = folder;
    temporary = LocalObjectStore.open(folder.resolve("temporary"));
    permanent = LocalObjectStore.open(folder.resolve("permanent"));
    references = ReferenceCache.open(folder.resolve("references"), OptionalLong.empty());
  }

  /** The machine's sandbox, so that tools show that they work in it; none where it allows none. */
  Workbench walled() {
    sandbox =
        Sandbox.open(
            Sandboxing.AUTO, Sandbox.Hidden.NOTHING, refinery.agent.ProgramPath.ofSystem());
    return this;
  }

  static Path fixture(String name) {
    try {
      return Path.of(Workbench.class.getResource("/fixtures/" + name).toURI());
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(name, e);
    }
  }

  RawFile raw(String role, Path file, OptionalLong reads, OptionalLong bases) throws IOException {
    var stored = temporary.put(DOWNLOAD, file, false);
    return new RawFile(
        file.getFileName().toString(),
        role,
        stored.key(),
        stored.sha256(),
        stored.size(),
        "ena",
        "http://127.0.0.1/" + file.getFileName(),
        reads,
        bases);
  }

  /** Both mates as a download counts them. */
  List<RawFile> pair(Path first, Path second, long reads, long length) throws IOException {
    return List.of(
        raw("reads_1", first, OptionalLong.of(reads), OptionalLong.of(reads * length)),
        raw("reads_2", second, OptionalLong.of(reads), OptionalLong.of(reads * length)));
  }

  List<RawFile> reference() throws IOException {
    return List.of(
        raw(
            "genome",
            fixture(
                "pub/release-99/fasta/synthetica_minima/dna/Synthetica_minima.SMIN1.dna.toplevel.fa.gz"),
            OptionalLong.empty(),
            OptionalLong.empty()),
        raw(
            "annotation",
            fixture("pub/release-99/gtf/synthetica_minima/Synthetica_minima.SMIN1.99.gtf.gz"),
            OptionalLong.empty(),
            OptionalLong.empty()));
  }

  Outcome run(String pipeline, List<RawFile> inputs, Map<String, String> parameters)
      throws IOException {
    return run(pipeline, inputs, parameters, folder.resolve("scratch" + jobs.incrementAndGet()));
  }

  Outcome run(String pipeline, List<RawFile> inputs, Map<String, String> parameters, Path scratch)
      throws IOException {
    return run(
        provided(new Work.Process(pipeline, inputs, List.of(), parameters, parameters, List.of())),
        scratch);
  }

  /** With whatever is there of what it needs. */
  Work.Process provided(Work.Process work) {
    List<Provision> provided = new ArrayList<>();
    for (Need any :
        new PipelineCatalog(PipelineRegistry.load(Optional.empty()), InstantSource.system())
            .needs(work, Optional.empty())) {
      Need.One need = (Need.One) any;
      indices.entrySet().stream()
          .flatMap(entry -> entry.getValue().stream().map(file -> refined(entry.getKey(), file)))
          .filter(need.selector()::matches)
          .min(need.selector().order())
          .ifPresent(artifact -> provided.add(new Provision.One(need.role(), artifact)));
    }
    return new Work.Process(
        work.pipeline(), work.inputs(), provided, work.parameters(), work.said(), work.command());
  }

  Outcome run(Work.Process work, Path scratch) throws IOException {
    return run(PipelineRegistry.load(Optional.empty()), work, scratch);
  }

  Outcome run(PipelineRegistry pipelines, Work.Process work, Path scratch) throws IOException {
    JobSpec spec =
        new JobSpec(
            JobId.of("job-" + jobs.incrementAndGet()),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            work.pipeline(),
            50,
            0,
            Resources.NONE,
            work,
            Instant.EPOCH);
    Outcome outcome =
        runner(pipelines).run(TestAttempt.of(spec, scratch)).toCompletableFuture().join();
    remember(outcome);
    return outcome;
  }

  /**
   * @param engines where container engines are looked for, as the variable PATH
   */
  ProcessRunner runner(PipelineRegistry pipelines, String engines) {
    return new ProcessRunner(
        pipelines,
        commands,
        temporary,
        permanent,
        references,
        this::reusable,
        sandbox,
        refinery.agent.ProgramPath.of(engines));
  }

  ProcessRunner runner(PipelineRegistry pipelines) {
    return new ProcessRunner(
        pipelines, commands, temporary, permanent, references, this::reusable, sandbox);
  }

  /** The result of an outcome, which may be reused from now on. */
  JobResult.Processed remembered(Outcome outcome) {
    remember(outcome);
    return processed(outcome);
  }

  private void remember(Outcome outcome) {
    if (outcome instanceof Outcome.Succeeded succeeded
        && succeeded.result() instanceof JobResult.Processed processed
        && !processed.fingerprint().isEmpty()) {
      finished.putIfAbsent(processed.fingerprint(), succeeded);
    }
  }

  /** Builds the fixture's index and makes it known to the read model. */
  JobResult.Processed buildIndex(int k) throws IOException {
    Map<String, String> parameters = new HashMap<>(SPECIES);
    parameters.put("k", Integer.toString(k));
    JobResult.Processed built = processed(run(indexPipeline, reference(), parameters));
    indices.put(k, built.artifacts());
    return built;
  }

  static JobResult.Processed processed(Outcome outcome) {
    if (outcome instanceof Outcome.Succeeded succeeded
        && succeeded.result() instanceof JobResult.Processed processed) {
      return processed;
    }
    throw new AssertionError("not succeeded: " + outcome);
  }

  Path fetch(List<Artifact> artifacts, String ending) throws IOException {
    Artifact artifact =
        artifacts.stream().filter(a -> a.name().endsWith(ending)).findFirst().orElseThrow();
    Path file = folder.resolve("fetched" + jobs.incrementAndGet());
    permanent.materialise(artifact.sha256(), file);
    return file;
  }

  static List<String> lines(Path file) throws IOException {
    return new ArrayList<>(Files.readAllLines(file));
  }

  private RefinedArtifact refined(int k, Artifact file) {
    Map<String, String> keyValues = new HashMap<>(SPECIES);
    keyValues.put("k", Integer.toString(k));
    return new RefinedArtifact(
        BatchId.of("batch-index" + k),
        indexPipeline,
        file.role(),
        file.name(),
        Optional.of("synthetica_minima"),
        keyValues,
        file.sha256(),
        file.size(),
        file.mediaType(),
        Instant.EPOCH);
  }

  private CompletableFuture<Optional<Reusable>> reusable(String fingerprint) {
    return CompletableFuture.completedFuture(
        Optional.ofNullable(finished.get(fingerprint))
            .map(Workbench::processed)
            .map(
                processed ->
                    new Reusable(
                        JobId.of("job-earlier"), processed.artifacts(), processed.facts(), 12.5)));
  }
}
