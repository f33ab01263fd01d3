package refinery.scheduling;

import java.util.ArrayList;
import java.util.List;

/** All surveys with jobs of one priority, the one with the smallest share first. */
final class Band {
  final int priority;
  final List<Group> groups = new ArrayList<>();

  /** In pass {@link #cursorPass}, the groups before this index have nothing left to place. */
  private int cursor;

  private long cursorPass = -1;

  Band(int priority) {
    this.priority = priority;
  }

  void add(Group group) {
    group.index = groups.size();
    groups.add(group);
    reposition(group);
  }

  void remove(Group group) {
    groups.remove(group.index);
    number(group.index);
  }

  private void number(int from) {
    for (int i = from; i < groups.size(); i++) {
      groups.get(i).index = i;
    }
  }

  /** Call after the survey's share or turn has changed. */
  void reposition(Group group) {
    int at = group.index;
    while (at > 0 && group.survey.compareTo(groups.get(at - 1).survey) < 0) {
      put(groups.get(at - 1), at--);
    }
    while (at + 1 < groups.size() && groups.get(at + 1).survey.compareTo(group.survey) < 0) {
      put(groups.get(at + 1), at++);
    }
    put(group, at);
  }

  private void put(Group group, int index) {
    groups.set(index, group);
    group.index = index;
  }

  /** Call after all shares have changed. */
  void sort() {
    groups.sort((left, right) -> left.survey.compareTo(right.survey));
    number(0);
  }

  /**
   * The next lane among the open shapes, or null. Within a pass shapes only close, and a survey
   * that was served only moves back. So a group that has nothing open is not looked at again in
   * this pass.
   *
   * @param open bits by {@link Shape#number}
   * @param pass its number
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
    for (int i = 0; i < groups.size(); i++) {
      Checks.that(groups.get(i).index == i, "index of a group");
    }
    for (int i = 1; i < groups.size(); i++) {
      Checks.that(
          groups.get(i - 1).survey.compareTo(groups.get(i).survey) < 0, "order of the groups");
    }
    groups.forEach(Group::sanityCheck);
  }
}
