package refinery.scheduling;

/** Assertions of {@code sanityCheck()}: tests re-validate every index with them. */
final class Checks {
  private Checks() {}

  static void that(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException("inconsistent: " + what);
    }
  }
}
