package refinery.dataset.format;

import java.io.IOException;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.SampleEntry;
import refinery.protocol.catalog.RefinebioFields;
import refinery.protocol.dataset.SampleColumn;

/**
 * The columns of refine.bio's tables of samples: the accession, that of the study, the harmonised
 * fields by name and under its prefix, then everything else by name, as its archive calls it.
 */
final class RefinebioMetadata {
  /** What has a column of refine.bio's. */
  private static final Set<String> SHOWN = shown();

  private static Set<String> shown() {
    Set<String> shown = new HashSet<>(Set.of(SampleColumn.SOURCE, SampleColumn.LOCATION));
    RefinebioFields.HARMONISED.values().forEach(each -> shown.add(SampleColumn.HARMONISED + each));
    return shown;
  }

  private RefinebioMetadata() {}

  static String study(SampleEntry sample) {
    String study = RefinebioFields.study(sample.attributes());
    return study.isEmpty() ? sample.attributes().getOrDefault("study", "") : study;
  }

  /** What the samples of a store have, read a group at a time. */
  static Map<String, Function<SampleEntry, String>> columns(DatasetStore store) throws IOException {
    Map<String, Set<String>> others = new TreeMap<>();
    for (int group = 0; group < store.groupCount(); group++) {
      for (SampleEntry sample : store.entries(group)) {
        for (String key : sample.attributes().keySet()) {
          if (!SHOWN.contains(key)) {
            others.computeIfAbsent(column(sample, key), name -> new TreeSet<>()).add(key);
          }
        }
      }
    }
    Map<String, Function<SampleEntry, String>> columns = new LinkedHashMap<>();
    columns.put("refinebio_accession_code", SampleEntry::accession);
    columns.put("experiment_accession", RefinebioMetadata::study);
    for (String field : RefinebioFields.NAMES) {
      columns.put(RefinebioFields.PREFIX + field, sample -> cell(field, sample));
    }
    others.forEach((name, keys) -> columns.putIfAbsent(name, sample -> other(name, keys, sample)));
    return Collections.unmodifiableMap(columns);
  }

  private static String column(SampleEntry sample, String key) {
    return RefinebioFields.column(sample.attributes().getOrDefault(SampleColumn.SOURCE, ""), key);
  }

  /** What the sample has under one of these keys that is this column for its source. */
  private static String other(String name, Set<String> keys, SampleEntry sample) {
    return keys.stream()
        .filter(key -> column(sample, key).equals(name))
        .map(key -> sample.attributes().getOrDefault(key, ""))
        .filter(text -> !text.isEmpty())
        .findFirst()
        .orElse("");
  }

  private static String cell(String field, SampleEntry sample) {
    Map<String, String> known = sample.attributes();
    return switch (field) {
      case "organism" -> key(sample.organism());
      case "processed" -> "True";
      case "processor_id" -> sample.indexDigest();
      case "processor_name" -> sample.tool();
      case "processor_version" -> sample.toolVersion();
      case "source_archive_url" -> known.getOrDefault(SampleColumn.LOCATION, "");
      case "source_database" ->
          RefinebioFields.database(known.getOrDefault(SampleColumn.SOURCE, ""));
      default -> {
        String harmonised = RefinebioFields.HARMONISED.get(field);
        yield harmonised == null
            ? RefinebioFields.said(field, known)
            // Stores of older datasets have the archive's words alone.
            : known.getOrDefault(
                SampleColumn.HARMONISED + harmonised, known.getOrDefault(harmonised, ""));
      }
    };
  }

  /** Organisms are written like {@code HOMO_SAPIENS}. */
  static String key(String organism) {
    return organism.toUpperCase(java.util.Locale.ROOT).replaceAll("[^A-Z0-9]+", "_");
  }
}
