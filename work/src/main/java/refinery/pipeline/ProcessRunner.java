package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
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
  private final boolean commands;
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
      Containers containers,
      Sandbox sandbox,
      ProgramPath path) {

    /** The same process, in the sandbox if there is one for this pipeline. */
    ProcessRequest walled(ProcessRequest request, Attempt attempt, Pipeline pipeline)
        throws IOException {
      Optional<Path> program =
          sandbox.isFor(pipeline) && !request.command().isEmpty()
              ? path.find(request.command().getFirst())
              : Optional.empty();
      if (program.isEmpty()) {
        return request;
      }
      Path scratch = attempt.scratch().toAbsolutePath().normalize();
      Path work = request.directory().toAbsolutePath().normalize();
      return request.within(sandbox.within(program.get(), scratch, work, Containers.linked(work)));
    }
  }

  /**
   * @param commands whether it runs commands that jobs bring; false: such jobs fail for good
   * @param sandbox in which the processes of steps run
   */
  public ProcessRunner(
      PipelineRegistry registry,
      boolean commands,
      ObjectStore temporary,
      ObjectStore permanent,
      ReferenceCache references,
      EarlierResults earlier,
      Sandbox sandbox) {
    this(
        registry,
        commands,
        temporary,
        permanent,
        references,
        earlier,
        sandbox,
        ProgramPath.ofSystem());
  }

  /**
   * @param engines where container engines are looked for
   */
  ProcessRunner(
      PipelineRegistry registry,
      boolean commands,
      ObjectStore temporary,
      ObjectStore permanent,
      ReferenceCache references,
      EarlierResults earlier,
      Sandbox sandbox,
      ProgramPath engines) {
    this.registry = registry;
    this.commands = commands;
    this.services =
        new Services(
            temporary,
            permanent,
            references,
            earlier,
            new ToolVersions(),
            new Containers(engines),
            sandbox,
            ProgramPath.ofSystem());
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
    if (!commands && (pipeline.get().takesCommand() || !work.command().isEmpty())) {
      return refused(Work.Process.COMMANDS_OFF);
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

  @Override
  public Map<String, Object> state() {
    return Map.of("sandbox", services.sandbox().description());
  }

  private static CompletionStage<Outcome> refused(String message) {
    return CompletableFuture.completedFuture(
        new Outcome.Failed(Failure.of(FailureClass.PERMANENT, message), Usage.NONE, List.of()));
  }
}
