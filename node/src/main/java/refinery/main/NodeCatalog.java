package refinery.main;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.Resources;
import refinery.protocol.catalog.Catalog;
import refinery.protocol.job.JobSpec;
import refinery.protocol.survey.SurveyRequest;
import refinery.survey.Source;
import refinery.survey.SourceRegistry;

/** The sources and pipelines of this node, and what a survey of them may ask. */
final class NodeCatalog implements Catalog {
  private final SourceRegistry sources;
  private final PipelineCatalog pipelines;

  NodeCatalog(SourceRegistry sources, PipelineCatalog pipelines) {
    this.sources = sources;
    this.pipelines = pipelines;
  }

  @Override
  public List<JsonNode> sources() {
    return sources.descriptions();
  }

  @Override
  public List<JsonNode> pipelines() {
    return pipelines.describe();
  }

  @Override
  public Validated<SurveyRequest> survey(
      String source,
      JsonNode parameters,
      Optional<String> pipeline,
      Map<String, String> pipelineParameters,
      Optional<Integer> priority,
      Map<String, String> labels) {
    List<Problem> problems = new ArrayList<>();
    pipeline
        .filter(name -> !pipelines.names().contains(name))
        .ifPresent(
            name ->
                problems.add(
                    new Problem(
                        "/pipeline",
                        "there is no pipeline '"
                            + name
                            + "'; there are "
                            + String.join(", ", pipelines.names()))));
    if (pipeline.isPresent()) {
      sources
          .find(source)
          .flatMap(found -> pipelines.unfit(pipeline.get(), found.roles()))
          .ifPresent(why -> problems.add(new Problem("/pipeline", why)));
    }
    pipeline
        .or(() -> sources.find(source).map(Source::defaultPipeline))
        .map(name -> pipelines.wrongParameters(name, pipelineParameters))
        .ifPresent(
            wrong ->
                wrong.forEach(
                    (name, why) ->
                        problems.add(new Problem("/pipeline_parameters/" + escaped(name), why))));
    priority
        .filter(value -> value < 0 || value > 100)
        .ifPresent(value -> problems.add(new Problem("/priority", "must be 0 to 100")));
    return switch (sources.validate(source, parameters)) {
      case Validated.Invalid<JsonNode> invalid -> {
        problems.addAll(invalid.problems());
        yield new Validated.Invalid<>(problems);
      }
      case Validated.Valid<JsonNode> valid when !problems.isEmpty() ->
          new Validated.Invalid<>(problems);
      case Validated.Valid<JsonNode> valid ->
          new Validated.Valid<>(
              new SurveyRequest(
                  source,
                  valid.value(),
                  pipeline.orElseGet(() -> defaultPipeline(source)),
                  pipelineParameters,
                  priority.orElse(DEFAULT_PRIORITY),
                  labels));
    };
  }

  private static final int DEFAULT_PRIORITY = 50;

  /** RFC 6901. */
  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  private String defaultPipeline(String source) {
    return sources.find(source).orElseThrow().defaultPipeline();
  }

  @Override
  public Validated<JobSpec> job(
      String pipeline, List<String> command, int priority, Optional<Resources> resources) {
    return pipelines.job(pipeline, command, priority, resources);
  }
}
