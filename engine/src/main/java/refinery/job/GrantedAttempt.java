package refinery.job;

import java.time.Instant;
import refinery.protocol.NodeId;

/**
 * An attempt that was granted to a node.
 *
 * @param epoch of the scheduler that placed it
 * @param assignment number of the placement within the epoch
 */
record GrantedAttempt(int number, NodeId node, long epoch, long assignment, Instant startedAt) {

  /** An attempt that has ended, and how. */
  record Ended(GrantedAttempt attempt, AttemptEnd end) {}

  /** True when it was granted for exactly this placement. */
  boolean isOf(NodeId asking, long placedBy, long placement) {
    return node.equals(asking) && epoch == placedBy && assignment == placement;
  }

  Ended ended(AttemptEnd end) {
    return new Ended(this, end);
  }
}
