package refinery.chaos.check;

import java.util.Locale;

/** How a job of the workload must end, in spite of all faults. */
public enum Expectation {
  /** Succeeds on the first attempt that is not lost with its node. */
  SUCCEEDS,
  /** Exits with code 3, and is given up at once. */
  FAILS,
  /** Needs more memory than it asks for, and succeeds once that was raised. */
  HUNGRY,
  /**
   * Kills the node on which it begins, and is given up after three such deaths, whatever else kills
   * nodes.
   */
  POISON;

  boolean mustFail() {
    return this == FAILS || this == POISON;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
