package refinery.http.metadata;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import refinery.protocol.catalog.Catalog;

/** The forms by their names in the API. */
public enum MetadataFormat {
  TSV,
  AMALGKIT,
  REFINEBIO;

  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }

  public static List<String> words() {
    return Arrays.stream(values()).map(MetadataFormat::word).toList();
  }

  public static Optional<MetadataFormat> of(String word) {
    return Arrays.stream(values()).filter(format -> format.word().equals(word)).findFirst();
  }

  public MetadataTable table(Catalog catalog) {
    return switch (this) {
      case TSV -> new PlainTable(catalog.harmonisedFields());
      case AMALGKIT -> new AmalgkitTable();
      case REFINEBIO -> new RefinebioTable();
    };
  }
}
