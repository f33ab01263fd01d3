package refinery.protocol.catalog;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;
import refinery.protocol.survey.SurveyRequest;

/**
 * The sources, pipelines and rules of this installation, and the checks of what is asked of them.
 * Immutable and thread-safe; no call blocks.
 */
public interface Catalog {

  /**
   * One object for each source: name, description, default pipeline, JSON Schema of the parameters,
   * examples.
   */
  List<JsonNode> sources();

  /** One object for each pipeline: name, version, description, parameters, resources, steps. */
  List<JsonNode> pipelines();

  /** The text of a pipeline's file; empty if there is no such pipeline. */
  Optional<String> pipelineFile(String name);

  /**
   * The text of a file that a pipeline has, or had when a node of this database started.
   *
   * @param sha256 of the text
   */
  CompletionStage<Optional<String>> pipelineFileOf(String sha256);

  /** Checks a request and fills in its defaults. An invalid one names all of its problems. */
  Validated<SurveyRequest> survey(
      String source,
      JsonNode parameters,
      Optional<String> pipeline,
      Map<String, String> pipelineParameters,
      Optional<Integer> priority,
      Map<String, String> labels);

  /** What is wrong with the times of a schedule; empty if they can be used. */
  List<Problem> timetable(String cron, String timezone);

  /**
   * The next times of a cron expression, at most {@code count}; fewer if there are no more.
   *
   * @param after the times are later than this
   */
  Validated<List<Instant>> times(String cron, String timezone, Instant after, int count);

  /** True if the source lists runs, which others may withdraw; false if there is no such source. */
  boolean listsRuns(String source);

  /**
   * Checks a process job without a batch ({@code POST /jobs}), e.g. of pipeline {@code command}.
   */
  Validated<JobSpec> job(
      String pipeline, List<String> command, int priority, Optional<Resources> resources);

  /**
   * The harmonised form of what an archive says of a batch, by field ({@code tissue}, {@code age},
   * ...); without the fields of which nothing is known.
   */
  Map<String, Harmonised> harmonise(Map<String, String> metadata);

  /** The fields that the harmonised form can have, in their order. */
  List<String> harmonisedFields();

  /** A valid value, or the problems that make it invalid. */
  sealed interface Validated<T> {
    record Valid<T>(T value) implements Validated<T> {}

    record Invalid<T>(List<Problem> problems) implements Validated<T> {
      public Invalid {
        problems = List.copyOf(problems);
      }
    }
  }

  /**
   * @param pointer JSON pointer into the request body (RFC 6901)
   */
  record Problem(String pointer, String message) {}
}
