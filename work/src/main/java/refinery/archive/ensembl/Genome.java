package refinery.archive.ensembl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import refinery.archive.Slug;

/**
 * A genome as one of the two REST lists describes it. Pure.
 *
 * @param name production name, which is also the name of its directories
 * @param assembly as file names spell it, as far as the list tells
 * @param aliases other names that its directories have or had
 * @param metadata all other values of the list
 */
record Genome(String name, String assembly, List<String> aliases, Map<String, String> metadata) {
  private static final int MOST_ALIASES = 20;
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}");

  Genome {
    aliases = List.copyOf(aliases);
    metadata = Map.copyOf(metadata);
  }

  /** Reads an entry; empty when its name cannot be part of a path, or it is of another division. */
  static Optional<Genome> of(JsonNode entry, Division division) {
    String name = entry.path("name").asText("").strip();
    String stated = entry.path("division").asText("");
    if (!isName(name) || (!stated.isEmpty() && !stated.equals(division.word()))) {
      return Optional.empty();
    }
    String assembly = first(entry, "assembly", "assembly_default", "assembly_name");
    Map<String, String> metadata = new LinkedHashMap<>();
    put(metadata, "taxon_id", first(entry, "taxon_id", "taxonomy_id"));
    put(metadata, "species_taxon_id", first(entry, "species_taxonomy_id"));
    put(metadata, "scientific_name", first(entry, "scientific_name"));
    put(metadata, "display_name", first(entry, "display_name"));
    put(metadata, "common_name", first(entry, "common_name"));
    put(metadata, "assembly_accession", first(entry, "accession", "assembly_accession"));
    put(metadata, "assembly_level", first(entry, "assembly_level"));
    put(metadata, "strain", first(entry, "strain"));
    put(metadata, "genebuild", first(entry, "genebuild"));
    return Optional.of(new Genome(name, inFileNames(assembly), aliases(entry, name), metadata));
  }

  /** A genome that is known by its name only, as one that today's list no longer has. */
  static Optional<Genome> named(String name) {
    return isName(name) ? Optional.of(new Genome(name, "", List.of(), Map.of())) : Optional.empty();
  }

  private static boolean isName(String name) {
    return NAME.matcher(name).matches() && !name.contains("..");
  }

  /** Other names that its directories may have, as slugs. */
  private static List<String> aliases(JsonNode entry, String name) {
    Set<String> aliases = new LinkedHashSet<>();
    List<String> listed = new ArrayList<>();
    entry.path("aliases").forEach(alias -> listed.add(alias.asText("").strip()));
    listed.add(first(entry, "display_name"));
    listed.add(first(entry, "url_name"));
    for (String alias : listed) {
      String slug = Slug.organism(alias);
      if (!slug.isEmpty() && isName(slug) && !slug.equals(name) && aliases.size() < MOST_ALIASES) {
        aliases.add(slug);
      }
    }
    return List.copyOf(aliases);
  }

  /** The same genome under another of its names. */
  Genome as(String other) {
    return new Genome(other, assembly, List.of(), metadata);
  }

  String taxon() {
    return metadata.getOrDefault("taxon_id", "");
  }

  String speciesTaxon() {
    return metadata.getOrDefault("species_taxon_id", "");
  }

  /** {@code ASM 12} is filed as {@code ASM_12}. */
  static String inFileNames(String assembly) {
    return assembly.strip().replaceAll("[^A-Za-z0-9._-]+", "_");
  }

  /** {@code danio_rerio} is filed as {@code Danio_rerio}. */
  String inFileNames() {
    return name.substring(0, 1).toUpperCase(Locale.ROOT) + name.substring(1);
  }

  private static String first(JsonNode entry, String... names) {
    return Stream.of(names)
        .map(entry::path)
        .filter(JsonNode::isValueNode)
        .map(node -> node.isNull() ? "" : Slug.metadata(node.asText()))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static void put(Map<String, String> metadata, String name, String value) {
    if (!value.isEmpty()) {
      metadata.put(name, value);
    }
  }
}
