package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;

/** All surveys with jobs of one priority, the least served first. */
final class Band {
  final int priority;
  final List<Group> groups = new ArrayList<>();

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

  /** The next lane in order whose shape has not failed in this pass, or null. */
  Lane next(long pass) {
    for (int i = 0; i < groups.size(); i++) {
      Lane lane = groups.get(i).next(pass);
      if (lane != null) {
        return lane;
      }
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
