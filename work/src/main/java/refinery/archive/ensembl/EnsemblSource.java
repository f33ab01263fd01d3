package refinery.archive.ensembl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.FailureSummary;
import refinery.archive.SchemaResource;
import refinery.archive.Slug;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.source.Source;

/**
 * The source {@code ensembl}: annotated genomes of Ensembl and Ensembl Genomes. Each species gives
 * two index batches (k = 31 and 23) that share one download. A failure of one species does not stop
 * the others.
 */
public final class EnsemblSource implements Source {
  static final String NAME = "ensembl";

  private final ArchivesConfig archives;
  private final EnsemblArchive archive;
  private final SchemaResource schema;

  public EnsemblSource(ArchivesConfig archives, ArchiveHttp http) {
    this.archives = archives;
    this.archive = new EnsemblArchive(archives, http);
    this.schema = SchemaResource.load(EnsemblSource.class, "ensembl-parameters.json");
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String description() {
    return "Genomes and annotation of Ensembl and Ensembl Genomes: some species or a whole"
        + " division, at a named or the newest release; two transcriptome indices per"
        + " species.";
  }

  @Override
  public String defaultPipeline() {
    return "transcriptome-index";
  }

  @Override
  public List<String> roles() {
    return List.of("genome", "annotation");
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
    return parameters.has("division") || WantedGenomes.of(parameters).isOpen()
        ? List.of()
        : List.of(
            new Problem(
                "/division",
                "missing parameter 'division'; only a species or a taxon is found"
                    + " without it"));
  }

  @Override
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    JsonNode parameters = discovery.parameters();
    WantedGenomes wanted = WantedGenomes.of(parameters);
    boolean whole = !wanted.isOpen();
    List<Division> divisions = divisions(parameters.path("division").asText(""), whole);
    List<Failure> failures = new ArrayList<>();
    int recorded = 0;
    for (Division division : divisions) {
      if (discovery.isStopped() || !(whole || wanted.isOpen())) {
        break;
      }
      recorded += take(division, wanted, whole, discovery, failures);
    }
    failures.addAll(
        wanted.missing(divisions.size() == 1 ? divisions.getFirst().word() : "Ensembl"));
    if (!failures.isEmpty()) {
      throw new SourceException(FailureSummary.of(failures, recorded));
    }
  }

  /**
   * The named division; all divisions, smallest first, when none is named and species or taxa are
   * wanted.
   */
  private static List<Division> divisions(String word, boolean whole) throws SourceException {
    if (word.isEmpty() && !whole) {
      return List.of(Division.values());
    }
    return List.of(Division.of(word).orElseThrow(() -> unknownDivision(word)));
  }

  /**
   * Records the wanted genomes of one division.
   *
   * @return how many genomes were recorded
   */
  private int take(
      Division division,
      WantedGenomes wanted,
      boolean whole,
      Discovery discovery,
      List<Failure> failures)
      throws SourceException, InterruptedException {
    OptionalInt given = Layout.release(discovery.parameters().path("release"));
    int release = given.isPresent() ? given.getAsInt() : archive.newestRelease(division);
    discovery.progress(
        "asking Ensembl for the species of " + division.word() + ", release " + release);
    List<Genome> all = archive.genomes(division);
    List<Genome> chosen = whole ? all : wanted.take(all);
    boolean older = given.isPresent() && !wanted.openSpecies().isEmpty();
    Layout layout = Layout.of(archives, division, release);
    Collections collections =
        chosen.isEmpty() && !older ? Collections.NONE : archive.collections(layout);
    GenomeBatches batches = new GenomeBatches(archive, layout, collections, discovery.pipeline());
    int recorded = 0;
    for (Genome genome : chosen) {
      if (discovery.isStopped()) {
        return recorded;
      }
      recorded += take(genome, batches, discovery, failures) ? 1 : 0;
    }
    return older ? recorded + ofThatRelease(wanted, batches, discovery) : recorded;
  }

  /** Looks in the directories of the given release for species that today's list no longer has. */
  private static int ofThatRelease(WantedGenomes wanted, GenomeBatches batches, Discovery discovery)
      throws SourceException, InterruptedException {
    int recorded = 0;
    for (String name : wanted.openSpecies()) {
      Optional<Genome> genome = Genome.named(Slug.organism(name));
      if (genome.isPresent() && !discovery.isStopped()) {
        try {
          discovery.emit(batches.of(genome.get()));
          discovery.progress(name + ": found in the release's own directories");
          wanted.found(name);
          recorded++;
        } catch (SourceException e) {
          if (e.failure().failureClass() != FailureClass.ABSENT) {
            throw e;
          }
        }
      }
    }
    return recorded;
  }

  private static boolean take(
      Genome genome, GenomeBatches batches, Discovery discovery, List<Failure> failures)
      throws InterruptedException {
    try {
      discovery.emit(batches.of(genome));
      discovery.progress(genome.name() + ": found");
      return true;
    } catch (SourceException e) {
      String message = genome.name() + ": " + e.failure().message();
      discovery.progress(message);
      failures.add(new Failure(e.failure().failureClass(), message, genome.name()));
      return false;
    }
  }

  private static SourceException unknownDivision(String word) {
    return new SourceException(
        Failure.of(
            FailureClass.PERMANENT,
            "there is no division '"
                + word
                + "'; a survey without species or taxon must name one"));
  }
}
