package refinery.journal;

import java.util.List;
import java.util.stream.Stream;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Provision;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.StepRecord;
import refinery.protocol.survey.SurveyEvent;

/**
 * Says which artifacts an event lists: outputs, step logs, and manifests. Stored bytes that no
 * event lists may be deleted.
 */
final class ListedArtifacts {
  private ListedArtifacts() {}

  static List<Artifact> of(Object event) {
    return switch (event) {
      case JobEvent.AttemptSucceeded succeeded ->
          Stream.concat(outputs(succeeded.result()), logs(succeeded.steps())).toList();
      case JobEvent.AttemptFailed failed -> logs(failed.steps()).toList();
      case BatchEvent.Processed processed -> processed.result().artifacts();
      case BatchEvent.Registered registered -> members(registered.spec()).toList();
      case BatchEvent.Described described -> members(described.spec()).toList();
      case BatchEvent.NeedMet met -> inputs(met.provision());
      case SurveyEvent.BatchesFound found ->
          found.batches().stream().flatMap(ListedArtifacts::members).toList();
      case Object other -> List.of();
    };
  }

  private static Stream<Artifact> members(BatchSpec spec) {
    return spec.set().stream().map(set -> list("members.txt", set.members()));
  }

  private static List<Artifact> inputs(Provision provision) {
    return switch (provision) {
      case Provision.One one -> List.of();
      case Provision.All all -> List.of(list("inputs.txt", all.inputs()));
    };
  }

  private static Artifact list(String name, Manifest manifest) {
    return new Artifact(name, manifest.sha256(), manifest.length(), Manifest.MEDIA_TYPE);
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
