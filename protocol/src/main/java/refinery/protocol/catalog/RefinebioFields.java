package refinery.protocol.catalog;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * How refine.bio's tables name and write what is known of a sample. What it calls a sample is a
 * run, and an experiment the archives' study. Pure.
 */
public final class RefinebioFields {
  public static final String PREFIX = "refinebio_";

  /** Its fields in its order, without their prefix. */
  public static final List<String> NAMES =
      List.of(
          ("age cell_line compound developmental_stage disease disease_stage genetic_information"
                  + " organism platform processed processor_id processor_name processor_version"
                  + " race sex source_archive_url source_database specimen_part subject time title"
                  + " treatment")
              .split(" "));

  /** The fields that are a field of the harmonised form, by its name. */
  public static final Map<String, String> HARMONISED =
      Map.of(
          "age", "age",
          "cell_line", "cell_line",
          "developmental_stage", "developmental_stage",
          "disease", "disease",
          "sex", "sex",
          "specimen_part", "tissue",
          "treatment", "treatment");

  /** The fields that are an archive's words, by its keys, the best first. */
  private static final Map<String, List<String>> WORDS =
      Map.of(
          "compound", List.of("compound", "drug"),
          "disease_stage", List.of("disease_stage", "disease_staging"),
          "genetic_information", List.of("genetic_information", "genotype", "strain"),
          "race", List.of("race", "ethnicity", "ancestry"),
          "subject", List.of("subject", "subject_id", "individual", "patient", "donor"),
          "time", List.of("time", "time_point", "timepoint"),
          "title", List.of("geo_title", "sample_title", "experiment_title"));

  private static final List<String> STUDIES =
      List.of("geo_series", "biostudies_accession", "secondary_study_accession", "study_accession");

  /** What describes run, experiment and study, and is no characteristic of a sample. */
  private static final Set<String> OF_THE_ARCHIVE =
      Set.of(
          "experiment_accession",
          "sample_accession",
          "secondary_sample_accession",
          "study_accession",
          "secondary_study_accession",
          "submission_accession",
          "tax_id",
          "scientific_name",
          "instrument_platform",
          "instrument_model",
          "library_name",
          "library_layout",
          "library_strategy",
          "library_source",
          "library_selection",
          "nominal_length",
          "read_count",
          "base_count",
          "first_public",
          "last_updated",
          "study_title",
          "experiment_title",
          "sample_title",
          "sample_description",
          "run_alias",
          "sra_bytes",
          "submitted_format",
          "archive_notes",
          "reference_release",
          "source_name",
          "molecule",
          "pubmed_id",
          "geo_accession",
          "geo_title",
          "geo_series",
          "geo_series_title",
          "biostudies_accession",
          "sdrf_source_name");

  private RefinebioFields() {}

  /** A field that is neither harmonised nor made of what is known otherwise; empty if unknown. */
  public static String said(String field, Map<String, String> words) {
    if (field.equals("platform")) {
      String model = words.getOrDefault("instrument_model", "");
      return model.isBlank() ? "" : model + " (" + model.replace(" ", "") + ")";
    }
    return first(WORDS.getOrDefault(field, List.of()), words);
  }

  /** The accession of the study; empty if it is not known. */
  public static String study(Map<String, String> words) {
    return first(STUDIES, words);
  }

  private static String first(List<String> keys, Map<String, String> words) {
    return keys.stream()
        .map(key -> words.getOrDefault(key, ""))
        .filter(text -> !text.isBlank())
        .findFirst()
        .orElse("");
  }

  /** Its name of the archive that a source asks. */
  public static String database(String source) {
    return switch (source) {
      case "ena", "ncbi" -> "SRA";
      case "biostudies" -> "ARRAY_EXPRESS";
      default -> source.toUpperCase(Locale.ROOT);
    };
  }

  /** The column of an archive's key. SRA's experiment is not what refine.bio calls one. */
  public static String column(String source, String key) {
    if (key.equals("experiment_accession")) {
      return "sra_experiment_accession";
    }
    if (OF_THE_ARCHIVE.contains(key) || key.startsWith("ncbi_")) {
      return key;
    }
    return switch (source) {
      case "geo" -> "characteristics_ch1_" + key;
      case "biostudies" -> "characteristic_" + key;
      default -> key;
    };
  }
}
