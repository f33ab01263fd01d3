package refinery.job;

import java.time.Instant;
import refinery.protocol.NodeId;

/**
 * An attempt that was granted to a node.
 *
 * @param epoch of the scheduler that placed it, with its {@code assignment}
 */
record Attempt(int number, NodeId node, long epoch, long assignment, Instant startedAt) {

  /** How it ended. */
  record Ended(Attempt attempt, AttemptEnd end) {}

  boolean isOf(NodeId asking, long placedBy, long placement) {
    return node.equals(asking) && epoch == placedBy && assignment == placement;
  }

  Ended ended(AttemptEnd end) {
    return new Ended(this, end);
  }
}
