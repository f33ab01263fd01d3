package refinery.http.log;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Where some lines of a log begin. At most {@value #MOST} places are kept: when there are more,
 * every second one is dropped, so that looking for a line costs more the longer the log is, but
 * never much. Not thread-safe; {@link #copy} makes one for another thread.
 */
final class LineIndex {
  private static final int MOST = 4096;
  private static final int FIRST_STRIDE = 256;

  /**
   * The beginning of a line.
   *
   * @param line its number, from 1 on
   * @param step that was at work before it
   */
  record Place(long line, long offset, String step) {}

  private final List<Place> places = new ArrayList<>();
  private long stride = FIRST_STRIDE;
  private long lastLine = 1;
  private long lastOffset;
  private String lastStep = "";
  private OptionalLong count = OptionalLong.empty();

  LineIndex() {
    places.add(last());
  }

  LineIndex copy() {
    LineIndex copy = new LineIndex();
    copy.places.clear();
    copy.places.addAll(places);
    copy.stride = stride;
    copy.lastLine = lastLine;
    copy.lastOffset = lastOffset;
    copy.lastStep = lastStep;
    copy.count = count;
    return copy;
  }

  /**
   * Notes the beginning of a line. Those that are not behind the last known one add nothing. Makes
   * no object for most lines, as there may be millions.
   */
  void begins(long line, long offset, String step) {
    if (line <= lastLine) {
      return;
    }
    lastLine = line;
    lastOffset = offset;
    lastStep = step;
    if ((line - 1) % stride == 0) {
      places.add(last());
      if (places.size() > MOST) {
        stride *= 2;
        places.removeIf(each -> (each.line() - 1) % stride != 0);
      }
    }
  }

  /**
   * The log was read to the end of what there is.
   *
   * @param open true when its last line has no end
   */
  void endsHere(boolean open) {
    count = OptionalLong.of(lastLine - (open ? 0 : 1));
  }

  /** How many lines there were when it was last read to its end. */
  OptionalLong count() {
    return count;
  }

  /** The beginning of the last line that is known; what follows it may be empty. */
  Place last() {
    return new Place(lastLine, lastOffset, lastStep);
  }

  /** The nearest known place at or before a line. */
  Place before(long line) {
    if (line >= lastLine) {
      return last();
    }
    int low = 0;
    int high = places.size() - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (places.get(middle).line() <= line) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return places.get(low);
  }
}
