package refinery.archive.ensembl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.archive.Slug;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;

/**
 * The genomes that a survey asks for: species by any of their names, taxa by their own number or
 * that of their species. What was found is removed, so that divisions can be asked one after the
 * other. Used by one thread.
 */
final class WantedGenomes {
  private final Set<String> species;
  private final Set<String> taxa;
  private final List<String> known = new ArrayList<>();

  private WantedGenomes(Set<String> species, Set<String> taxa) {
    this.species = species;
    this.taxa = taxa;
  }

  static WantedGenomes of(JsonNode parameters) {
    return new WantedGenomes(texts(parameters.path("species")), texts(parameters.path("taxon")));
  }

  private static Set<String> texts(JsonNode node) {
    Set<String> texts = new LinkedHashSet<>();
    if (node.isArray()) {
      node.forEach(each -> texts.add(each.asText().strip()));
    } else if (node.isValueNode() && !node.isNull()) {
      texts.add(node.asText().strip());
    }
    return texts;
  }

  /** True while a named species or taxon was not found yet. */
  boolean isOpen() {
    return !species.isEmpty() || !taxa.isEmpty();
  }

  /** Names that are still to be found. */
  List<String> openSpecies() {
    return List.copyOf(species);
  }

  void found(String name) {
    species.remove(name);
  }

  /** The genomes of a division that are asked for; they are no longer wanted afterwards. */
  List<Genome> take(List<Genome> all) {
    Map<String, Genome> names = new LinkedHashMap<>();
    all.forEach(genome -> names.putIfAbsent(genome.name(), genome));
    all.forEach(genome -> names.putIfAbsent(Slug.organism(genome.name()), genome));
    for (Genome genome : all) {
      genome.aliases().forEach(alias -> names.putIfAbsent(alias, genome));
    }
    known.addAll(names.keySet());
    Set<Genome> found = new LinkedHashSet<>();
    for (String name : openSpecies()) {
      Optional.ofNullable(names.get(name))
          .or(() -> Optional.ofNullable(names.get(Slug.organism(name))))
          .ifPresent(
              genome -> {
                species.remove(name);
                found.add(genome);
              });
    }
    for (String taxon : List.copyOf(taxa)) {
      ofTaxon(taxon, all)
          .ifPresent(
              genome -> {
                taxa.remove(taxon);
                found.add(genome);
              });
    }
    return List.copyOf(found);
  }

  /**
   * The genome of a taxon. If strains share it the shortest name wins, which is that of the
   * species' reference.
   */
  private static Optional<Genome> ofTaxon(String taxon, List<Genome> all) {
    return all.stream()
        .filter(genome -> genome.taxon().equals(taxon) || genome.speciesTaxon().equals(taxon))
        .min(
            Comparator.comparing((Genome genome) -> !genome.taxon().equals(taxon))
                .thenComparing(genome -> genome.name().length())
                .thenComparing(Genome::name));
  }

  /** One failure for each species or taxon that was not found. */
  List<Failure> missing(String where) {
    List<Failure> missing = new ArrayList<>();
    for (String name : species) {
      List<String> near = NearNames.of(Slug.organism(name), known);
      String hint =
          near.isEmpty()
              ? "see https://www.ensembl.org/info/about/species.html for names and divisions"
              : "did you mean " + String.join(" or ", near) + "?";
      missing.add(
          new Failure(
              FailureClass.ABSENT, where + " has no species '" + name + "'; " + hint, name));
    }
    for (String taxon : taxa) {
      missing.add(
          new Failure(FailureClass.ABSENT, where + " has no genome of taxon " + taxon, taxon));
    }
    return missing;
  }
}
