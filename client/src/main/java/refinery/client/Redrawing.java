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
 * otherwise. In place each line is written over the old one, so that nothing flickers; the cursor
 * is hidden until this process ends, however it does so.
 */
public final class Redrawing {
  private static final Logger LOG = LoggerFactory.getLogger(Redrawing.class);
  private static final String HOME = "\u001b[H";
  private static final String REST_OF_LINE = "\u001b[K";
  private static final String REST_OF_SCREEN = "\u001b[J";
  private static final String HIDE_CURSOR = "\u001b[?25l";
  private static final String SHOW_CURSOR = "\u001b[?25h";
  private static final char ESCAPE = '\u001b';

  private Redrawing() {}

  /** Returns when q is pressed, or nobody reads {@code out} any more. */
  public static void show(PrintWriter out, Duration every, Supplier<String> view) {
    boolean interactive = Terminal.isInteractive();
    CountDownLatch quit = new CountDownLatch(1);
    if (interactive) {
      Terminal.readKeysAtOnce();
      Thread.ofVirtual().start(() -> awaitQuit(quit));
      Runtime.getRuntime().addShutdownHook(new Thread(() -> showCursor(out), "cursor-shown"));
      out.print(HIDE_CURSOR + HOME + REST_OF_SCREEN);
    }
    do {
      String text = view.get();
      out.print(interactive ? inPlace(text, Terminal.height() - 1, Terminal.width()) : text + "\n");
      out.flush();
    } while (!out.checkError() && !Terminal.pause(quit, every));
  }

  private static void showCursor(PrintWriter out) {
    out.print(SHOW_CURSOR);
    out.flush();
  }

  /**
   * Over what is there, cut to the terminal's height and width: what is taller would scroll, and a
   * line that goes on below is not written over by the next view.
   */
  static String inPlace(String view, int height, int width) {
    String[] lines = view.split("\n", -1);
    StringBuilder text = new StringBuilder(HOME);
    for (String line : Arrays.copyOf(lines, Math.min(lines.length, height))) {
      text.append(cut(line, width)).append("\r\n");
    }
    return text.append(REST_OF_SCREEN).toString();
  }

  /**
   * At most so many columns of a line, and all that colours it; what stood behind it goes. At the
   * last column nothing stands behind, and the last character would go.
   */
  private static String cut(String line, int width) {
    StringBuilder cut = new StringBuilder();
    int shown = 0;
    boolean colours = false;
    for (int next : line.codePoints().toArray()) {
      boolean begins = next == ESCAPE;
      boolean takesNoRoom = begins || colours;
      shown += takesNoRoom ? 0 : Columns.of(next);
      if (takesNoRoom || shown <= width) {
        cut.appendCodePoint(next);
      }
      colours = begins || (colours && next != 'm');
    }
    return shown < width ? cut + REST_OF_LINE : cut.toString();
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
