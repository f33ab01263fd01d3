package refinery.dataset.format;

import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.SampleEntry;

/**
 * The columns of refine.bio's tables of samples: the accession, that of the study, the harmonised
 * fields by name and under its prefix, then everything else by name.
 */
final class RefinebioMetadata {
  private static final String PREFIX = "refinebio_";

  /** refine.bio's experiment is the archives' study. */
  private static final List<String> STUDIES =
      List.of("secondary_study_accession", "study_accession", "study");

  /** Its harmonised fields, by the names that Refinery has for them. */
  private static final Map<String, String> FIELDS =
      Map.ofEntries(
          Map.entry("age", "age"),
          Map.entry("cell_line", "cell_line"),
          Map.entry("compound", "compound"),
          Map.entry("developmental_stage", "developmental_stage"),
          Map.entry("disease", "disease"),
          Map.entry("disease_stage", "disease_stage"),
          Map.entry("genetic_information", "genetic_information"),
          Map.entry("instrument", "platform"),
          Map.entry("race", "race"),
          Map.entry("sex", "sex"),
          Map.entry("source_archive_url", "source_archive_url"),
          Map.entry("source_database", "source_database"),
          Map.entry("tissue", "specimen_part"),
          Map.entry("subject", "subject"),
          Map.entry("time", "time"),
          Map.entry("title", "title"),
          Map.entry("treatment", "treatment"));

  private RefinebioMetadata() {}

  static String study(SampleEntry sample) {
    return STUDIES.stream()
        .map(name -> sample.attributes().getOrDefault(name, ""))
        .filter(accession -> !accession.isEmpty())
        .findFirst()
        .orElse("");
  }

  /** What the samples of a store have, read a group at a time. */
  static Map<String, Function<SampleEntry, String>> columns(DatasetStore store) throws IOException {
    TreeSet<String> others = new TreeSet<>();
    for (int group = 0; group < store.groupCount(); group++) {
      store.entries(group).forEach(sample -> others.addAll(sample.attributes().keySet()));
    }
    others.removeAll(FIELDS.keySet());
    Map<String, Function<SampleEntry, String>> columns = new LinkedHashMap<>();
    columns.put("refinebio_accession_code", SampleEntry::accession);
    columns.put("experiment_accession", RefinebioMetadata::study);
    columns.putAll(harmonised());
    for (String name : others) {
      columns.putIfAbsent(name, sample -> sample.attributes().getOrDefault(name, ""));
    }
    return Collections.unmodifiableMap(columns);
  }

  private static Map<String, Function<SampleEntry, String>> harmonised() {
    Map<String, Function<SampleEntry, String>> fields = new TreeMap<>();
    FIELDS.forEach(
        (name, field) ->
            fields.put(PREFIX + field, sample -> sample.attributes().getOrDefault(name, "")));
    fields.put(PREFIX + "organism", sample -> key(sample.organism()));
    fields.put(PREFIX + "processed", sample -> "True");
    fields.put(PREFIX + "processor_id", SampleEntry::indexDigest);
    fields.put(PREFIX + "processor_name", SampleEntry::tool);
    fields.put(PREFIX + "processor_version", SampleEntry::toolVersion);
    return fields;
  }

  /** Organisms are written like {@code HOMO_SAPIENS}. */
  static String key(String organism) {
    return organism.toUpperCase(java.util.Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
  }
}
