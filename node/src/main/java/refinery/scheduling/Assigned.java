package refinery.scheduling;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.JobTicket;

/** A lease as the agent knows it. */
final class Assigned {
  final Key key;
  final Lease lease;
  Instant since;

  /** 0 until the job entity granted one and the agent said so. */
  int attempt;

  /** Some report of the agent listed it. */
  boolean confirmed;

  /** Its job has been told that this very attempt is lost. */
  boolean toldLost;

  /** The job announced itself anew while this lease was not over yet. */
  Optional<JobTicket> next = Optional.empty();

  /** Unique for ever: an assignment number within a scheduler's epoch. */
  record Key(long epoch, long assignment) {}

  Assigned(Key key, Lease lease, Instant since) {
    this.key = key;
    this.lease = lease;
    this.since = since;
  }

  /** What the end of its node says: by its next report the agent would have told of a start. */
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
