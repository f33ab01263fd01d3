package refinery.pipeline;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import refinery.agent.Attempt;
import refinery.agent.WorkRunner;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;
import refinery.readmodel.NodeQueries;
import refinery.storage.ObjectStore;

/**
 * Runs process jobs. Thread-safe. A pipeline that reads and writes files has a platform thread of
 * its own while it runs, since hashing and packing would hold a carrier thread; a bare command
 * waits on a virtual thread.
 */
public final class ProcessRunner implements WorkRunner {
  private final PipelineRegistry registry;
  private final Services services;
  private final Executor heavy =
      Executors.newThreadPerTaskExecutor(
          Thread.ofPlatform().name("pipeline-", 0).daemon().factory());
  private final Executor light =
      Executors.newThreadPerTaskExecutor(Thread.ofVirtual().name("command-", 0).factory());

  /** What every run uses. */
  record Services(
      ObjectStore temporary,
      ObjectStore permanent,
      ReferenceCache references,
      NodeQueries queries,
      ToolVersions versions) {}

  public ProcessRunner(
      PipelineRegistry registry,
      ObjectStore temporary,
      ObjectStore permanent,
      ReferenceCache references,
      NodeQueries queries) {
    this.registry = registry;
    this.services = new Services(temporary, permanent, references, queries, new ToolVersions());
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
            () -> new PipelineRun(pipeline.get(), work, attempt, services).run(), heavy);
  }

  private static CompletionStage<Outcome> refused(String message) {
    return CompletableFuture.completedFuture(
        new Outcome.Failed(Failure.of(FailureClass.PERMANENT, message), Usage.NONE, List.of()));
  }

  /** The pause before an index is looked for again; the job entity lets it grow. */
  static Duration firstDeferral() {
    return Duration.ofSeconds(10);
  }
}
