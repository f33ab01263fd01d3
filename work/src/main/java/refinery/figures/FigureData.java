package refinery.figures;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.Writer;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import refinery.protocol.Json;

/** The numbers of the figures as TSV and JSON. */
final class FigureData {
  private final Summary summary;
  private final Features genes;
  private final String species;

  FigureData(Summary summary, String species) {
    this.summary = summary;
    this.genes = summary.matrix().genes();
    this.species = species;
  }

  void highestTable(Writer out) throws IOException {
    out.write(
        "rank\tgene\tgene_id\tmean_percent_of_counts\tcells\tleast\tlower_whisker\tfirst_quartile"
            + "\tmedian\tthird_quartile\tupper_whisker\tmost\toutliers\n");
    for (int place = 0; place < summary.highest().size(); place++) {
      int gene = summary.highest().get(place);
      Quantiles.Box box = summary.boxes().get(place);
      row(
          out,
          place + 1,
          genes.name(gene),
          genes.ids().get(gene),
          summary.meanPercent(gene),
          summary.sums().cells(gene),
          box.least(),
          box.low(),
          box.first(),
          box.median(),
          box.third(),
          box.high(),
          box.most(),
          box.outliers());
    }
  }

  ObjectNode highest() {
    ObjectNode node = node("highest_expressed_genes");
    ArrayNode list = node.putArray("genes");
    for (int place = 0; place < summary.highest().size(); place++) {
      int gene = summary.highest().get(place);
      Quantiles.Box box = summary.boxes().get(place);
      ObjectNode entry = gene(list, place, gene);
      put(entry, "mean_percent_of_counts", summary.meanPercent(gene));
      ObjectNode plot = entry.putObject("percent_of_counts");
      put(plot, "least", box.least());
      put(plot, "lower_whisker", box.low());
      put(plot, "first_quartile", box.first());
      put(plot, "median", box.median());
      put(plot, "third_quartile", box.third());
      put(plot, "upper_whisker", box.high());
      put(plot, "most", box.most());
      plot.put("outliers", box.outliers());
    }
    return node;
  }

  void variableTable(Writer out) throws IOException {
    out.write("rank\tgene\tgene_id\tmean\tdispersion\tnormalised_dispersion\tcells\n");
    VariableGenes variable = summary.variable();
    for (int place = 0; place < summary.top().size(); place++) {
      int gene = summary.top().get(place);
      row(
          out,
          place + 1,
          genes.name(gene),
          genes.ids().get(gene),
          variable.means()[gene],
          variable.dispersions()[gene],
          variable.normalised()[gene],
          summary.sums().cells(gene));
    }
  }

  ObjectNode variable() {
    ObjectNode node = node("variable_genes");
    node.put("highly_variable_genes", summary.selected());
    VariableGenes variable = summary.variable();
    ArrayNode list = node.putArray("genes");
    for (int place = 0; place < summary.top().size(); place++) {
      int gene = summary.top().get(place);
      ObjectNode entry = gene(list, place, gene);
      put(entry, "mean", variable.means()[gene]);
      put(entry, "dispersion", variable.dispersions()[gene]);
      put(entry, "normalised_dispersion", variable.normalised()[gene]);
    }
    return node;
  }

  void cellTable(Writer out) throws IOException {
    out.write("cell\tcounts\tgenes\tmitochondrial_percent\tkept\n");
    CellTotals cells = summary.cells();
    for (int cell = 0; cell < cells.cells(); cell++) {
      row(
          out,
          summary.matrix().cells().get(cell),
          cells.counts(cell),
          cells.genes(cell),
          cells.mitochondrialPercent(cell),
          cells.isKept(cell) ? "yes" : "no");
    }
  }

  ObjectNode cells() {
    ObjectNode node = node("qc");
    CellTotals cells = summary.cells();
    ObjectNode mitochondrial = node.putObject("mitochondrial");
    if (species.isEmpty()) {
      mitochondrial.putNull("species");
    } else {
      mitochondrial.put("species", species);
    }
    mitochondrial.put("genes", summary.mitochondrial().cardinality());
    ObjectNode measures = node.putObject("kept_cells_have");
    spread(measures, "counts", cells::counts);
    spread(measures, "genes", cells::genes);
    spread(measures, "mitochondrial_percent", cells::mitochondrialPercent);
    return node;
  }

  private void spread(ObjectNode measures, String name, IntToDoubleFunction measure) {
    double[] sorted = kept(measure);
    Arrays.sort(sorted);
    ObjectNode node = measures.putObject(name);
    put(node, "least", sorted[0]);
    put(node, "first_quartile", quantile(sorted, 0.25));
    put(node, "median", quantile(sorted, 0.5));
    put(node, "third_quartile", quantile(sorted, 0.75));
    put(node, "most", sorted[sorted.length - 1]);
    put(node, "mean", Arrays.stream(sorted).sum() / sorted.length);
  }

  /** A measure of all kept cells. */
  double[] kept(IntToDoubleFunction measure) {
    CellTotals cells = summary.cells();
    return IntStream.range(0, cells.cells()).filter(cells::isKept).mapToDouble(measure).toArray();
  }

  private static double quantile(double[] sorted, double part) {
    double place = part * (sorted.length - 1);
    int below = (int) place;
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (sorted[above] - sorted[below]) * (place - below);
  }

  /** What every figure says of its matrix and of how it was made. */
  private ObjectNode node(String figure) {
    ObjectNode node = Json.MAPPER.createObjectNode();
    node.put("figure", figure);
    ObjectNode matrix = node.putObject("matrix");
    matrix.put("layout", summary.matrix().layout());
    matrix.put("genes", genes.size() - genes.other().cardinality());
    matrix.put("cells", summary.cells().cells());
    matrix.put("entries", summary.cells().entries());
    matrix.put("other_features", genes.other().cardinality());
    matrix.put("entries_of_other_features", summary.cells().left());
    node.put("kept_cells", summary.kept());
    Settings settings = summary.settings();
    ObjectNode made = node.putObject("settings");
    made.put("min_gene_count", settings.minGenes());
    made.put("min_mean", settings.minMean());
    made.put("max_mean", settings.maxMean());
    made.put("min_dispersion", settings.minDispersion());
    return node;
  }

  private ObjectNode gene(ArrayNode list, int place, int gene) {
    ObjectNode entry = list.addObject();
    entry.put("rank", place + 1);
    entry.put("gene", genes.name(gene));
    entry.put("gene_id", genes.ids().get(gene));
    entry.put("cells", summary.sums().cells(gene));
    return entry;
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isFinite(value)) {
      node.put(name, value);
    } else {
      node.putNull(name);
    }
  }

  private static void row(Writer out, Object... values) throws IOException {
    List<String> words = Arrays.stream(values).map(FigureData::word).toList();
    out.write(String.join("\t", words));
    out.write('\n');
  }

  /** A value in one cell of a table: names keep to their line and column. */
  private static String word(Object value) {
    if (value instanceof Double number) {
      if (!Double.isFinite(number)) {
        return "NA";
      }
      return number == Math.rint(number) && Math.abs(number) < 1e15
          ? String.format(Locale.ROOT, "%.0f", number)
          : number.toString();
    }
    return String.valueOf(value).replaceAll("\\p{Cntrl}", " ");
  }
}
