package refinery.archive.ena;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import refinery.archive.AnswerCache;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.SchemaResource;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.source.Source;

/**
 * The source {@code ena}: sequencing runs of the European Nucleotide Archive, by accession or by a
 * query, one batch per run. When nothing is known of an accession the other accessions are still
 * recorded; then the survey fails and names it.
 */
public final class EnaSource implements Source {
  /** One of them is needed. */
  private static final List<String> QUESTIONS =
      List.of("accession", "query", "taxon", "strategy", "since");

  private final ArchivesConfig archives;
  private final EnaPortal portal;
  private final NcbiClient ncbi;
  private final SchemaResource schema;

  /**
   * @param ncbi asked for accessions that ENA does not know
   */
  public EnaSource(ArchivesConfig archives, ArchiveHttp http, NcbiClient ncbi, AnswerCache cache) {
    this.archives = archives;
    this.ncbi = ncbi;
    this.portal = new EnaPortal(archives.enaPortal(), http, cache);
    this.schema = SchemaResource.load(EnaSource.class, "ena-parameters.json");
  }

  @Override
  public String name() {
    return RunBatches.SOURCE;
  }

  @Override
  public String description() {
    return "Sequencing runs of the European Nucleotide Archive, by run, experiment, sample, study"
        + " or submission accession, or by a query. Reads come from ENA, with NCBI as the"
        + " fallback.";
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
  public List<Problem> problems(JsonNode parameters) {
    return QUESTIONS.stream().anyMatch(parameters::has)
        ? List.of()
        : List.of(
            new Problem(
                "/accession",
                "missing parameter 'accession'; source 'ena' takes accession, query, taxon,"
                    + " strategy or since, at least one of them"));
  }

  @Override
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    JsonNode parameters = discovery.parameters();
    RunSurvey survey =
        new RunSurvey(
            portal,
            ncbi,
            discovery,
            RunBatches.of(archives, RunBatches.SOURCE, discovery.pipeline(), parameters));
    survey.ask(RunQuestions.of(parameters), run -> Map.of());
    survey.end();
  }
}
