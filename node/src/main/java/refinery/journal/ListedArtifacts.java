package refinery.journal;

import java.util.List;
import java.util.stream.Stream;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.StepRecord;

/** Which artifacts an event lists: outputs and step logs. What no event lists is garbage. */
final class ListedArtifacts {
  private ListedArtifacts() {}

  static List<Artifact> of(Object event) {
    return switch (event) {
      case JobEvent.AttemptSucceeded succeeded ->
          Stream.concat(outputs(succeeded.result()), logs(succeeded.steps())).toList();
      case JobEvent.AttemptFailed failed -> logs(failed.steps()).toList();
      case BatchEvent.Processed processed -> processed.result().artifacts();
      case Object other -> List.of();
    };
  }

  private static Stream<Artifact> outputs(JobResult result) {
    return switch (result) {
      case JobResult.Processed processed -> processed.artifacts().stream();
      case JobResult.Downloaded downloaded -> Stream.empty();
      case JobResult.Surveyed surveyed -> Stream.empty();
    };
  }

  private static Stream<Artifact> logs(List<StepRecord> steps) {
    return steps.stream().flatMap(step -> step.log().stream());
  }
}
