package refinery.http.metadata;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.batch.BatchState;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.query.BatchView;

/**
 * One form of the table, a line for each batch. Pure. No form changes a cell because of its first
 * character: one that begins with {@code =}, {@code +}, {@code -} or {@code @} is text, whatever a
 * spreadsheet makes of it.
 */
public sealed interface MetadataTable permits PlainTable, AmalgkitTable, RefinebioTable {
  /** The columns that the table always has, in their order. */
  List<String> columns();

  /** Values of {@link #columns()}, one for each. */
  List<String> cells(BatchView batch, Map<String, Harmonised> harmonised);

  /** True if attributes have columns of their own behind the others. */
  boolean hasAttributes();

  /** What the batch says beside the columns, by the name of its own column. */
  Map<String, String> attributes(BatchView batch);

  /** The cell as the form's readers expect it; without the characters that would end it. */
  String escaped(String cell);

  /** {@code skip} for what is recorded and not processed. */
  static String decision(BatchView batch) {
    return isSkipped(batch) ? "skip" : "take";
  }

  static boolean isSkipped(BatchView batch) {
    return batch.state() == BatchState.CANCELLED;
  }

  /** The value of a harmonised field; empty if nothing is known. */
  static String value(Map<String, Harmonised> harmonised, String field) {
    return Optional.ofNullable(harmonised.get(field)).map(Harmonised::value).orElse("");
  }

  /** The first of these keys that the archive states, in its words; empty if it states none. */
  static String said(BatchView batch, String... keys) {
    for (String key : keys) {
      String text = batch.keyValues().getOrDefault(key, "");
      if (!text.isBlank()) {
        return text;
      }
    }
    return "";
  }
}
