package refinery.curation;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Shape;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jfree.chart.ChartFactory;
import org.jfree.chart.JFreeChart;
import org.jfree.chart.axis.NumberAxis;
import org.jfree.chart.plot.XYPlot;
import org.jfree.chart.renderer.xy.StandardXYBarPainter;
import org.jfree.chart.renderer.xy.XYBarRenderer;
import org.jfree.chart.renderer.xy.XYLineAndShapeRenderer;
import org.jfree.data.statistics.SimpleHistogramBin;
import org.jfree.data.statistics.SimpleHistogramDataset;
import org.jfree.data.xy.XYSeries;
import org.jfree.data.xy.XYSeriesCollection;
import org.jfree.svg.SVGGraphics2D;
import org.jfree.svg.SVGUnits;

/** Amalgkit's plots of a curation as SVG, without a screen. Equal curations give equal text. */
public final class CurationPlots {
  private static final int WIDTH = 600;
  private static final int HEIGHT = 480;
  private static final int BINS = 20;

  /** Colours that people with a weak sense of colours tell apart (Okabe and Ito). */
  private static final List<Color> COLOURS =
      List.of(
          new Color(0xe69f00),
          new Color(0x56b4e9),
          new Color(0x009e73),
          new Color(0xf0e442),
          new Color(0x0072b2),
          new Color(0xd55e00),
          new Color(0xcc79a7),
          new Color(0x999999));

  private static final List<Shape> SHAPES =
      List.of(
          new Ellipse2D.Double(-4, -4, 8, 8),
          new Rectangle2D.Double(-4, -4, 8, 8),
          new Ellipse2D.Double(-5, -3, 10, 6),
          new Rectangle2D.Double(-3, -5, 6, 10));

  private final Curation curation;

  public CurationPlots(Curation curation) {
    this.curation = curation;
    System.setProperty("java.awt.headless", "true");
  }

  /**
   * How each run agrees with its group, above how it agrees with the best other one: outliers, with
   * a black border, lie below the diagonal.
   */
  public String withinGroups() {
    return svg(withinGroupsChart());
  }

  JFreeChart withinGroupsChart() {
    Map<String, XYSeries> groups = new TreeMap<>();
    XYSeries flagged = new XYSeries(new Key(true, "flagged"));
    for (Judgement judgement : curation.judgements()) {
      if (!Double.isNaN(judgement.margin())) {
        groups
            .computeIfAbsent(judgement.run().group(), group -> new XYSeries(new Key(false, group)))
            .add(judgement.elsewhere(), judgement.within());
        if (judgement.isFlagged()) {
          flagged.add(judgement.elsewhere(), judgement.within());
        }
      }
    }
    XYSeriesCollection data = new XYSeriesCollection();
    data.addSeries(flagged);
    groups.values().forEach(data::addSeries);
    JFreeChart chart =
        ChartFactory.createScatterPlot(
            "Runs within their groups",
            "greatest correlation with another group's mean",
            "correlation with the mean of the others of the group",
            data);
    XYLineAndShapeRenderer renderer = new XYLineAndShapeRenderer(false, true);
    for (int series = 1; series < data.getSeriesCount(); series++) {
      renderer.setSeriesPaint(series, COLOURS.get((series - 1) % COLOURS.size()));
      renderer.setSeriesShape(series, SHAPES.get((series - 1) / COLOURS.size() % SHAPES.size()));
    }
    renderer.setSeriesPaint(0, Color.BLACK);
    renderer.setSeriesShape(0, new Ellipse2D.Double(-8, -8, 16, 16));
    renderer.setSeriesShapesFilled(0, false);
    renderer.setSeriesOutlineStroke(0, new BasicStroke(2));
    styled(chart).setRenderer(renderer);
    return chart;
  }

  /** What a series is found by: a group may have any name, and differ in what cannot be drawn. */
  private record Key(boolean flag, String name) implements Comparable<Key> {
    @Override
    public int compareTo(Key other) {
      return Comparator.comparing(Key::flag).thenComparing(Key::name).compare(this, other);
    }

    @Override
    public String toString() {
      return name.replaceAll("\\p{Cntrl}", " ");
    }
  }

  /** How many genes are how specific. */
  public String tau() {
    return svg(tauChart());
  }

  JFreeChart tauChart() {
    SimpleHistogramDataset data = new SimpleHistogramDataset("genes");
    data.setAdjustForBinSize(false);
    for (int bin = 0; bin < BINS; bin++) {
      data.addBin(
          new SimpleHistogramBin((double) bin / BINS, (bin + 1.0) / BINS, true, bin == BINS - 1));
    }
    int none = 0;
    for (Tau tau : curation.tau()) {
      if (Double.isNaN(tau.value())) {
        none++;
      } else {
        data.addObservation(Math.clamp(tau.value(), 0.0, 1.0));
      }
    }
    JFreeChart chart =
        ChartFactory.createHistogram(
            "Specificity of genes (%d of %d have no expression)"
                .formatted(none, curation.tau().size()),
            "tau",
            "genes",
            data);
    chart.removeLegend();
    XYBarRenderer renderer = (XYBarRenderer) styled(chart).getRenderer();
    renderer.setBarPainter(new StandardXYBarPainter());
    renderer.setShadowVisible(false);
    renderer.setSeriesPaint(0, Color.GRAY);
    renderer.setDrawBarOutline(true);
    return chart;
  }

  private static XYPlot styled(JFreeChart chart) {
    chart.setBackgroundPaint(Color.WHITE);
    chart.getTitle().setFont(new Font(Font.SANS_SERIF, Font.BOLD, 14));
    XYPlot plot = chart.getXYPlot();
    plot.setBackgroundPaint(Color.WHITE);
    plot.setDomainGridlinePaint(Color.LIGHT_GRAY);
    plot.setRangeGridlinePaint(Color.LIGHT_GRAY);
    ((NumberAxis) plot.getDomainAxis()).setAutoRangeIncludesZero(false);
    return plot;
  }

  private static String svg(JFreeChart chart) {
    SVGGraphics2D graphics = new SVGGraphics2D(WIDTH, HEIGHT, SVGUnits.PX);
    // By default it holds the time.
    graphics.setDefsKeyPrefix("curation");
    chart.draw(graphics, new Rectangle2D.Double(0, 0, WIDTH, HEIGHT));
    return graphics.getSVGElement() + "\n";
  }
}
