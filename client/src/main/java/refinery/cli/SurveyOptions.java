package refinery.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What may be said of a survey, whether it is posted now or by a schedule. */
final class SurveyOptions {
  @Option(names = "--pipeline", description = "Instead of the source's own.")
  private Optional<String> pipeline = Optional.empty();

  @Option(
      names = {"-P", "--pipeline-parameter"},
      paramLabel = "name=value",
      description = "Of the pipeline; 'refinery pipelines' lists them. May be repeated.")
  private Map<String, String> pipelineParameters = Map.of();

  @Option(names = "--priority", paramLabel = "0..100", description = "Larger goes first.")
  private Optional<Integer> priority = Optional.empty();

  @Option(
      names = "--label",
      paramLabel = "name=value",
      description = "A word of yours for the survey; may be repeated.")
  private Map<String, String> labels = Map.of();

  @Option(
      names = "--no-reuse",
      description = "Run everything again, also what is done or was refined from the same before.")
  private boolean noReuse;

  /** Adds what was said to the body of a survey. */
  void into(ObjectNode survey) {
    pipeline.ifPresent(value -> survey.put("pipeline", value));
    if (!pipelineParameters.isEmpty()) {
      pipelineParameters.forEach(survey.putObject("pipeline_parameters")::put);
    }
    priority.ifPresent(value -> survey.put("priority", value));
    if (!labels.isEmpty()) {
      labels.forEach(survey.putObject("labels")::put);
    }
    if (noReuse) {
      survey.put("reuse", false);
    }
  }
}
