package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;

/**
 * One survey's lanes at one priority, sorted by their first jobs. Lanes of unplaceable shapes are
 * counted but not listed.
 */
final class Group {
  final Survey survey;
  final int priority;
  final List<Lane> lanes = new ArrayList<>();
  private final JobSlots slots;

  /** All lanes, listed or not. */
  int laneCount;

  /** In pass {@link #cursorPass}, lanes before this index are known to fit nowhere. */
  private int cursor;

  private long cursorPass = -1;

  Group(Survey survey, int priority, JobSlots slots) {
    this.survey = survey;
    this.priority = priority;
    this.slots = slots;
  }

  /** The first lane whose shape has not failed in this pass, or null. */
  Lane next(long pass) {
    if (cursorPass != pass) {
      cursorPass = pass;
      cursor = 0;
    }
    while (cursor < lanes.size()) {
      Lane lane = lanes.get(cursor);
      if (lane.shape.failedIn != pass) {
        return lane;
      }
      cursor++;
    }
    return null;
  }

  /** Call before the lane's first job changes, and {@link #list} after. */
  void unlist(Lane lane) {
    int index = search(lane);
    Checks.that(index < lanes.size() && lanes.get(index) == lane, "lane is listed");
    lanes.remove(index);
  }

  void list(Lane lane) {
    int index = search(lane);
    lanes.add(index, lane);
    if (index < cursor) {
      cursor = index;
    }
  }

  /** The index of the first lane that does not come before this one. */
  private int search(Lane lane) {
    int head = lane.head();
    int low = 0;
    int high = lanes.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (slots.compare(lanes.get(middle).head(), head) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  void sanityCheck() {
    for (int i = 1; i < lanes.size(); i++) {
      Checks.that(slots.compare(lanes.get(i - 1).head(), lanes.get(i).head()) < 0, "lane order");
    }
    for (Lane lane : lanes) {
      Checks.that(lane.size() > 0 && lane.group == this, "lane of group");
      Checks.that(lane.shape.witness != null, "listed lane is placeable");
    }
  }
}
