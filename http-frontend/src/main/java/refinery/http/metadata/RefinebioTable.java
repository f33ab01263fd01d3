package refinery.http.metadata;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.catalog.RefinebioFields;
import refinery.protocol.query.BatchView;

/**
 * The table of samples in a data set of refine.bio: its columns in its order, then all that the
 * archive says, word for word. What it calls a sample is a run. The processor's id and version,
 * which number rows of its database, are empty.
 */
record RefinebioTable() implements MetadataTable {
  @Override
  public List<String> columns() {
    List<String> columns = new ArrayList<>(List.of("refinebio_accession_code"));
    columns.add("experiment_accession");
    RefinebioFields.NAMES.forEach(field -> columns.add(RefinebioFields.PREFIX + field));
    return columns;
  }

  @Override
  public List<String> cells(BatchView batch, Map<String, Harmonised> harmonised) {
    List<String> cells =
        new ArrayList<>(List.of(batch.key(), RefinebioFields.study(batch.keyValues())));
    RefinebioFields.NAMES.forEach(field -> cells.add(cell(field, batch, harmonised)));
    return cells;
  }

  private static String cell(String field, BatchView batch, Map<String, Harmonised> harmonised) {
    boolean processed = batch.state() == BatchState.DONE;
    return switch (field) {
      case "organism" -> batch.organism().orElse("").toUpperCase(Locale.ROOT);
      case "processed" -> processed ? "True" : "False";
      case "processor_id", "processor_version" -> "";
      case "processor_name" -> processed ? batch.pipeline() : "";
      case "source_archive_url" ->
          batch.files().stream().flatMap(file -> file.locations().stream()).findFirst().orElse("");
      case "source_database" -> RefinebioFields.database(batch.source());
      default -> {
        String harmonisedField = RefinebioFields.HARMONISED.get(field);
        yield harmonisedField == null
            ? RefinebioFields.said(field, batch.keyValues())
            : MetadataTable.value(harmonised, harmonisedField);
      }
    };
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
              if (!column.startsWith(RefinebioFields.PREFIX) && !text.isBlank()) {
                attributes.put(column, text);
              }
            });
    return attributes;
  }

  private static String column(String source, String key) {
    return key.equals(AttributeColumns.OTHERS)
        ? "attribute_" + key
        : RefinebioFields.column(source, key);
  }

  @Override
  public String escaped(String cell) {
    return Cells.quoted(cell);
  }
}
