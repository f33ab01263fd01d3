package refinery.http.metadata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.query.BatchView;

/**
 * The table of samples in a data set of refine.bio: its columns in its order, then all that the
 * archive says, word for word. What it calls a sample is a run. The processor's id and version,
 * which number rows of its database, are empty.
 */
record RefinebioTable() implements MetadataTable {
  private static final String PREFIX = "refinebio_";

  private static final List<String> FIELDS =
      List.of(
          ("age cell_line compound developmental_stage disease disease_stage genetic_information"
                  + " organism platform processed processor_id processor_name processor_version"
                  + " race sex source_archive_url source_database specimen_part subject time title"
                  + " treatment")
              .split(" "));

  /** What describes run, experiment and study, and is no characteristic of a sample. */
  private static final Set<String> OF_THE_ARCHIVE =
      Set.of(
          ("experiment_accession sample_accession secondary_sample_accession study_accession"
                  + " secondary_study_accession submission_accession tax_id scientific_name"
                  + " instrument_platform instrument_model library_name library_layout"
                  + " library_strategy library_source library_selection nominal_length read_count"
                  + " base_count first_public last_updated study_title experiment_title sample_title"
                  + " sample_description run_alias sra_bytes submitted_format archive_notes"
                  + " reference_release source_name molecule pubmed_id geo_accession geo_title"
                  + " geo_series geo_series_title biostudies_accession sdrf_source_name")
              .split(" "));

  @Override
  public List<String> columns() {
    List<String> columns = new ArrayList<>(List.of("refinebio_accession_code"));
    columns.add("experiment_accession");
    FIELDS.forEach(field -> columns.add(PREFIX + field));
    return columns;
  }

  @Override
  public List<String> cells(BatchView batch, Map<String, Harmonised> harmonised) {
    List<String> cells = new ArrayList<>(List.of(batch.key(), experiment(batch)));
    FIELDS.forEach(field -> cells.add(cell(field, batch, harmonised)));
    return cells;
  }

  private static String cell(String field, BatchView batch, Map<String, Harmonised> harmonised) {
    boolean processed = batch.state() == BatchState.DONE;
    return switch (field) {
      case "compound" -> MetadataTable.said(batch, "compound", "drug");
      case "disease_stage" -> MetadataTable.said(batch, "disease_stage", "disease_staging");
      case "genetic_information" ->
          MetadataTable.said(batch, "genetic_information", "genotype", "strain");
      case "organism" -> batch.organism().orElse("").toUpperCase(Locale.ROOT);
      case "platform" -> platform(MetadataTable.said(batch, "instrument_model"));
      case "processed" -> processed ? "True" : "False";
      case "processor_id", "processor_version" -> "";
      case "processor_name" -> processed ? batch.pipeline() : "";
      case "race" -> MetadataTable.said(batch, "race", "ethnicity", "ancestry");
      case "source_archive_url" ->
          batch.files().stream().flatMap(file -> file.locations().stream()).findFirst().orElse("");
      case "source_database" -> database(batch.source());
      case "specimen_part" -> MetadataTable.value(harmonised, "tissue");
      case "subject" ->
          MetadataTable.said(batch, "subject", "subject_id", "individual", "patient", "donor");
      case "time" -> MetadataTable.said(batch, "time", "time_point", "timepoint");
      case "title" -> MetadataTable.said(batch, "geo_title", "sample_title", "experiment_title");
      default -> MetadataTable.value(harmonised, field);
    };
  }

  private static String platform(String model) {
    return model.isEmpty() ? "" : model + " (" + model.replace(" ", "") + ")";
  }

  private static String database(String source) {
    return switch (source) {
      case "ena", "ncbi" -> "SRA";
      case "biostudies" -> "ARRAY_EXPRESS";
      default -> source.toUpperCase(Locale.ROOT);
    };
  }

  private static String experiment(BatchView batch) {
    return MetadataTable.said(
        batch,
        "geo_series",
        "biostudies_accession",
        "secondary_study_accession",
        "study_accession");
  }

  @Override
  public boolean hasAttributes() {
    return true;
  }

  @Override
  public Map<String, String> attributes(BatchView batch) {
    Map<String, String> attributes = new LinkedHashMap<>();
    batch
        .keyValues()
        .forEach(
            (key, text) -> {
              String column = column(batch.source(), key);
              if (!column.startsWith(PREFIX) && !text.isBlank()) {
                attributes.put(column, text);
              }
            });
    return attributes;
  }

  /** SRA's experiment is not what refine.bio calls one. */
  private static String column(String source, String key) {
    if (key.equals("experiment_accession")) {
      return "sra_experiment_accession";
    }
    if (key.equals(AttributeColumns.OTHERS)) {
      return "attribute_" + key;
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

  @Override
  public String escaped(String cell) {
    return Cells.quoted(cell);
  }
}
