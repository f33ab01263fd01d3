package refinery.pipeline;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import refinery.agent.Attempt;
import refinery.agent.ProgramPath;
import refinery.agent.Tool;
import refinery.agent.WorkRunner;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.protocol.query.EarlierResults;
import refinery.storage.ObjectStore;

/**
 * Runs process jobs. Thread-safe. A pipeline with files runs on a platform thread of its own, since
 * hashing and packing would block a carrier thread; a bare command waits on a virtual thread.
 */
public final class ProcessRunner implements WorkRunner {
  private final PipelineRegistry registry;
  private final Services services;
  private final Executor heavy =
      Executors.newThreadPerTaskExecutor(
          Thread.ofPlatform().name("pipeline-", 0).daemon().factory());
  private final Executor light =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("command-", 0).factory());

  /** What all runs share. */
  record Services(
      ObjectStore temporary,
      ObjectStore permanent,
      ReferenceCache references,
      EarlierResults earlier,
      ToolVersions versions,
      Containers containers) {}

  public ProcessRunner(
      PipelineRegistry registry,
      ObjectStore temporary,
      ObjectStore permanent,
      ReferenceCache references,
      EarlierResults earlier) {
    this(registry, temporary, permanent, references, earlier, ProgramPath.ofSystem());
  }

  /**
   * @param engines where container engines are looked for
   */
  ProcessRunner(
      PipelineRegistry registry,
      ObjectStore temporary,
      ObjectStore permanent,
      ReferenceCache references,
      EarlierResults earlier,
      ProgramPath engines) {
    this.registry = registry;
    this.services =
        new Services(
            temporary, permanent, references, earlier, new ToolVersions(), new Containers(engines));
  }

  @Override
  public CompletionStage<Outcome> run(Attempt attempt) {
    if (!(attempt.spec().work() instanceof Work.Process work)) {
      return refused("not a process job: " + attempt.spec().kind().word());
    }
    Optional<Pipeline> pipeline = registry.find(work.pipeline());
    if (pipeline.isEmpty()) {
      return refused(
          "this node has no pipeline '%s'; it has %s"
              .formatted(LastWords.clean(work.pipeline()), registry.names()));
    }
    return pipeline.get().isBare()
        ? CompletableFuture.supplyAsync(
            () -> new BareRun(pipeline.get(), work, attempt, services).run(), light)
        : CompletableFuture.supplyAsync(
            () ->
                new PipelineRun(
                        pipeline.get(), registry.digest(work.pipeline()), work, attempt, services)
                    .run(),
            heavy);
  }

  @Override
  public List<Tool> tools() {
    return Stream.concat(
            registry.tools().stream(),
            services.containers().isPossible()
                ? Stream.of()
                : registry.all().stream()
                    .filter(Pipeline::isContained)
                    .map(pipeline -> Tool.of("podman", "containers of " + pipeline.name())))
        .toList();
  }

  private static CompletionStage<Outcome> refused(String message) {
    return CompletableFuture.completedFuture(
        new Outcome.Failed(Failure.of(FailureClass.PERMANENT, message), Usage.NONE, List.of()));
  }
}
