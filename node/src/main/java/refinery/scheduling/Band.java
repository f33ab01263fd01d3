package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;

/** All surveys with jobs of one priority, the least served first. */
final class Band {
  final int priority;
  final List<Group> groups = new ArrayList<>();

  /** In pass {@link #cursorPass}, groups before this index have nothing open. */
  private int cursor;

  private long cursorPass = -1;

  Band(int priority) {
    this.priority = priority;
  }

  void add(Group group) {
    groups.add(search(group), group);
  }

  /** Call before the survey's share or turn changes. */
  void remove(Group group) {
    int index = search(group);
    Checks.that(index < groups.size() && groups.get(index) == group, "group is in its band");
    groups.remove(index);
  }

  private int search(Group group) {
    int low = 0;
    int high = groups.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (groups.get(middle).survey.compareTo(group.survey) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The next lane in order among the open shapes, or null. Within a pass shapes only close and a
   * survey that was served only moves back, so a group that has nothing open is not looked at
   * again.
   */
  Lane next(long[] open, long pass) {
    if (cursorPass != pass) {
      cursorPass = pass;
      cursor = 0;
    }
    for (int i = cursor; i < groups.size(); i++) {
      Group group = groups.get(i);
      if (group.closedIn != pass) {
        Lane lane = group.next(open);
        if (lane != null) {
          return lane;
        }
        group.closedIn = pass;
      }
      cursor += i == cursor ? 1 : 0;
    }
    return null;
  }

  void sanityCheck() {
    for (int i = 1; i < groups.size(); i++) {
      Checks.that(
          groups.get(i - 1).survey.compareTo(groups.get(i).survey) < 0, "order of the groups");
    }
    groups.forEach(Group::sanityCheck);
  }
}
