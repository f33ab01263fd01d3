package refinery.dataset.format;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import refinery.dataset.store.DatasetStore;
import refinery.dataset.store.SampleEntry;

/**
 * The tables beside the values: {@code samples.tsv} describes each column, {@code dropped.tsv} says
 * who is missing and why. Line ends and tabs inside of values become blanks.
 */
public final class SampleTables {
  private SampleTables() {}

  /** A sample that was asked for and is not in the dataset. */
  public record Dropped(String sample, String reason) {}

  /** The columns that every sample has, after its accession. */
  static Map<String, Function<SampleEntry, String>> fields() {
    Map<String, Function<SampleEntry, String>> fields = new LinkedHashMap<>();
    fields.put("organism", SampleEntry::organism);
    fields.put("index_digest", SampleEntry::indexDigest);
    fields.put("tool", SampleEntry::tool);
    fields.put("tool_version", SampleEntry::toolVersion);
    fields.put("annotation", SampleEntry::annotation);
    return Collections.unmodifiableMap(fields);
  }

  /** Reads the descriptions twice, a group at a time: once for the names of the columns. */
  public static void samples(DatasetStore store, Path file) throws IOException {
    Map<String, Function<SampleEntry, String>> columns = new LinkedHashMap<>();
    columns.put("sample", SampleEntry::accession);
    columns.putAll(fields());
    TreeSet<String> names = new TreeSet<>();
    for (int group = 0; group < store.groupCount(); group++) {
      store.entries(group).forEach(entry -> names.addAll(entry.attributes().keySet()));
    }
    for (String name : names) {
      columns.putIfAbsent(name, entry -> entry.attributes().getOrDefault(name, ""));
    }
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      line(out, List.copyOf(columns.keySet()));
      for (int group = 0; group < store.groupCount(); group++) {
        for (SampleEntry entry : store.entries(group)) {
          List<String> cells = new ArrayList<>();
          columns.values().forEach(column -> cells.add(column.apply(entry)));
          line(out, cells);
        }
      }
    }
  }

  /** Has its heading even if nobody was dropped. */
  public static void dropped(List<Dropped> dropped, Path file) throws IOException {
    try (BufferedWriter out = Files.newBufferedWriter(file, StandardCharsets.UTF_8)) {
      line(out, List.of("sample", "reason"));
      for (Dropped sample : dropped) {
        line(out, List.of(sample.sample(), sample.reason()));
      }
    }
  }

  static void line(BufferedWriter out, List<String> cells) throws IOException {
    for (int i = 0; i < cells.size(); i++) {
      out.write(i == 0 ? "" : "\t");
      out.write(cells.get(i).replaceAll("[\\t\\r\\n]+", " "));
    }
    out.write('\n');
  }
}
