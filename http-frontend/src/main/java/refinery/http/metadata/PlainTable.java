package refinery.http.metadata;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import refinery.protocol.catalog.Harmonised;
import refinery.protocol.query.BatchView;

/**
 * What became of each batch, and each harmonised field beside the words and the rule that made it.
 *
 * @param fields of the harmonised form, in their order
 */
record PlainTable(List<String> fields) implements MetadataTable {
  private static final List<String> ABOUT = List.of("accession", "state", "decision", "reason");
  private static final List<String> PARTS = List.of("", "_unit", "_from", "_original", "_rule");

  PlainTable {
    fields = List.copyOf(fields);
  }

  @Override
  public List<String> columns() {
    return Stream.concat(
            ABOUT.stream(),
            fields.stream().flatMap(field -> PARTS.stream().map(part -> field + part)))
        .toList();
  }

  @Override
  public List<String> cells(BatchView batch, Map<String, Harmonised> harmonised) {
    List<String> cells = new ArrayList<>();
    cells.add(batch.key());
    cells.add(batch.state().word());
    cells.add(MetadataTable.decision(batch));
    cells.add(batch.reason().orElse(""));
    for (String field : fields) {
      Harmonised value = harmonised.get(field);
      cells.addAll(
          value == null
              ? List.of("", "", "", "", "")
              : List.of(
                  value.value(),
                  value.unit().orElse(""),
                  value.from(),
                  original(batch, value),
                  value.rule()));
    }
    return cells;
  }

  /** The archive's words; those of several keys stand in the order of {@code from}. */
  private static String original(BatchView batch, Harmonised value) {
    String whole = batch.keyValues().get(value.from());
    return whole != null
        ? whole
        : Stream.of(value.from().split(", "))
            .map(key -> batch.keyValues().getOrDefault(key, ""))
            .collect(Collectors.joining(", "));
  }

  @Override
  public boolean hasAttributes() {
    return false;
  }

  @Override
  public Map<String, String> attributes(BatchView batch) {
    return Map.of();
  }

  @Override
  public String escaped(String cell) {
    return Cells.backslashed(cell);
  }
}
