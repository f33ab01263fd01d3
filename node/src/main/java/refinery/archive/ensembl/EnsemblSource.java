package refinery.archive.ensembl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.FailureSummary;
import refinery.archive.SchemaResource;
import refinery.archive.Slug;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.survey.Source;

/**
 * Genomes with annotation of Ensembl and Ensembl Genomes: two index batches per species (k = 31 and
 * 23) that share one download. One species' trouble does not stop the others.
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
  public void discover(Discovery discovery) throws SourceException, InterruptedException {
    JsonNode parameters = discovery.parameters();
    String word = parameters.path("division").asText("");
    Division division = Division.of(word).orElseThrow(() -> unknownDivision(word));
    OptionalInt given = Layout.release(parameters.path("release"));
    int release = given.isPresent() ? given.getAsInt() : archive.newestRelease(division);
    discovery.progress("asking Ensembl for the species of " + word + ", release " + release);

    List<Failure> failures = new ArrayList<>();
    List<Genome> wanted =
        wanted(parameters.path("species"), archive.genomes(division), division, failures);
    Layout layout = Layout.of(archives, division, release);
    Collections collections = wanted.isEmpty() ? Collections.NONE : archive.collections(layout);
    GenomeBatches batches = new GenomeBatches(archive, layout, collections, discovery.pipeline());
    int recorded = 0;
    for (Genome genome : wanted) {
      if (discovery.isStopped()) {
        return;
      }
      recorded += take(genome, batches, discovery, failures) ? 1 : 0;
    }
    if (!failures.isEmpty()) {
      throw new SourceException(FailureSummary.of(failures, recorded));
    }
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

  /** All genomes when no species is named. */
  private static List<Genome> wanted(
      JsonNode species, List<Genome> all, Division division, List<Failure> failures) {
    Set<String> names = names(species);
    if (names.isEmpty()) {
      return all;
    }
    Map<String, Genome> known = new LinkedHashMap<>();
    all.forEach(genome -> known.putIfAbsent(genome.name(), genome));
    all.forEach(genome -> known.putIfAbsent(Slug.organism(genome.name()), genome));
    Set<Genome> found = new LinkedHashSet<>();
    for (String name : names) {
      Optional<Genome> genome =
          Optional.ofNullable(known.get(name))
              .or(() -> Optional.ofNullable(known.get(Slug.organism(name))));
      genome.ifPresentOrElse(
          found::add, () -> failures.add(unknownSpecies(name, known.keySet(), division)));
    }
    return List.copyOf(found);
  }

  private static Set<String> names(JsonNode species) {
    Set<String> names = new LinkedHashSet<>();
    if (species.isArray()) {
      species.forEach(each -> names.add(each.asText().strip()));
    } else if (species.isTextual()) {
      names.add(species.asText().strip());
    }
    return names;
  }

  private static Failure unknownSpecies(String name, Set<String> known, Division division) {
    List<String> near = NearNames.of(Slug.organism(name), known);
    String hint =
        near.isEmpty()
            ? "see https://www.ensembl.org/info/about/species.html for names and divisions"
            : "did you mean " + String.join(" or ", near) + "?";
    return new Failure(
        FailureClass.ABSENT, division.word() + " has no species '" + name + "'; " + hint, name);
  }

  private static SourceException unknownDivision(String word) {
    return new SourceException(
        Failure.of(FailureClass.PERMANENT, "there is no division '" + word + "'"));
  }
}
