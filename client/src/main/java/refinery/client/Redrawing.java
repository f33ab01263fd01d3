package refinery.client;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Shows a view again and again until q is pressed: in place on a terminal, one below the other
 * otherwise. In place each line is written over the old one, so that nothing flickers.
 */
public final class Redrawing {
  private static final Logger LOG = LoggerFactory.getLogger(Redrawing.class);
  private static final String HOME = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";

  private Redrawing() {}

  /** Returns when q is pressed; never where there are no keys. */
  public static void show(PrintWriter out, Duration every, Supplier<String> view) {
    boolean interactive = Terminal.isInteractive();
    CountDownLatch quit = new CountDownLatch(1);
    if (interactive) {
      Terminal.readKeysAtOnce();
      Thread.ofVirtual().start(() -> awaitQuit(quit));
      out.print(HOME + REST_OF_SCREEN);
    }
    do {
      String text = view.get();
      out.print(interactive ? inPlace(text, Terminal.height() - 1) : text + "\n");
      out.flush();
    } while (!Terminal.pause(quit, every));
  }

  /** Over what is there, cut to the terminal's height, since a taller view would scroll. */
  static String inPlace(String view, int height) {
    String[] lines = view.split("\n", -1);
    StringBuilder text = new StringBuilder(HOME);
    for (String line : Arrays.copyOf(lines, Math.min(lines.length, height))) {
      text.append(line).append(REST_OF_LINE).append("\r\n");
    }
    return text.append(REST_OF_SCREEN).toString();
  }

  private static void awaitQuit(CountDownLatch quit) {
    try {
      int key = System.in.read();
      while (key >= 0 && key != 'q') {
        key = System.in.read();
      }
      if (key == 'q') {
        quit.countDown();
      }
    } catch (IOException e) {
      LOG.debug("no keys can be read: {}", e.getMessage());
    }
  }
}
