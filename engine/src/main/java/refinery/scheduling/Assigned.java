package refinery.scheduling;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.JobTicket;

/** A lease, with what is known of the agent that holds it. */
final class Assigned {
  final Key key;
  final Lease lease;
  Instant since;

  /** The attempt that the agent reported; 0 until the job has granted one. */
  int attempt;

  /** True once a report of the agent has listed it. */
  boolean confirmed;

  /** True once the job was told that this attempt is lost. */
  boolean toldLost;

  /** The job's newer announcement, if it came before this lease had ended. It is queued then. */
  Optional<JobTicket> next = Optional.empty();

  /** Names an assignment uniquely for ever: its number within the epoch of a scheduler. */
  record Key(long epoch, long assignment) {}

  Assigned(Key key, Lease lease, Instant since) {
    this.key = key;
    this.lease = lease;
    this.since = since;
  }

  /**
   * The cause of the loss when its node ends. No known attempt means that the node ended before the
   * next report, so within a heartbeat of the start.
   */
  LossCause endOfNode() {
    return attempt == 0 ? LossCause.NODE_ENDED_AT_START : LossCause.NODE_ENDED;
  }

  JobId job() {
    return lease.job();
  }

  NodeId node() {
    return lease.node();
  }
}
