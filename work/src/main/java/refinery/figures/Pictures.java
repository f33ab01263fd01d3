package refinery.figures;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.jfree.chart.JFreeChart;
import org.jfree.svg.SVGGraphics2D;
import org.jfree.svg.SVGUnits;

/** Draws charts side by side, without a screen. Equal charts give equal bytes. */
final class Pictures {
  private static final int WIDTH = 600;
  private static final int HEIGHT = 600;

  /** Pixels of a PNG for each point of a chart. */
  private static final double SCALE = 2;

  private Pictures() {}

  static void png(List<JFreeChart> charts, OutputStream out) throws IOException {
    System.setProperty("java.awt.headless", "true");
    BufferedImage image =
        new BufferedImage(
            (int) (SCALE * WIDTH * charts.size()),
            (int) (SCALE * HEIGHT),
            BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = image.createGraphics();
    try {
      graphics.scale(SCALE, SCALE);
      draw(charts, graphics);
    } finally {
      graphics.dispose();
    }
    // Not by way of a file in the system's temporary directory.
    try (ImageOutputStream file = new MemoryCacheImageOutputStream(out)) {
      if (!ImageIO.write(image, "png", file)) {
        throw new IOException("this JVM writes no PNG");
      }
    }
  }

  static void svg(List<JFreeChart> charts, OutputStream out) throws IOException {
    System.setProperty("java.awt.headless", "true");
    SVGGraphics2D graphics = new SVGGraphics2D(WIDTH * charts.size(), HEIGHT, SVGUnits.PX);
    // By default it holds the time.
    graphics.setDefsKeyPrefix("figure");
    draw(charts, graphics);
    String text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + graphics.getSVGElement() + "\n";
    out.write(text.getBytes(StandardCharsets.UTF_8));
  }

  private static void draw(List<JFreeChart> charts, Graphics2D graphics) {
    graphics.setColor(Color.WHITE);
    graphics.fill(new Rectangle2D.Double(0, 0, WIDTH * charts.size(), HEIGHT));
    for (int index = 0; index < charts.size(); index++) {
      charts.get(index).draw(graphics, new Rectangle2D.Double(index * WIDTH, 0, WIDTH, HEIGHT));
    }
  }
}
