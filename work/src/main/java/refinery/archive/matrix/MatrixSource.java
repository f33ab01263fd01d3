package refinery.archive.matrix;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import refinery.archive.ArchiveHttp;
import refinery.archive.FailureSummary;
import refinery.archive.SchemaResource;
import refinery.archive.files.FilesConfig;
import refinery.archive.matrix.ProjectBucket.ProjectMatrix;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.source.Source;

/**
 * The source {@code matrix}: matrices of genes and cells by their addresses, artifacts by their
 * digests, or those of projects in the bucket that the configuration names. The version of a matrix
 * is part of its batch's identity: one that has changed is a new batch, and what was made of the
 * old one stays. A failure of one matrix does not stop the others.
 */
public final class MatrixSource implements Source {
  static final String NAME = "matrix";
  private static final String ALL = "all";
  private static final List<String> WAYS = List.of("url", "project", "artifact");
  private static final int CHUNK = 200;

  private final MatrixPlaces places;
  private final ProjectBucket bucket;
  private final SchemaResource schema;

  MatrixSource(FilesConfig files, ProjectBucket bucket, ArchiveHttp http) {
    this.places = new MatrixPlaces(files, http);
    this.bucket = bucket;
    this.schema = SchemaResource.load(MatrixSource.class, "matrix-parameters.json");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Matrices of genes and cells: by address (MatrixMarket, a zip or tar of one with its"
        + " tables, 10x HDF5, h5ad), artifacts by their digests, or those of projects in a bucket"
        + " as the Human Cell Atlas has it.";
  }

  @Override
  public String defaultPipeline() {
    return "summary-stats";
  }

  @Override
  public List<String> roles() {
    return List.of("matrix", "features", "barcodes");
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
    if (WAYS.stream().filter(parameters::has).count() != 1) {
      problems.add(new Problem("/url", "give one of 'url', 'project' and 'artifact'"));
    }
    List<String> urls = List.copyOf(words(parameters.path("url")));
    for (String url : urls) {
      places.refusal(url).ifPresent(why -> problems.add(new Problem("/url", url + " " + why)));
    }
    for (String table : List.of("features", "barcodes")) {
      if (parameters.has(table)) {
        if (urls.size() != 1) {
          problems.add(new Problem("/" + table, "goes with one 'url'"));
        }
        String url = parameters.path(table).asText();
        places
            .refusal(url)
            .ifPresent(why -> problems.add(new Problem("/" + table, url + " " + why)));
      }
    }
    return problems;
  }

  /** One value or a list of them, each once. */
  static Set<String> words(JsonNode node) {
    Set<String> words = new LinkedHashSet<>();
    if (node.isTextual()) {
      words.add(node.asText().strip());
    }
    node.forEach(word -> words.add(word.asText().strip()));
    return words;
  }

  @Override
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    Survey survey = new Survey(discovery);
    if (discovery.parameters().has("url")) {
      survey.addresses();
    } else if (discovery.parameters().has("artifact")) {
      survey.artifacts();
    } else {
      survey.projects();
    }
    survey.end();
  }

  /** The state of one call of {@code discover}. */
  private final class Survey {
    private final Discovery discovery;
    private final JsonNode parameters;
    private final Set<String> blocked;
    private final Set<BatchId> known = new HashSet<>();
    private final List<BatchSpec> chunk = new ArrayList<>();
    private final List<Failure> failures = new ArrayList<>();
    private int recorded;

    Survey(Discovery discovery) {
      this.discovery = discovery;
      this.parameters = discovery.parameters();
      this.blocked = words(parameters.path("block"));
    }

    void addresses() throws InterruptedException {
      for (String url : words(parameters.path("url"))) {
        if (discovery.isStopped()) {
          return;
        }
        try {
          FoundMatrix found = places.find(url, parameters);
          if (found.version().startsWith(FoundMatrix.UNKNOWN)) {
            discovery.progress(url + ": its server states no version, a change is not noticed");
          }
          add(found, blocked.contains(url) ? Optional.of("blocked by the survey") : none());
        } catch (SourceException failed) {
          fail(url, failed.failure());
        }
      }
    }

    void artifacts() throws SourceException, InterruptedException {
      for (String sha256 : words(parameters.path("artifact"))) {
        add(
            FoundMatrix.stored(sha256),
            blocked.contains(sha256) ? Optional.of("blocked by the survey") : none());
      }
    }

    void projects() throws SourceException, InterruptedException {
      Set<String> blockedThere = bucket.blocked();
      for (String asked : words(parameters.path("project"))) {
        if (discovery.isStopped()) {
          return;
        }
        try {
          List<ProjectMatrix> found = matrices(asked);
          discovery.progress("%s: %,d matrices".formatted(asked, found.size()));
          for (ProjectMatrix matrix : found) {
            add(FoundMatrix.of(matrix, bucket), blocked(matrix, blockedThere));
          }
        } catch (SourceException failed) {
          fail(asked, failed.failure());
        }
      }
    }

    private List<ProjectMatrix> matrices(String asked)
        throws SourceException, InterruptedException {
      if (asked.equals(ALL)) {
        return bucket.matrices("");
      }
      List<ProjectMatrix> own =
          bucket.matrices(asked).stream()
              .filter(matrix -> matrix.project().equals(asked) || matrix.key().equals(asked))
              .toList();
      if (own.isEmpty()) {
        throw new SourceException(
            Failure.of(FailureClass.ABSENT, "there is no matrix of this project"));
      }
      return own;
    }

    private Optional<String> blocked(ProjectMatrix matrix, Set<String> there) {
      for (String id : new LinkedHashSet<>(List.of(matrix.project(), matrix.key()))) {
        if (blocked.contains(id)) {
          return Optional.of("blocked by the survey");
        }
        if (there.contains(id)) {
          return Optional.of("blocked by the bucket's blacklist");
        }
      }
      return none();
    }

    private static Optional<String> none() {
      return Optional.empty();
    }

    private void add(FoundMatrix found, Optional<String> skip)
        throws SourceException, InterruptedException {
      BatchSpec batch = found.batch(discovery.pipeline(), organism(found), bucket.limits());
      if (known.add(batch.id())) {
        chunk.add(skip.map(batch::skipped).orElse(batch));
      }
      if (chunk.size() >= CHUNK) {
        flush();
      }
    }

    private Optional<String> organism(FoundMatrix found) {
      String asked = parameters.path("organism").asText();
      return asked.isEmpty() ? found.organism() : Optional.of(asked);
    }

    private void fail(String what, Failure failure) {
      String message = what + ": " + failure.message();
      discovery.progress(message);
      failures.add(new Failure(failure.failureClass(), message, ""));
    }

    private void flush() throws InterruptedException {
      if (!chunk.isEmpty()) {
        recorded += chunk.size();
        discovery.emit(List.copyOf(chunk));
        chunk.clear();
      }
    }

    void end() throws SourceException, InterruptedException {
      flush();
      if (!failures.isEmpty()) {
        throw new SourceException(FailureSummary.of(failures, recorded));
      }
    }
  }
}
