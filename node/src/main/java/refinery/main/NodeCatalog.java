package refinery.main;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Stream;
import refinery.metadata.Harmonisation;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.Resources;
import refinery.protocol.catalog.Catalog;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.job.JobSpec;
import refinery.protocol.survey.SurveyRequest;
import refinery.schedule.Timetable;
import refinery.source.Source;
import refinery.source.SourceRegistry;

/** The sources and pipelines of this node, and what a survey of them may ask. */
final class NodeCatalog implements Catalog {
  private static final int DEFAULT_PRIORITY = 50;

  private final SourceRegistry sources;
  private final PipelineCatalog pipelines;
  private final Harmonisation harmonisation;
  private final Function<String, CompletionStage<Optional<String>>> keptFiles;

  /**
   * @param keptFiles the text of a pipeline's file by its SHA-256
   */
  NodeCatalog(
      SourceRegistry sources,
      PipelineCatalog pipelines,
      Harmonisation harmonisation,
      Function<String, CompletionStage<Optional<String>>> keptFiles) {
    this.sources = sources;
    this.pipelines = pipelines;
    this.harmonisation = harmonisation;
    this.keptFiles = keptFiles;
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
  public Optional<String> pipelineFile(String name) {
    return pipelines.file(name);
  }

  @Override
  public CompletionStage<Optional<String>> pipelineFileOf(String sha256) {
    return keptFiles.apply(sha256);
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
    pipeline.ifPresent(name -> problems.addAll(aboutPipeline(source, name)));
    pipeline
        .or(() -> sources.find(source).map(Source::defaultPipeline))
        .ifPresent(name -> problems.addAll(aboutParameters(name, pipelineParameters)));
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

  private List<Problem> aboutPipeline(String source, String pipeline) {
    if (!pipelines.names().contains(pipeline)) {
      String known = String.join(", ", pipelines.names());
      return List.of(
          new Problem(
              "/pipeline", "there is no pipeline '%s'; there are %s".formatted(pipeline, known)));
    }
    return sources.find(source).flatMap(found -> unfit(found, pipeline)).stream()
        .map(why -> new Problem("/pipeline", why))
        .toList();
  }

  private List<Problem> aboutParameters(String pipeline, Map<String, String> parameters) {
    return pipelines.wrongParameters(pipeline, parameters).entrySet().stream()
        .map(
            wrong ->
                new Problem("/pipeline_parameters/" + escaped(wrong.getKey()), wrong.getValue()))
        .toList();
  }

  private Optional<String> unfit(Source source, String pipeline) {
    return source.yieldsSets()
        ? pipelines.unfitForSet(pipeline)
        : pipelines.unfit(pipeline, source.roles());
  }

  /** RFC 6901. */
  private static String escaped(String name) {
    return name.replace("~", "~0").replace("/", "~1");
  }

  private String defaultPipeline(String source) {
    return sources.find(source).orElseThrow().defaultPipeline();
  }

  @Override
  public List<Problem> timetable(String cron, String timezone) {
    return switch (Timetable.of(cron, timezone)) {
      case Validated.Valid<Timetable> valid -> List.of();
      case Validated.Invalid<Timetable> invalid -> invalid.problems();
    };
  }

  @Override
  public Validated<List<Instant>> times(String cron, String timezone, Instant after, int count) {
    return switch (Timetable.of(cron, timezone)) {
      case Validated.Valid<Timetable> valid ->
          new Validated.Valid<>(
              Stream.iterate(
                      valid.value().after(after),
                      Optional::isPresent,
                      at -> at.flatMap(valid.value()::after))
                  .limit(count)
                  .flatMap(Optional::stream)
                  .toList());
      case Validated.Invalid<Timetable> invalid -> new Validated.Invalid<>(invalid.problems());
    };
  }

  @Override
  public boolean listsRuns(String source) {
    return sources.find(source).filter(Source::listsRuns).isPresent();
  }

  @Override
  public Validated<JobSpec> job(
      String pipeline, List<String> command, int priority, Optional<Resources> resources) {
    return pipelines.job(pipeline, command, priority, resources);
  }

  @Override
  public Map<String, Harmonised> harmonise(Map<String, String> metadata) {
    return harmonisation.of(metadata);
  }

  @Override
  public List<String> harmonisedFields() {
    return harmonisation.names();
  }
}
