package refinery.chaos.check;

import java.util.Optional;

/**
 * One attempt as the journal tells it.
 *
 * @param outcome {@code succeeded}, a failure class, {@code deferred}, {@code cancelled}; empty
 *     while nothing says how it ended
 * @param digest of {@code result.txt}, where it succeeded
 */
record RecordedAttempt(
    int number, String node, String outcome, boolean charged, Optional<String> digest) {
  static RecordedAttempt begun(int number, String node) {
    return new RecordedAttempt(number, node, "", false, Optional.empty());
  }

  boolean isOver() {
    return !outcome.isEmpty();
  }
}
