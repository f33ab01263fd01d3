package refinery.archive.geo;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import refinery.archive.Slug;

/**
 * One record of GEO in its SOFT format: a series or a sample. Pure.
 *
 * @param accession {@code GSE...} or {@code GSM...}
 * @param values of each attribute in their order, by its name without {@code !Series_} or {@code
 *     !Sample_}; only those that are needed
 */
record SoftRecord(String accession, Map<String, List<String>> values) {
  private static final Pattern EXPERIMENT =
      Pattern.compile("SRA: .*[?&]term=([SED]RX[0-9]{5,12})\\b.*");
  private static final Pattern PART = Pattern.compile("SuperSeries of: (GSE[0-9]{1,10})");
  private static final int MOST_ATTRIBUTES = 60;

  SoftRecord {
    values = Map.copyOf(values);
  }

  String first(String name) {
    List<String> all = values.getOrDefault(name, List.of());
    return all.isEmpty() ? "" : all.getFirst();
  }

  /** The experiment of a sample that was sequenced; empty for one that was not. */
  Optional<String> experiment() {
    return related(EXPERIMENT).findFirst();
  }

  /** The series of which a superseries is made. */
  List<String> parts() {
    return related(PART).distinct().toList();
  }

  private Stream<String> related(Pattern pattern) {
    return values.getOrDefault("relation", List.of()).stream()
        .map(pattern::matcher)
        .filter(Matcher::matches)
        .map(found -> found.group(1));
  }

  /** What a sample says of itself, in its words: its characteristics by their own names. */
  Map<String, String> attributes() {
    Map<String, String> attributes = new LinkedHashMap<>();
    put(attributes, "geo_accession", accession);
    put(attributes, "geo_title", first("title"));
    put(attributes, "source_name", first("source_name_ch1"));
    put(attributes, "molecule", first("molecule_ch1"));
    for (String text : values.getOrDefault("characteristics_ch1", List.of())) {
      int colon = text.indexOf(':');
      if (attributes.size() < MOST_ATTRIBUTES) {
        put(
            attributes,
            colon < 0 ? "characteristics" : Slug.attribute(text.substring(0, colon)),
            text.substring(colon + 1));
      }
    }
    return attributes;
  }

  private static void put(Map<String, String> attributes, String key, String text) {
    String value = Slug.metadata(text);
    if (!key.isEmpty() && !value.isEmpty()) {
      attributes.merge(key, value, (one, other) -> Slug.metadata(one + "; " + other));
    }
  }
}
