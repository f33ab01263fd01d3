package refinery.client;

import java.util.PrimitiveIterator;
import org.jline.utils.WCWidth;

/** How many columns of a terminal text takes: characters of East Asia and pictures take two. */
final class Columns {
  private Columns() {}

  static int of(String text) {
    return text.codePoints().map(Columns::of).sum();
  }

  /** 0 of what is drawn upon the character before it, and of what is not drawn. */
  static int of(int codePoint) {
    return Math.max(0, WCWidth.wcwidth(codePoint));
  }

  /** The longest beginning in at most so many columns; no character is cut in two. */
  static String first(String text, int columns) {
    int left = columns;
    int end = 0;
    PrimitiveIterator.OfInt codePoints = text.codePoints().iterator();
    while (codePoints.hasNext()) {
      int next = codePoints.nextInt();
      left -= of(next);
      if (left < 0) {
        return text.substring(0, end);
      }
      end += Character.charCount(next);
    }
    return text;
  }
}
