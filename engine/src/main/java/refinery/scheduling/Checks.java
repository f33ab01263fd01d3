package refinery.scheduling;

/** Assertions for {@code sanityCheck()}, with which tests validate every index anew. */
final class Checks {
  private Checks() {}

  static void that(boolean condition, String what) {
    if (!condition) {
      throw new IllegalStateException("inconsistent: " + what);
    }
  }
}
