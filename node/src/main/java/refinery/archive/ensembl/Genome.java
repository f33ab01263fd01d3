package refinery.archive.ensembl;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.archive.Slug;

/**
 * A genome as either REST list describes it. Pure.
 *
 * @param name production name, the name of its directories
 * @param assembly as file names spell it, as far as the list tells
 * @param metadata what else the list says
 */
record Genome(String name, String assembly, Map<String, String> metadata) {
  Genome {
    metadata = Map.copyOf(metadata);
  }

  /** Empty when the entry has no usable name, which becomes part of paths. */
  static Optional<Genome> of(JsonNode entry, Division division) {
    String name = entry.path("name").asText("").strip();
    String stated = entry.path("division").asText("");
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9_.-]{0,199}")
        || name.contains("..")
        || (!stated.isEmpty() && !stated.equals(division.word()))) {
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
    return Optional.of(new Genome(name, inFileNames(assembly), metadata));
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
