package refinery.pipeline;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.agent.Attempt;
import refinery.agent.ProcessRequest;
import refinery.agent.ProcessResult;
import refinery.pipeline.Pipeline.Action;
import refinery.pipeline.Pipeline.Step;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Artifact;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

/**
 * Runs a pipeline of one process without inputs, outputs or checks, as cheaply as possible: it
 * stores no file, unless the process writes to its log, and asks the read model nothing.
 */
final class BareRun {
  private final Pipeline pipeline;
  private final Work.Process work;
  private final Attempt attempt;
  private final ProcessRunner.Services services;

  BareRun(Pipeline pipeline, Work.Process work, Attempt attempt, ProcessRunner.Services services) {
    this.pipeline = pipeline;
    this.work = work;
    this.attempt = attempt;
    this.services = services;
  }

  Outcome run() {
    Step step = pipeline.steps().getFirst();
    try {
      return execute(step);
    } catch (IOException e) {
      return failed(Failures.of(e, step.name()), Usage.NONE, List.of());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return failed(Failures.stopped(step.name()), Usage.NONE, List.of());
    } catch (RuntimeException e) {
      return failed(Failures.defect(e, step.name()), Usage.NONE, List.of());
    }
  }

  private Outcome execute(Step step) throws IOException, InterruptedException {
    if (!(step.action() instanceof Action.Command command)) {
      return failed(
          Failure.of(FailureClass.PERMANENT, "a pipeline without inputs runs a command"),
          Usage.NONE,
          List.of());
    }
    List<String> arguments =
        new Placeholders(
                PipelineRun.reserved(attempt.reserved()), Map.of("command", work.command()))
            .arguments(command.arguments());
    if (arguments.isEmpty()) {
      return failed(
          Failure.of(FailureClass.PERMANENT, "there is no command to run"), Usage.NONE, List.of());
    }
    return execute(step, arguments, command.environment());
  }

  private Outcome execute(Step step, List<String> arguments, Map<String, String> environment)
      throws IOException, InterruptedException {
    Path scratch = attempt.scratch();
    StepLog log = StepLog.begin(attempt.log());
    ProcessResult result =
        attempt.execute(
            services.walled(
                new ProcessRequest(
                    arguments,
                    environment,
                    scratch,
                    Optional.empty(),
                    attempt.log(),
                    step.stall(),
                    step.wallTime()),
                attempt,
                pipeline));
    Optional<Artifact> written = log.publish(step.name(), scratch, services.permanent());
    List<StepRecord> records =
        List.of(StepRunner.record(step.name(), arguments, "", result, written));
    if (result.killed().isPresent()) {
      return failed(result.killed().get(), result.usage(), records);
    }
    if (result.exitCode() != 0) {
      return failed(
          LastWords.failure(step.name(), arguments.getFirst(), result.exitCode(), log.tail()),
          result.usage(),
          records);
    }
    return new Outcome.Succeeded(
        new JobResult.Processed(written.stream().toList(), Map.of(), "", Optional.empty()),
        result.usage(),
        records);
  }

  private static Outcome failed(Failure failure, Usage usage, List<StepRecord> steps) {
    return new Outcome.Failed(failure, usage, steps);
  }
}
