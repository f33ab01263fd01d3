package refinery.archive.batches;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.archive.SchemaResource;
import refinery.manifests.Manifests;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.query.SetQueries;
import refinery.quality.RunQuality;
import refinery.source.Source;

/**
 * The source {@code report}: yields one batch, a report on the quality of all batches of a survey,
 * which is made when all of them have ended. Those that failed or were left out are in it, too.
 */
public final class ReportSource implements Source {
  private static final String NAME = "report";

  private final SetQueries queries;
  private final Manifests manifests;
  private final SchemaResource schema =
      SchemaResource.load(ReportSource.class, "report-parameters.json");

  public ReportSource(SetQueries queries, Manifests manifests) {
    this.queries = queries;
    this.manifests = manifests;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "The quality of every run of a survey. Yields one batch, a page and a table, made when"
        + " all batches of the survey have ended; those that failed are listed with the reason.";
  }

  @Override
  public String defaultPipeline() {
    return "quality-report";
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
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    Manifest members = new Members(queries, manifests, discovery).stored();
    discovery.progress(members.count() + " batches, listed in " + members.sha256());
    String survey = discovery.parameters().path("survey").asText();
    Map<String, String> identity = Map.of("members", members.sha256(), "survey", survey);
    discovery.emit(
        List.of(
            new BatchSpec(
                BatchSpec.idOf(NAME, survey, discovery.pipeline(), identity),
                NAME,
                survey,
                discovery.pipeline(),
                Optional.empty(),
                identity,
                Map.of(),
                Map.of("title", "Quality of the runs of " + survey),
                List.of(),
                NAME + ":" + members.sha256(),
                0,
                Optional.empty(),
                Optional.of(new BatchSet(members, "", RunQuality.FILE, true)))));
  }
}
