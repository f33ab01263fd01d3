package refinery.pipeline;

import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import refinery.pipeline.Pipeline.Action;
import refinery.pipeline.Pipeline.Remedy;
import refinery.pipeline.Pipeline.Step;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.job.StepRecord;

/**
 * Runs the steps of a pipeline that apply, one after the other. When one is killed for want of
 * progress and the pipeline has a remedy for it, the remedy's steps run in its place, once. Used by
 * the thread of the run.
 */
final class StepSequence {
  /** The name of a fact: which step was replaced, and why. */
  static final String REMEDY = "remedy";

  /**
   * Part of one core that a busy process uses, also on a node with more processes than cores. One
   * that waits for a file or a lock uses none.
   */
  private static final double BUSY = 0.05;

  private final Pipeline pipeline;
  private final StepRunner steps;
  private Placeholders values;
  private final RunInputs inputs;
  private final Map<String, String> facts;
  private boolean remedied;

  StepSequence(
      Pipeline pipeline,
      StepRunner steps,
      Placeholders values,
      RunInputs inputs,
      Map<String, String> facts) {
    this.pipeline = pipeline;
    this.steps = steps;
    this.values = values;
    this.inputs = inputs;
    this.facts = facts;
  }

  void run() throws IOException, StepFailure, InterruptedException {
    for (Step step : pipeline.steps()) {
      if (!step.runs(inputs, facts)) {
        continue;
      }
      try {
        run(step);
      } catch (StepFailure failure) {
        Optional<Remedy> remedy =
            pipeline
                .remedy()
                .filter(one -> !remedied && one.of().contains(step.name()))
                .filter(one -> calledFor(one, failure.failure()));
        if (remedy.isEmpty()) {
          throw failure;
        }
        remedied = true;
        replace(step, remedy.get(), failure);
      }
    }
  }

  private void run(Step step) throws IOException, StepFailure, InterruptedException {
    steps.run(step, values, inputs, facts);
    Map<String, String> replaced = new HashMap<>();
    step.replaces().forEach((role, file) -> replaced.put("input." + role, file));
    values = values.with(replaced);
  }

  private boolean calledFor(Remedy remedy, Failure failure) {
    return failure.failureClass() == FailureClass.STALLED
        && switch (remedy.on()) {
          case STALLED -> true;
          case STALLED_BUSY -> isBusy(steps.records().getLast());
        };
  }

  /** True if the step used its processor on average: it did not wait for a file or a lock. */
  static boolean isBusy(StepRecord record) {
    double seconds = Duration.between(record.startedAt(), record.finishedAt()).toMillis() / 1000.0;
    return record.cpuSeconds() >= BUSY * seconds;
  }

  /** Fails as the step did if the remedy has no command to run, and for good if it stalls too. */
  private void replace(Step step, Remedy remedy, StepFailure stalled)
      throws IOException, StepFailure, InterruptedException {
    facts.put(REMEDY, step.name() + " " + remedy.on().word());
    boolean ran = false;
    for (Step other : remedy.steps()) {
      if (other.runs(inputs, facts)) {
        try {
          run(other);
        } catch (StepFailure failure) {
          throw failure.failure().failureClass() == FailureClass.STALLED
              ? new StepFailure(forGood(step, failure.failure()))
              : failure;
        }
        ran = ran || other.action() instanceof Action.Command;
      }
    }
    if (!ran) {
      throw stalled;
    }
  }

  private static Failure forGood(Step step, Failure failure) {
    return new Failure(
        FailureClass.PERMANENT,
        "stalled with the remedy, too, which ran in place of %s: %s"
            .formatted(step.name(), failure.message()),
        failure.step());
  }
}
