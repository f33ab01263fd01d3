package refinery.archive.files;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.Reader;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.archive.ArchivesConfig;
import refinery.archive.MalformedAnswer;
import refinery.archive.SchemaResource;
import refinery.archive.Slug;
import refinery.archive.files.SampleRows.Wrong;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.source.BatchSize;
import refinery.source.Source;

/**
 * The source {@code files}: the users' own reads, listed in a table, one batch per sample. If a
 * line of the table is wrong nothing is recorded: the survey fails and names the wrong lines.
 */
public final class FilesSource implements Source {
  static final String NAME = "files";
  private static final int CHUNK = 200;

  private final ArchivesConfig archives;
  private final SampleTable table;
  private final SchemaResource schema;

  public FilesSource(ArchivesConfig archives) {
    this.archives = archives;
    this.table = new SampleTable(archives.files(), archives.limits());
    this.schema = SchemaResource.load(FilesSource.class, "files-parameters.json");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Reads of one's own, by a table (CSV or TSV with a header): sample, reads_1 and reads_2"
        + " or reads (a path below a directory that the configuration names, or an address"
        + " at a host that it names), md5_1, md5_2, organism, taxon; other columns are kept"
        + " as metadata.";
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

  /**
   * Checks the text of a table that came with the request, and only the path of a table on disk,
   * which is read by the survey.
   */
  @Override
  public List<Problem> problems(JsonNode parameters) {
    if (parameters.has("table") == parameters.has("rows")) {
      return List.of(new Problem("/table", "give either 'table' or 'rows'"));
    }
    String text = parameters.path("table").asText();
    if (parameters.has("table") && !isInline(text)) {
      return directories().refusal(text.strip()).stream()
          .map(why -> new Problem("/table", "the table's path " + why))
          .toList();
    }
    WrongLines wrong = new WrongLines(sample -> List.of());
    try {
      read(parameters, wrong);
    } catch (MalformedAnswer unreadable) {
      return List.of(new Problem("/table", unreadable.getMessage()));
    } catch (IOException e) {
      return List.of(new Problem("/table", e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("stopped", e);
    }
    return wrong.problems(parameters.has("rows"));
  }

  @Override
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    WrongLines check = new WrongLines(this::missing);
    survey(discovery, check);
    if (!check.isEmpty()) {
      throw new SourceException(Failure.of(FailureClass.PERMANENT, check.summary()));
    }
    Emitting emitting = new Emitting(discovery);
    survey(discovery, emitting);
    if (emitting.changed) {
      throw failure(FailureClass.TRANSIENT, "the table changed while it was read");
    }
    emitting.flush();
  }

  /** Faults of a sample's files on this machine: missing, empty, or not allowed. */
  private List<Wrong> missing(Sample sample) throws IOException {
    List<Wrong> wrong = new ArrayList<>();
    for (Sample.Reads reads : sample.files()) {
      try {
        if (reads.isLocal() && Files.size(directories().file(reads.address())) == 0) {
          wrong.add(new Wrong(reads.column(), "is empty: '" + reads.address() + "'"));
        }
      } catch (AccessDeniedException refused) {
        String why = Optional.ofNullable(refused.getReason()).orElse("may not be read");
        wrong.add(new Wrong(reads.column(), why + ": '" + reads.address() + "'"));
      } catch (NoSuchFileException absent) {
        wrong.add(new Wrong(reads.column(), "is not there: '" + reads.address() + "'"));
      }
    }
    return wrong;
  }

  private AllowedDirectories directories() {
    return archives.files().directories();
  }

  private void survey(Discovery discovery, SampleTable.Taker taker)
      throws SourceException, InterruptedException {
    try {
      read(discovery.parameters(), taker);
    } catch (MalformedAnswer | CharacterCodingException unreadable) {
      String why =
          unreadable instanceof CharacterCodingException
              ? "is not UTF-8 text"
              : unreadable.getMessage();
      throw failure(FailureClass.PERMANENT, "the table cannot be read: " + why);
    } catch (AccessDeniedException refused) {
      throw failure(FailureClass.PERMANENT, refused.getMessage());
    } catch (NoSuchFileException absent) {
      throw failure(FailureClass.ABSENT, "there is no file " + absent.getFile());
    } catch (IOException broken) {
      throw failure(FailureClass.TRANSIENT, "the table cannot be read: " + broken.getMessage());
    }
  }

  private static SourceException failure(FailureClass failureClass, String message) {
    return new SourceException(Failure.of(failureClass, message));
  }

  private void read(JsonNode parameters, SampleTable.Taker taker)
      throws IOException, MalformedAnswer, InterruptedException {
    if (parameters.has("rows")) {
      table.read(parameters.path("rows"), taker);
      return;
    }
    String text = parameters.path("table").asText();
    try (Reader reader =
        isInline(text)
            ? new StringReader(text)
            : Files.newBufferedReader(directories().file(text.strip()))) {
      table.read(reader, taker);
    }
  }

  /** True for a table's text, which has at least two lines; a path has one. */
  private static boolean isInline(String table) {
    return table.strip().contains("\n");
  }

  /** The batch of a sample, with the sizes that its files have now. */
  private BatchSpec batch(Sample sample, String pipeline) throws IOException {
    List<SourceFile> files = new ArrayList<>();
    long bytes = 0;
    for (Sample.Reads reads : sample.files()) {
      Location location = location(reads);
      bytes += location.size().orElse(0);
      String mate = sample.isPaired() ? "_" + (files.size() + 1) : "";
      files.add(new SourceFile(sample.name() + mate + ".fastq.gz", "fastq.gz", List.of(location)));
    }
    Map<String, String> identity = Map.of("files", sample.digest());
    String organism = Slug.organism(sample.metadata().getOrDefault("scientific_name", ""));
    BatchSpec batch =
        new BatchSpec(
            BatchSpec.idOf(NAME, sample.name(), pipeline, identity),
            NAME,
            sample.name(),
            pipeline,
            Optional.of(organism).filter(slug -> !slug.isEmpty()),
            identity,
            Map.of(),
            sample.metadata(),
            files,
            NAME + ":" + sample.name() + "/" + sample.digest(),
            bytes,
            Optional.empty());
    archives.limits().batch().check("the sample " + sample.name(), BatchSize.of(batch));
    return batch;
  }

  private Location location(Sample.Reads reads) throws IOException {
    OptionalLong size = OptionalLong.empty();
    String url = reads.address();
    if (reads.isLocal()) {
      size = OptionalLong.of(Files.size(directories().file(reads.address())));
      url = Path.of(reads.address()).toUri().toString();
    }
    return new Location(NAME, url, "fastq.gz", size, reads.md5().map(Location.Checksum::md5));
  }

  private final class Emitting implements SampleTable.Taker {
    private final Discovery discovery;
    private final List<BatchSpec> chunk = new ArrayList<>();
    private boolean changed;

    Emitting(Discovery discovery) {
      this.discovery = discovery;
    }

    @Override
    public void sample(int line, Sample sample) throws IOException, InterruptedException {
      chunk.add(batch(sample, discovery.pipeline()));
      if (chunk.size() >= CHUNK) {
        flush();
      }
    }

    @Override
    public void wrong(int line, Wrong wrong) {
      changed = true;
    }

    void flush() throws InterruptedException {
      if (!chunk.isEmpty()) {
        discovery.emit(List.copyOf(chunk));
        discovery.progress(chunk.size() + " samples more");
        chunk.clear();
      }
    }
  }
}
