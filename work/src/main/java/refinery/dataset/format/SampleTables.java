package refinery.dataset.format;

import java.io.BufferedWriter;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import refinery.dataset.store.SampleEntry;

/** What tables of samples have in common. Line ends and tabs inside of values become blanks. */
public final class SampleTables {
  private SampleTables() {}

  /** A sample that was asked for and is not in the dataset. */
  public record Dropped(String sample, String reason) {}

  /** What every sample has, beside its accession. */
  static Map<String, Function<SampleEntry, String>> fields() {
    Map<String, Function<SampleEntry, String>> fields = new LinkedHashMap<>();
    fields.put("organism", SampleEntry::organism);
    fields.put("index_digest", SampleEntry::indexDigest);
    fields.put("tool", SampleEntry::tool);
    fields.put("tool_version", SampleEntry::toolVersion);
    fields.put("annotation", SampleEntry::annotation);
    return Collections.unmodifiableMap(fields);
  }

  static void line(BufferedWriter out, List<String> cells) throws IOException {
    for (int i = 0; i < cells.size(); i++) {
      out.write(i == 0 ? "" : "\t");
      out.write(cells.get(i).replaceAll("[\\t\\r\\n]+", " "));
    }
    out.write('\n');
  }
}
