package refinery.chaos.check;

import java.util.Optional;

/**
 * One attempt as the journal records it.
 *
 * @param outcome {@code succeeded}, a failure class, {@code deferred} or {@code cancelled}; empty
 *     until its end is recorded
 * @param charged true if the failure was charged to the job
 * @param digest of {@code result.txt}, if it succeeded
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
