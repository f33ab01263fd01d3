package refinery.archive.ena;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import refinery.archive.AnswerCache;
import refinery.archive.AnswerTooLarge;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.FailureSummary;
import refinery.archive.MalformedAnswer;
import refinery.archive.Reply;
import refinery.archive.SchemaResource;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.survey.BatchSize;
import refinery.survey.Source;

/**
 * Sequencing runs of the European Nucleotide Archive, by accession: one batch per run. An accession
 * of which nothing is known fails the survey by name, after the others have been recorded.
 */
public final class EnaSource implements Source {
  private static final int CHUNK = 200;

  private final ArchivesConfig archives;
  private final EnaPortal portal;
  private final SchemaResource schema;

  public EnaSource(ArchivesConfig archives, ArchiveHttp http, AnswerCache cache) {
    this.archives = archives;
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
        + " or submission accession. Reads come from ENA, with NCBI as the fallback.";
  }

  @Override
  public String defaultPipeline() {
    return "salmon-quant";
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
    JsonNode parameters = discovery.parameters();
    Survey survey = new Survey(discovery, batches(discovery));
    for (String accession : accessions(parameters.path("accession"))) {
      if (discovery.isStopped() || survey.isFull()) {
        break;
      }
      survey.take(accession);
    }
    survey.end();
  }

  private RunBatches batches(Discovery discovery) {
    JsonNode parameters = discovery.parameters();
    Optional<String> release =
        Optional.of(parameters.path("reference_release").asText("")).filter(s -> !s.isBlank());
    return new RunBatches(
        archives, discovery.pipeline(), RunSelection.of(parameters.path("select")), release);
  }

  private static Set<String> accessions(JsonNode node) {
    Set<String> accessions = new LinkedHashSet<>();
    if (node.isArray()) {
      node.forEach(each -> accessions.add(each.asText().strip().toUpperCase(Locale.ROOT)));
    } else {
      accessions.add(node.asText().strip().toUpperCase(Locale.ROOT));
    }
    return accessions;
  }

  /** One call of discover: what was seen, what waits to be emitted, what went wrong. */
  private final class Survey {
    private final Discovery discovery;
    private final RunBatches batches;
    private final Set<String> seen = new HashSet<>();
    private final List<BatchSpec> chunk = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private final List<EnaPortal.Report> reports = new ArrayList<>();
    private int wanted;
    private int skipped;

    Survey(Discovery discovery, RunBatches batches) {
      this.discovery = discovery;
      this.batches = batches;
    }

    boolean isFull() {
      return wanted >= batches.selection().maxRuns();
    }

    void take(String accession) throws InterruptedException {
      discovery.progress("asking the ENA portal for the runs of " + accession);
      Reply<EnaPortal.Report> reply = portal.runs(accession);
      if (reply instanceof Reply.Ok<EnaPortal.Report> ok) {
        reports.add(ok.value());
        read(accession, ok.value());
      } else {
        fail(failure(accession, reply));
      }
    }

    void end() throws SourceException, InterruptedException {
      flush();
      if (failures.isEmpty()) {
        reports.forEach(portal::forget);
        return;
      }
      throw new SourceException(FailureSummary.of(failures, seen.size()));
    }

    private void fail(Failure failure) {
      discovery.progress(failure.message());
      failures.add(failure);
    }

    private void read(String accession, EnaPortal.Report report) throws InterruptedException {
      int before = seen.size();
      try (BufferedReader table = Files.newBufferedReader(report.table())) {
        EnaRows.read(table, archives.limits(), row -> take(EnaRun.of(row)));
      } catch (AnswerTooLarge e) {
        portal.forget(report);
        fail(
            Failure.of(
                FailureClass.PERMANENT,
                accession + ": the ENA portal's answer is too large: " + e.getMessage()));
      } catch (IOException | MalformedAnswer e) {
        portal.forget(report);
        fail(
            Failure.of(
                FailureClass.CORRUPT,
                accession + ": the portal's answer cannot be read: " + e.getMessage()));
      }
      flush();
      discovery.progress(
          "%s: %,d runs (%,d in all, %,d of them not selected)"
              .formatted(accession, seen.size() - before, seen.size(), skipped));
    }

    /** Whether to go on. */
    private boolean take(Optional<EnaRun> row) throws AnswerTooLarge, InterruptedException {
      if (row.isPresent() && seen.add(row.get().accession())) {
        BatchSpec batch = batches.batch(row.get());
        archives.limits().batch().check("the run " + batch.key(), BatchSize.of(batch));
        chunk.add(batch);
        if (batch.skip().isPresent()) {
          skipped++;
        } else {
          wanted++;
        }
        if (chunk.size() >= CHUNK) {
          flush();
        }
      }
      return !discovery.isStopped() && !isFull();
    }

    private void flush() throws InterruptedException {
      if (!chunk.isEmpty()) {
        discovery.emit(List.copyOf(chunk));
        chunk.clear();
      }
    }
  }

  private static Failure failure(String accession, Reply<?> reply) {
    Failure failure = Reply.failure(reply);
    String message =
        reply instanceof Reply.Absent<?>
            ? accession
                + ": ENA knows no sequencing runs of this accession, or they are not public;"
                + " check it at https://www.ebi.ac.uk/ena/browser/view/"
                + accession
            : accession + ": ENA portal: " + failure.message();
    return new Failure(failure.failureClass(), message, accession);
  }
}
