package refinery.agent;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.StepRecord;
import refinery.protocol.trace.Tracing;

/**
 * Tells attempts as spans, below what began their job. An attempt's files and steps are its
 * children; they are told when it has ended.
 */
final class AttemptSpans {
  private static final String PREFIX = "refinery.";

  private final Tracing tracing;

  AttemptSpans(Tracing tracing) {
    this.tracing = tracing;
  }

  Tracing.Span begin(JobSpec spec, int attempt) {
    Map<String, String> attributes = new HashMap<>();
    AttemptContext.of(spec, attempt).forEach((name, value) -> attributes.put(PREFIX + name, value));
    if (!spec.pipeline().isEmpty()) {
      attributes.put(PREFIX + "pipeline", spec.pipeline());
    }
    return tracing.begin(
        spec.kind().word() + " attempt", Tracing.Kind.INTERNAL, spec.trace(), attributes);
  }

  static void end(Tracing.Span span, Outcome outcome) {
    for (StepRecord step : outcome.steps()) {
      span.child(
          step.name(),
          step.startedAt(),
          step.finishedAt(),
          Map.of(PREFIX + "exit_code", Integer.toString(step.exitCode())));
    }
    Optional<String> failure =
        switch (outcome) {
          case Outcome.Succeeded done -> Optional.empty();
          case Outcome.Failed failed ->
              Optional.of(
                  failed.failure().failureClass().word() + ": " + failed.failure().message());
          case Outcome.Crowded crowded -> Optional.of(crowded.failure().message());
          case Outcome.Outgrown outgrown -> Optional.of(outgrown.reason());
        };
    span.end(Map.of(), failure);
  }
}
