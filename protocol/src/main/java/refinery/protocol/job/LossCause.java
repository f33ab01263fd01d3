package refinery.protocol.job;

/** Why an attempt is lost: what it says of the job. */
public enum LossCause {
  /** Handed back, drained, cut off, or given to another node: nothing. */
  MOVED,

  /** Its node ended while it ran. */
  NODE_ENDED,

  /**
   * Its node ended within a heartbeat of its start, which jobs that end nodes do again and again.
   */
  NODE_ENDED_AT_START
}
