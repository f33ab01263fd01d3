package refinery.quality;

import java.util.Arrays;
import java.util.Locale;

/**
 * How the values of one measure are distributed over the runs: bins, and exact quartiles. Keeps
 * four bytes for each run. Used by one thread.
 */
final class Distribution {
  private static final int BINS = 20;
  private static final int WIDTH = 320;
  private static final int HEIGHT = 90;
  private static final int BAR = WIDTH / BINS;

  private final Measure measure;
  private final long[] bins = new long[BINS];
  private float[] values = new float[64];
  private int count;

  Distribution(Measure measure) {
    this.measure = measure;
  }

  void add(double value) {
    if (count == values.length) {
      values = Arrays.copyOf(values, 2 * count);
    }
    values[count++] = (float) value;
    bins[bin(value)]++;
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** Per cents are binned by five; counts by half powers of ten, the last bin without an end. */
  private int bin(double value) {
    double place =
        measure.unit().equals("percent") ? value / 5 : value < 1 ? 0 : 2 * Math.log10(value);
    return (int) Math.clamp(Math.floor(place), 0, BINS - 1);
  }

  private String bound(int bin) {
    return measure.unit().equals("percent")
        ? Integer.toString(5 * bin)
        : bin == 0 ? "0" : Measure.number(Math.rint(Math.pow(10, bin / 2.0)));
  }

  /** A figure with its words, so that it can be read without seeing. */
  String figure() {
    Arrays.sort(values, 0, count);
    String quartiles =
        "%d runs; least %s, quarter %s, half %s, three quarters %s, most %s"
            .formatted(count, at(0), at(0.25), at(0.5), at(0.75), at(1));
    StringBuilder svg = new StringBuilder();
    svg.append("<figure><figcaption><b>").append(Markup.text(measure.word())).append("</b> ");
    svg.append(Markup.text(measure.description())).append(", ");
    svg.append(Markup.text(measure.unit())).append("</figcaption>\n");
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">",
            WIDTH,
            HEIGHT + 18,
            Markup.text(quartiles)));
    for (int bin = 0; bin < BINS; bin++) {
      svg.append(bar(bin));
    }
    svg.append("</svg>\n<p class=\"note\">")
        .append(Markup.text(quartiles))
        .append("</p></figure>\n");
    return svg.toString();
  }

  private String bar(int bin) {
    long most = Arrays.stream(bins).max().orElse(1);
    long height = bins[bin] == 0 ? 0 : Math.max(1, HEIGHT * bins[bin] / most);
    String from = bound(bin);
    String bar =
        "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"><title>from %s: %d runs</title></rect>"
            .formatted(bin * BAR + 1, HEIGHT - height, BAR - 2, height, from, bins[bin]);
    return bin % 4 == 0
        ? bar + "<text x=\"%d\" y=\"%d\">%s</text>".formatted(bin * BAR, HEIGHT + 14, from)
        : bar;
  }

  private String at(double part) {
    return Measure.number(values[(int) Math.round(part * (count - 1))]);
  }
}
