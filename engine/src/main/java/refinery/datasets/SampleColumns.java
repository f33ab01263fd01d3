package refinery.datasets;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import refinery.protocol.artifact.KeyValues;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.dataset.SampleColumn;
import refinery.protocol.job.PipelineFacts;

/**
 * What a dataset tells of a sample: the columns that it always has, the harmonised fields, then
 * what else is known, as far as it fits. What the pipeline found out counts more than an archive's
 * words under the same name: those are not to be trusted. Pure.
 */
final class SampleColumns {
  /** Other columns of a sample, and the characters of their names and values. */
  static final int MOST_OTHERS = 100;

  static final int LONGEST_OTHERS = 8192;

  /** An address that tells nobody's name, password or signature. */
  private static final Pattern LOCATION =
      Pattern.compile("(?:https?|ftp|s3)://[^@?#\\p{Cntrl}]{1,300}");

  /** Kept whatever else there is. */
  private static final List<String> FIRST =
      List.of(
          Candidate.STUDY,
          "experiment_accession",
          "sample_accession",
          "sample_title",
          "title",
          "scientific_name",
          "tax_id",
          "tissue",
          "tissue_type",
          "organism_part",
          "source_name",
          "cell_type",
          "dev_stage",
          "sex",
          "library_strategy",
          "library_layout",
          "instrument_model",
          PipelineFacts.VERSION,
          "mapping_rate",
          PipelineFacts.QUALITY,
          Candidate.INDEX,
          Candidate.INDEX_BATCH,
          Candidate.RELEASE,
          "index_assembly",
          "index_k");

  /** Says which of two equal results was made first, and nothing of the sample. */
  private static final Set<String> UNTOLD = Set.of("reused_from");

  private SampleColumns() {}

  static Map<String, String> of(RefinedArtifact artifact, Candidate.Origin origin) {
    Map<String, String> known = new TreeMap<>(artifact.keyValues());
    known.putAll(KeyValues.of(origin.facts()));
    known.keySet().removeAll(UNTOLD);
    Map<String, String> columns = new TreeMap<>();
    for (String key : FIRST) {
      String value = known.remove(key);
      if (value != null) {
        columns.put(key, value);
      }
    }
    others(known, columns);
    origin
        .harmonised()
        .forEach(
            (field, said) -> {
              columns.put(SampleColumn.HARMONISED + field, said.value());
              said.unit()
                  .ifPresent(
                      unit ->
                          columns.put(SampleColumn.HARMONISED + field + SampleColumn.UNIT, unit));
            });
    columns.put(SampleColumn.SOURCE, origin.source());
    origin
        .location()
        .filter(address -> LOCATION.matcher(address).matches())
        .ifPresent(address -> columns.put(SampleColumn.LOCATION, address));
    artifact.organism().ifPresent(slug -> columns.put(Candidate.ORGANISM, slug));
    return columns;
  }

  private static void others(Map<String, String> known, Map<String, String> columns) {
    int count = 0;
    int characters = 0;
    for (Map.Entry<String, String> each : known.entrySet()) {
      String name = SampleColumn.ofOther(each.getKey());
      characters += name.length() + each.getValue().length();
      if (++count > MOST_OTHERS || characters > LONGEST_OTHERS) {
        return;
      }
      columns.putIfAbsent(name, each.getValue());
    }
  }
}
