package refinery.archive.dataset;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import refinery.archive.SchemaResource;
import refinery.dataset.DatasetMaker;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.dataset.DatasetFiles;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.dataset.DatasetPlan;
import refinery.protocol.dataset.DatasetRequest;
import refinery.protocol.dataset.DatasetRequestReader;
import refinery.protocol.dataset.Datasets;
import refinery.protocol.dataset.Datasets.Planned;
import refinery.source.Source;

/**
 * The source {@code dataset}: yields one batch, which is made of the quantifications that a plan
 * names. The plan is stored already, or made of the request when the survey runs, so that a
 * schedule makes a new dataset whenever there are new samples, and finds the old one when there are
 * none.
 */
public final class DatasetSource implements Source {
  private static final Duration ANSWER = Duration.ofMinutes(5);

  private final Datasets datasets;
  private final SchemaResource schema =
      SchemaResource.load(DatasetSource.class, "dataset-parameters.json");

  public DatasetSource(Datasets datasets) {
    this.datasets = datasets;
  }

  @Override
  public String name() {
    return DatasetId.SOURCE;
  }

  @Override
  public String description() {
    return "Matrices of many samples that are quantified here. Yields one batch, which makes the"
        + " dataset's files; refinery dataset asks for it.";
  }

  @Override
  public String defaultPipeline() {
    return DatasetId.SOURCE;
  }

  @Override
  public List<String> roles() {
    return List.of();
  }

  @Override
  public boolean yieldsSets() {
    return true;
  }

  @Override
  public JsonNode parameterSchema() {
    return schema.schema();
  }

  @Override
  public List<JsonNode> examples() {
    return schema.examples();
  }

  @Override
  public List<Problem> problems(JsonNode parameters) {
    if (parameters.has("request") == parameters.has("plan")) {
      return List.of(new Problem("/request", "give either 'request' or 'plan'"));
    }
    if (parameters.has("plan")) {
      return List.of();
    }
    return switch (DatasetRequestReader.read(parameters.path("request"))) {
      case Validated.Invalid<DatasetRequest> invalid ->
          invalid.problems().stream()
              .map(each -> new Problem("/request" + each.pointer(), each.message()))
              .toList();
      case Validated.Valid<DatasetRequest> valid -> formats(valid.value());
    };
  }

  private static List<Problem> formats(DatasetRequest request) {
    List<Problem> problems = new ArrayList<>();
    for (String format : request.formats()) {
      if (!DatasetMaker.makes(format)) {
        problems.add(new Problem("/request/formats", "this version makes no " + format));
      }
    }
    return problems;
  }

  @Override
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    JsonNode parameters = discovery.parameters();
    Planned.Plan planned =
        parameters.has("plan")
            ? answer(datasets.read(parameters.path("plan").asText()))
            : planned(parameters.path("request"));
    DatasetPlan.Samples samples = planned.plan().samples();
    discovery.progress(
        "%s: %d samples, %d dropped"
            .formatted(planned.plan().id(), samples.taken(), samples.dropped()));
    discovery.emit(List.of(batch(planned, discovery.pipeline())));
  }

  private Planned.Plan planned(JsonNode body) throws SourceException, InterruptedException {
    if (!(DatasetRequestReader.read(body) instanceof Validated.Valid<DatasetRequest> valid)) {
      throw failed(FailureClass.PERMANENT, "the request is none of this version");
    }
    return switch (answer(datasets.plan(valid.value()))) {
      case Planned.Plan plan -> plan;
      case Planned.Refused refused ->
          throw failed(
              FailureClass.PERMANENT,
              refused.problems().stream()
                  .map(each -> each.pointer() + ": " + each.message())
                  .collect(Collectors.joining("; ")));
    };
  }

  private static BatchSpec batch(Planned.Plan planned, String pipeline) throws SourceException {
    DatasetPlan plan = planned.plan();
    BatchSet set = new BatchSet(planned.stored(), plan.pipeline(), plan.artifact());
    Optional<String> organism =
        plan.matrices().size() == 1 ? plan.matrices().getFirst().organism() : Optional.empty();
    return new BatchSpec(
        BatchSpec.idOf(DatasetId.SOURCE, plan.id().value(), pipeline, Map.of()),
        DatasetId.SOURCE,
        plan.id().value(),
        pipeline,
        organism,
        Map.of(),
        Map.of(),
        Map.of(
            "title",
            "%d samples of %s".formatted(plan.samples().taken(), plan.pipeline()),
            DatasetFiles.PLAN_DIGEST,
            planned.stored().sha256(),
            DatasetFiles.PLAN,
            json(plan)),
        List.of(),
        DatasetId.SOURCE + ":" + plan.id(),
        0,
        Optional.empty(),
        Optional.of(set));
  }

  private static String json(DatasetPlan plan) throws SourceException {
    try {
      return Json.MAPPER.writeValueAsString(plan);
    } catch (JsonProcessingException e) {
      throw failed(FailureClass.PERMANENT, "the plan cannot be written: " + e.getMessage());
    }
  }

  private static <T> T answer(CompletionStage<T> stage)
      throws SourceException, InterruptedException {
    try {
      return stage.toCompletableFuture().get(ANSWER.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException | TimeoutException e) {
      throw failed(FailureClass.TRANSIENT, "the samples cannot be looked up: " + e);
    }
  }

  private static SourceException failed(FailureClass failureClass, String message) {
    return new SourceException(Failure.of(failureClass, message));
  }
}
