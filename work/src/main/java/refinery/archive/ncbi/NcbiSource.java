package refinery.archive.ncbi;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;
import refinery.archive.AnswerTooLarge;
import refinery.archive.ArchivesConfig;
import refinery.archive.FailureSummary;
import refinery.archive.Reply;
import refinery.archive.SchemaResource;
import refinery.archive.ena.DescribedRuns;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.source.BatchSize;
import refinery.source.Source;

/**
 * The source {@code ncbi}: sequencing runs of NCBI's SRA, by accession or by a query in NCBI's
 * search language. One batch per run, whose reads come from the run's archive at NCBI. When nothing
 * is known of an accession the other accessions are still recorded; then the survey fails and names
 * it.
 */
public final class NcbiSource implements Source {
  private static final String NAME = "ncbi";

  private final ArchivesConfig archives;
  private final NcbiClient client;
  private final SchemaResource schema;

  NcbiSource(ArchivesConfig archives, NcbiClient client) {
    this.archives = archives;
    this.client = client;
    this.schema = SchemaResource.load(NcbiSource.class, "ncbi-parameters.json");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Sequencing runs of NCBI's SRA, by run, experiment, sample, study, project or submission"
        + " accession, or by a query in the words of its search. Reads come from NCBI's archives.";
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
    return parameters.has("accession") == parameters.has("query")
        ? List.of(new Problem("/accession", "give either 'accession' or 'query'"))
        : List.of();
  }

  @Override
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    JsonNode parameters = discovery.parameters();
    Survey survey = new Survey(discovery);
    if (parameters.has("query")) {
      survey.take(parameters.path("query").asText().strip(), run -> true);
    }
    for (String accession : accessions(parameters.path("accession"))) {
      survey.take(accession, run -> run.carries(accession));
    }
    survey.end();
  }

  private static Set<String> accessions(JsonNode node) {
    Set<String> accessions = new LinkedHashSet<>();
    Iterable<JsonNode> all =
        node.isArray() ? node : node.isTextual() ? List.of(node) : List.<JsonNode>of();
    all.forEach(each -> accessions.add(each.asText().strip().toUpperCase(Locale.ROOT)));
    return accessions;
  }

  /** The state of one call of {@code discover}. */
  private final class Survey {
    private final Discovery discovery;
    private final DescribedRuns described;
    private final Set<String> seen = new HashSet<>();
    private final List<Failure> failures = new ArrayList<>();
    private int wanted;

    Survey(Discovery discovery) {
      this.discovery = discovery;
      this.described =
          new DescribedRuns(archives, NAME, discovery.pipeline(), discovery.parameters());
    }

    private boolean isOver() {
      return discovery.isStopped() || wanted >= described.maxRuns();
    }

    /**
     * Records the runs of a search page by page, so that memory does not depend on their number.
     *
     * @param meant true for a run that was asked for
     */
    void take(String term, Predicate<RunInfo> meant) throws InterruptedException {
      int before = seen.size();
      boolean any = false;
      OptionalLong from = OptionalLong.of(0);
      while (from.isPresent() && !isOver()) {
        Reply<NcbiClient.RunPage> reply = client.runs(term, from.getAsLong());
        if (!(reply instanceof Reply.Ok<NcbiClient.RunPage> page)) {
          fail(term, Reply.failure(reply));
          return;
        }
        List<RunInfo> runs = page.value().runs().stream().filter(meant).toList();
        any |= !runs.isEmpty();
        record(term, runs);
        from = page.value().next();
        discovery.progress("%s: %,d runs".formatted(term, seen.size() - before));
      }
      if (!any && !isOver()) {
        fail(term, Failure.of(FailureClass.ABSENT, "what NCBI finds are runs of others"));
      }
    }

    private void record(String term, List<RunInfo> runs) throws InterruptedException {
      List<BatchSpec> batches = new ArrayList<>();
      for (RunInfo run : runs) {
        Optional<BatchSpec> batch =
            isOver() || !seen.add(run.run())
                ? Optional.empty()
                : described.batch(run.inEnaWords(), run.controlled());
        if (batch.isPresent() && fits(term, batch.get())) {
          wanted += batch.get().skip().isEmpty() ? 1 : 0;
          batches.add(batch.get());
        }
      }
      if (!batches.isEmpty()) {
        discovery.emit(batches);
      }
    }

    private boolean fits(String term, BatchSpec batch) {
      try {
        archives.limits().batch().check("the run " + batch.key(), BatchSize.of(batch));
        return true;
      } catch (AnswerTooLarge large) {
        fail(term, Failure.of(FailureClass.PERMANENT, large.getMessage()));
        return false;
      }
    }

    private void fail(String term, Failure failure) {
      String message = term + ": NCBI: " + failure.message();
      discovery.progress(message);
      failures.add(new Failure(failure.failureClass(), message, term));
    }

    void end() throws SourceException {
      if (!failures.isEmpty()) {
        int recorded = discovery.recordsAtOnce() ? seen.size() : 0;
        throw new SourceException(FailureSummary.of(failures, recorded));
      }
    }
  }
}
