package refinery.survey;

import java.util.ArrayList;
import java.util.List;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Standing;

/**
 * Shares one object among equal standings, since most batches of a survey have equal ones and each
 * would take 32 bytes of its own. Immutable. A standing with an uncommonly high revision is
 * returned as it is.
 */
final class SharedStandings {
  /**
   * Standings with smaller revisions are shared. A revision grows by one with every end and every
   * retry.
   */
  private static final int REVISIONS = 16;

  private static final BatchState[] STATES = BatchState.values();
  private static final List<Standing> COMMON = common();

  private SharedStandings() {}

  /** A standing that is equal to this one. */
  static Standing shared(Standing standing) {
    if (standing.revision() < 0 || standing.revision() >= REVISIONS) {
      return standing;
    }
    return COMMON.get(
        index((int) standing.revision(), standing.state().ordinal(), standing.skipped()));
  }

  private static int index(int revision, int state, boolean skipped) {
    return (revision * STATES.length + state) * 2 + (skipped ? 1 : 0);
  }

  private static List<Standing> common() {
    List<Standing> all = new ArrayList<>(REVISIONS * STATES.length * 2);
    for (int revision = 0; revision < REVISIONS; revision++) {
      for (BatchState state : STATES) {
        all.add(new Standing(revision, state, false));
        all.add(new Standing(revision, state, true));
      }
    }
    return List.copyOf(all);
  }
}
