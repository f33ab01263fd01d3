package refinery.protocol.job;

/** Why an attempt is lost, which says whether the job itself may be the cause. */
public enum LossCause {
  /**
   * The attempt was handed back, its node drained or was cut off, or the job went to another node.
   * Says nothing against the job.
   */
  MOVED,

  /** Its node ended while it ran, later than a heartbeat after its start. */
  NODE_ENDED,

  /**
   * Its node ended within one heartbeat of its start. When this happens again and again, the job is
   * what ends the nodes.
   */
  NODE_ENDED_AT_START
}
