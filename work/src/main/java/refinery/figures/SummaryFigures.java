package refinery.figures;

import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedOutputStream;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jfree.chart.JFreeChart;
import refinery.protocol.Json;

/** All figures of one matrix. */
public final class SummaryFigures {
  private static final ObjectWriter JSON =
      Json.MAPPER.writer().with(SerializationFeature.INDENT_OUTPUT);

  private final Summary summary;
  private final FigureData data;

  private SummaryFigures(Summary summary, String species) {
    this.summary = summary;
    this.data = new FigureData(summary, species);
  }

  /** Creates a file of the given name. */
  public interface Files {
    OutputStream create(String name) throws IOException;
  }

  /**
   * Reads a matrix, two or three times.
   *
   * @param species of its cells, as {@code homo_sapiens}; empty if it is not known
   */
  public static SummaryFigures of(
      Matrix matrix, Settings settings, MitochondrialGenes rules, String species)
      throws IOException, UnusableMatrix {
    MitochondrialGenes.Found found = rules.in(matrix.genes(), species);
    return new SummaryFigures(Summary.of(matrix, settings, found.genes()), found.species());
  }

  /** What was read, in a line for people. */
  public String words() {
    return "%s: %d genes, %d cells of which %d are kept, %d entries read %d times"
        .formatted(
            summary.matrix().layout(),
            summary.matrix().genes().size(),
            summary.cells().cells(),
            summary.kept(),
            summary.cells().entries(),
            summary.passes());
  }

  public long cells() {
    return summary.cells().cells();
  }

  public long keptCells() {
    return summary.kept();
  }

  public int variableGenes() {
    return summary.selected();
  }

  private interface Table {
    void write(Writer out) throws IOException;
  }

  public void write(Files files) throws IOException {
    FigureCharts charts = new FigureCharts(summary);
    one(files, "highest_expressed_genes", data::highestTable, data.highest(), charts.highest());
    one(files, "variable_genes", data::variableTable, data.variable(), charts.variable());
    one(files, "qc", data::cellTable, data.cells(), charts.cells());
  }

  private static void one(
      Files files, String name, Table table, ObjectNode json, List<JFreeChart> charts)
      throws IOException {
    try (Writer out =
        new BufferedWriter(
            new OutputStreamWriter(files.create(name + ".tsv"), StandardCharsets.UTF_8))) {
      table.write(out);
    }
    try (OutputStream out = files.create(name + ".json")) {
      out.write((JSON.writeValueAsString(json) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    try (OutputStream out = new BufferedOutputStream(files.create(name + ".png"))) {
      Pictures.png(charts, out);
    }
    try (OutputStream out = new BufferedOutputStream(files.create(name + ".svg"))) {
      Pictures.svg(charts, out);
    }
  }
}
