package refinery.chaos.check;

import java.util.Optional;

/**
 * One attempt as the journal tells it.
 *
 * @param outcome {@code succeeded}, a failure class, {@code deferred}, {@code cancelled}; empty
 *     while nothing says how it ended
 * @param digest of {@code result.txt}, where it succeeded
 */
record Attempt(int number, String node, String outcome, boolean charged, Optional<String> digest) {
  static Attempt begun(int number, String node) {
    return new Attempt(number, node, "", false, Optional.empty());
  }

  boolean isOver() {
    return !outcome.isEmpty();
  }
}
