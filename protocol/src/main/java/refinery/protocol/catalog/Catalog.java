package refinery.protocol.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;
import refinery.protocol.survey.SurveyRequest;

/** What sources and pipelines there are and what they take. Immutable, cheap, thread-safe. */
public interface Catalog {

  /** Name, description, default pipeline, JSON Schema of the parameters, examples. */
  List<JsonNode> sources();

  /** Name, version, description, parameters, resources, steps. */
  List<JsonNode> pipelines();

  /** A complete request with defaults, or everything that is wrong with it. */
  Validated<SurveyRequest> survey(
      String source,
      JsonNode parameters,
      Optional<String> pipeline,
      Map<String, String> pipelineParameters,
      Optional<Integer> priority,
      Map<String, String> labels);

  /** A process job without a batch ({@code POST /jobs}), e.g. pipeline {@code command}. */
  Validated<JobSpec> job(
      String pipeline, List<String> command, int priority, Optional<Resources> resources);

  /** A value, or what is wrong: JSON pointer into the request body, and a message. */
  sealed interface Validated<T> {
    record Valid<T>(T value) implements Validated<T> {}

    record Invalid<T>(List<Problem> problems) implements Validated<T> {
      public Invalid {
        problems = List.copyOf(problems);
      }
    }
  }

  record Problem(String pointer, String message) {}
}
