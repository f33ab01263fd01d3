package refinery.archive.biostudies;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import refinery.archive.AccessionList;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.Reply;
import refinery.archive.SchemaResource;
import refinery.archive.ena.LinkedRuns;
import refinery.archive.ena.LinkedRuns.Link;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.source.Source;

/**
 * The source {@code biostudies}: the sequencing runs of studies of ArrayExpress, as their tables of
 * samples and data name them, with the samples' characteristics and the factors. A study without
 * any run fails the survey after the others are recorded.
 */
public final class BioStudiesSource implements Source {
  private static final String NAME = "biostudies";

  private final String files;
  private final ArchiveHttp http;
  private final LinkedRuns runs;
  private final SchemaResource schema;

  BioStudiesSource(String files, ArchiveHttp http, LinkedRuns runs) {
    this.files = files;
    this.http = http;
    this.runs = runs;
    this.schema = SchemaResource.load(BioStudiesSource.class, "biostudies-parameters.json");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Sequencing runs of ArrayExpress's studies in BioStudies (E-MTAB-...), with their"
        + " samples' characteristics. Reads come from ENA, with NCBI as the fallback.";
  }

  @Override
  public String defaultPipeline() {
    return "salmon-quant";
  }

  @Override
  public boolean listsRuns() {
    return true;
  }

  @Override
  public List<String> roles() {
    return List.of("reads", "reads_1", "reads_2");
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
    LinkedRuns.Survey survey = runs.open(NAME, discovery);
    for (String study : AccessionList.of(discovery.parameters().path("accession"))) {
      if (survey.isOver()) {
        break;
      }
      take(study, discovery, survey);
    }
    survey.end();
  }

  private void take(String study, Discovery discovery, LinkedRuns.Survey survey)
      throws InterruptedException {
    URI address = URI.create("%s/%s/%s.sdrf.txt".formatted(files, study, study));
    discovery.progress("asking BioStudies for " + address);
    Reply<Sdrf.Table> reply =
        http.get(
            address,
            "text/plain",
            body -> Sdrf.read(AnswerText.of(body, http.limits()), http.limits()));
    if (!(reply instanceof Reply.Ok<Sdrf.Table> table)) {
      Failure failure = Reply.failure(reply);
      survey.fail(
          new Failure(failure.failureClass(), study + ": BioStudies: " + failure.message(), study));
      return;
    }
    discovery.progress(
        "%s: %,d runs in %,d rows"
            .formatted(study, table.value().links().size(), table.value().rows()));
    if (table.value().links().isEmpty()) {
      survey.fail(
          new Failure(
              FailureClass.ABSENT,
              study + ": none of its %,d rows names a run of ENA".formatted(table.value().rows()),
              study));
      return;
    }
    survey.take(LinkedRuns.Kind.RUN, ofStudy(study, table.value().links()));
  }

  private static List<Link> ofStudy(String study, List<Link> links) {
    List<Link> all = new ArrayList<>();
    for (Link link : links) {
      Map<String, String> attributes = new LinkedHashMap<>(link.attributes());
      attributes.put("biostudies_accession", study);
      all.add(new Link(link.accession(), attributes));
    }
    return all;
  }
}
