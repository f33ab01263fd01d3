package refinery.chaos.check;

import java.util.Locale;

/** How a job of the workload must end, whatever happens around it. */
public enum Expectation {
  /** On the first attempt that is not lost with its node. */
  SUCCEEDS,
  /** With exit code 3 on good input: given up at once. */
  FAILS,
  /** Needs more memory than it asks for: succeeds when that was raised. */
  HUNGRY,
  /** Kills the node on which it begins: given up after three, whatever else kills nodes. */
  POISON;

  boolean mustFail() {
    return this == FAILS || this == POISON;
  }

  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
