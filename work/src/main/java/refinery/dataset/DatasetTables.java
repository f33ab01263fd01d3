package refinery.dataset;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import refinery.protocol.dataset.PlanLine;

/** The tables {@code samples.tsv} and {@code dropped.tsv} of a dataset. */
final class DatasetTables {
  private DatasetTables() {}

  /**
   * @param sizeFactors by sample; empty if counts are not normalised
   */
  static void write(PlannedDataset planned, Map<String, Double> sizeFactors, Path folder)
      throws IOException {
    Set<String> columns = new TreeSet<>();
    planned
        .samples()
        .values()
        .forEach(all -> all.forEach(each -> columns.addAll(each.columns().keySet())));
    try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("samples.tsv"))) {
      List<String> heads = new ArrayList<>(List.of("sample", "batch", "matrix", "quant_sha256"));
      if (!sizeFactors.isEmpty()) {
        heads.add("size_factor");
      }
      heads.addAll(columns);
      line(out, heads);
      for (List<PlanLine.Taken> samples : planned.samples().values()) {
        for (PlanLine.Taken each : samples) {
          List<String> cells =
              new ArrayList<>(
                  List.of(each.sample(), each.batch().value(), each.matrix(), each.sha256()));
          if (!sizeFactors.isEmpty()) {
            cells.add(String.valueOf(sizeFactors.get(each.sample())));
          }
          columns.forEach(column -> cells.add(each.columns().getOrDefault(column, "")));
          line(out, cells);
        }
      }
    }
    try (BufferedWriter out = Files.newBufferedWriter(folder.resolve("dropped.tsv"))) {
      line(out, List.of("sample", "batch", "reason"));
      for (PlanLine.Dropped each : planned.dropped()) {
        line(
            out,
            List.of(each.sample(), each.batch().map(id -> id.value()).orElse(""), each.reason()));
      }
    }
  }

  private static void line(BufferedWriter out, List<String> cells) throws IOException {
    List<String> plain = cells.stream().map(cell -> cell.replaceAll("\\p{Cntrl}", " ")).toList();
    out.write(String.join("\t", plain) + "\n");
  }
}
