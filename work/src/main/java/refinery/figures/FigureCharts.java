package refinery.figures;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.geom.Rectangle2D;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.CategoryPlot;
import org.jfree.chart.plot.PlotOrientation;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.category.BoxAndWhiskerRenderer;
import org.jfree.chart.renderer.xy.StandardXYBarPainter;
import org.jfree.chart.renderer.xy.XYBarRenderer;
import org.jfree.chart.renderer.xy.XYDotRenderer;
import org.jfree.data.statistics.BoxAndWhiskerItem;
import org.jfree.data.statistics.DefaultBoxAndWhiskerCategoryDataset;
import org.jfree.data.statistics.SimpleHistogramBin;
import org.jfree.data.statistics.SimpleHistogramDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;

/** The figures as charts. A figure may be several charts side by side. */
final class FigureCharts {
  private static final Color BOX = new Color(0x4c78a8);
  private static final Color OTHER = new Color(0x999999);
  private static final Font TITLE = new Font(Font.SANS_SERIF, Font.BOLD, 14);
  private static final Font TEXT = new Font(Font.SANS_SERIF, Font.PLAIN, 11);
  private static final int BINS = 60;

  /** Points closer than this part of the axes are drawn once. */
  private static final int RASTER = 300;

  private final Summary summary;

  FigureCharts(Summary summary) {
    this.summary = summary;
  }

  List<JFreeChart> highest() {
    DefaultBoxAndWhiskerCategoryDataset data = new DefaultBoxAndWhiskerCategoryDataset();
    for (int place = 0; place < summary.highest().size(); place++) {
      int gene = summary.highest().get(place);
      Quantiles.Box box = summary.boxes().get(place);
      data.add(
          new BoxAndWhiskerItem(
              summary.meanPercent(gene),
              box.median(),
              box.first(),
              box.third(),
              box.low(),
              box.high(),
              box.least(),
              box.most(),
              List.of()),
          "percent",
          label(gene));
    }
    JFreeChart chart =
        ChartFactory.createBoxAndWhiskerChart(
            "Genes with the highest part of the counts", null, "% of total counts", data, false);
    CategoryPlot plot = chart.getCategoryPlot();
    plot.setOrientation(PlotOrientation.HORIZONTAL);
    plot.getDomainAxis().setTickLabelFont(TEXT);
    plot.getDomainAxis().setMaximumCategoryLabelWidthRatio(0.4f);
    axis((NumberAxis) plot.getRangeAxis());
    plot.setBackgroundPaint(Color.WHITE);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    BoxAndWhiskerRenderer renderer = (BoxAndWhiskerRenderer) plot.getRenderer();
    renderer.setSeriesPaint(0, BOX);
    renderer.setMeanVisible(false);
    renderer.setUseOutlinePaintForWhiskers(true);
    renderer.setMaximumBarWidth(0.05);
    chart.getTitle().setFont(TITLE);
    chart.setBackgroundPaint(Color.WHITE);
    return List.of(chart);
  }

  /** Names of genes may repeat, and then a chart would show one of them only. */
  private String label(int gene) {
    String name = summary.matrix().genes().name(gene).replaceAll("\\p{Cntrl}", " ");
    boolean twice =
        summary.highest().stream()
            .anyMatch(other -> other != gene && summary.matrix().genes().name(other).equals(name));
    return twice ? name + " (" + (gene + 1) + ")" : name;
  }

  List<JFreeChart> variable() {
    VariableGenes variable = summary.variable();
    return List.of(
        scatter("Dispersions of genes, normalised", variable.normalised()),
        scatter("Dispersions of genes, not normalised", variable.dispersions()));
  }

  private JFreeChart scatter(String title, double[] dispersions) {
    XYSeries selected = new XYSeries("highly variable genes (%d)".formatted(summary.selected()));
    XYSeries others = new XYSeries("other genes");
    points(selected, true, dispersions);
    points(others, false, dispersions);
    XYSeriesCollection data = new XYSeriesCollection();
    data.addSeries(selected);
    data.addSeries(others);
    JFreeChart chart =
        ChartFactory.createScatterPlot(title, "mean expression, ln(1 + mean)", "dispersion", data);
    XYPlot plot = styled(chart);
    // Dots are small in an SVG, in which thousands of shapes would be large.
    XYDotRenderer renderer = new XYDotRenderer();
    renderer.setDotWidth(3);
    renderer.setDotHeight(3);
    renderer.setLegendShape(new Rectangle2D.Double(-3, -3, 6, 6));
    renderer.setSeriesPaint(0, Color.BLACK);
    renderer.setSeriesPaint(1, OTHER);
    plot.setRenderer(renderer);
    chart.getLegend().setItemFont(TEXT);
    return chart;
  }

  private void points(XYSeries to, boolean wanted, double[] dispersions) {
    VariableGenes variable = summary.variable();
    Range means = Range.of(variable.means());
    Range heights = Range.of(dispersions);
    Set<Long> drawn = new HashSet<>();
    for (int gene = 0; gene < dispersions.length; gene++) {
      double mean = variable.means()[gene];
      double height = dispersions[gene];
      if (variable.selected()[gene] == wanted && !Double.isNaN(mean) && !Double.isNaN(height)) {
        long place = (long) means.raster(mean) * (RASTER + 1) + heights.raster(height);
        if (drawn.add(place)) {
          to.add(mean, height);
        }
      }
    }
  }

  private record Range(double low, double high) {
    static Range of(double[] values) {
      double low = Double.POSITIVE_INFINITY;
      double high = Double.NEGATIVE_INFINITY;
      for (double value : values) {
        low = value < low ? value : low;
        high = value > high ? value : high;
      }
      return new Range(low, high);
    }

    int raster(double value) {
      return high > low ? (int) ((value - low) / (high - low) * RASTER) : 0;
    }
  }

  List<JFreeChart> cells() {
    CellTotals cells = summary.cells();
    return List.of(
        histogram("Counts", "counts of a cell", cells::counts),
        histogram("Genes", "genes with counts of a cell", cells::genes),
        histogram(
            "Mitochondrial counts", "% of the counts of a cell", cells::mitochondrialPercent));
  }

  private JFreeChart histogram(String title, String axis, IntToDoubleFunction measure) {
    double[] values = new FigureData(summary, "").kept(measure);
    Range range = Range.of(values);
    double step = (range.high() > range.low() ? range.high() - range.low() : 1) / BINS;
    int[] counts = new int[BINS];
    for (double value : values) {
      counts[Math.min(BINS - 1, (int) ((value - range.low()) / step))]++;
    }
    SimpleHistogramDataset data = new SimpleHistogramDataset("cells");
    data.setAdjustForBinSize(false);
    for (int bin = 0; bin < BINS; bin++) {
      double from = range.low() + bin * step;
      SimpleHistogramBin shown =
          new SimpleHistogramBin(from, range.low() + (bin + 1) * step, true, false);
      shown.setItemCount(counts[bin]);
      data.addBin(shown);
    }
    JFreeChart chart =
        ChartFactory.createHistogram(
            title, axis, "cells", data, PlotOrientation.VERTICAL, false, false, false);
    XYPlot plot = styled(chart);
    XYBarRenderer renderer = new XYBarRenderer();
    renderer.setBarPainter(new StandardXYBarPainter());
    renderer.setShadowVisible(false);
    renderer.setSeriesPaint(0, BOX);
    plot.setRenderer(renderer);
    return chart;
  }

  private static XYPlot styled(JFreeChart chart) {
    XYPlot plot = chart.getXYPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    plot.setRangeGridlineStroke(new BasicStroke(0.5f));
    axis((NumberAxis) plot.getDomainAxis());
    axis((NumberAxis) plot.getRangeAxis());
    chart.getTitle().setFont(TITLE);
    chart.setBackgroundPaint(Color.WHITE);
    return plot;
  }

  private static void axis(NumberAxis axis) {
    axis.setTickLabelFont(TEXT);
    axis.setLabelFont(TEXT);
    axis.setAutoRangeIncludesZero(false);
    axis.setStandardTickUnits(NumberAxis.createStandardTickUnits(Locale.ENGLISH));
  }
}
