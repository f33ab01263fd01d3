package refinery.archive.batches;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import refinery.archive.SchemaResource;
import refinery.manifests.Manifests;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.query.SetQueries;
import refinery.source.Source;

/**
 * The source {@code batches}: takes an output of every batch of a survey, or of named batches, and
 * yields one batch made of them. The list of members is stored once, and its digest is part of the
 * new batch's identity.
 */
public final class BatchesSource implements Source {
  private static final String NAME = "batches";

  private final SetQueries queries;
  private final Manifests manifests;
  private final Function<String, Optional<List<String>>> outputs;
  private final SchemaResource schema =
      SchemaResource.load(BatchesSource.class, "batches-parameters.json");

  /**
   * @param outputs the outputs of a pipeline, by the pipeline's name
   */
  public BatchesSource(
      SetQueries queries, Manifests manifests, Function<String, Optional<List<String>>> outputs) {
    this.queries = queries;
    this.manifests = manifests;
    this.outputs = outputs;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "One output of every batch of a set that is refined here: of all batches of a survey but"
        + " those that are cancelled when it is asked, or of those that are named. Yields"
        + " one batch, which waits until all of them are done.";
  }

  @Override
  public String defaultPipeline() {
    return "concatenate";
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
    List<Problem> problems = new ArrayList<>();
    if (parameters.has("survey") == parameters.has("batches")) {
      problems.add(
          new Problem("/survey", "give either 'survey', or 'batches', a list of their ids"));
    }
    String pipeline = parameters.path("pipeline").asText();
    String artifact = parameters.path("artifact").asText();
    Optional<List<String>> known = outputs.apply(pipeline);
    if (known.isEmpty()) {
      problems.add(new Problem("/pipeline", "there is no pipeline '" + pipeline + "'"));
    } else if (!known.get().contains(artifact)) {
      problems.add(
          new Problem(
              "/artifact",
              "'%s' has no output '%s'; it has %s"
                  .formatted(pipeline, artifact, String.join(", ", known.get()))));
    }
    return problems;
  }

  @Override
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    JsonNode parameters = discovery.parameters();
    String pipeline = parameters.path("pipeline").asText();
    String artifact = parameters.path("artifact").asText();
    Manifest members = new Members(queries, manifests, discovery).stored();
    discovery.progress(members.count() + " batches, listed in " + members.sha256());
    discovery.emit(List.of(batch(discovery, new BatchSet(members, pipeline, artifact))));
  }

  private static BatchSpec batch(Discovery discovery, BatchSet set) {
    JsonNode parameters = discovery.parameters();
    String digest = set.members().sha256();
    String key = parameters.path("survey").asText("set-" + digest.substring(0, 16));
    Map<String, String> identity =
        Map.of(
            "members",
            digest,
            "members_pipeline",
            set.pipeline(),
            "members_artifact",
            set.artifact());
    return new BatchSpec(
        BatchSpec.idOf(NAME, key, discovery.pipeline(), identity),
        NAME,
        key,
        discovery.pipeline(),
        Optional.empty(),
        identity,
        Map.of(),
        Map.of("title", set.describe()),
        List.of(),
        NAME + ":" + digest,
        0,
        Optional.empty(),
        Optional.of(set));
  }
}
