package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why an attempt failed; the class decides what happens next (see docs/architecture.md). */
public enum FailureClass {
  /** Connection reset, 429, 5xx, timeout: retried with back-off, bounded. */
  @JsonProperty("transient")
  TRANSIENT,
  /** Size or digest differs, truncated gzip, HTML served as data: discarded, next location. */
  @JsonProperty("corrupt")
  CORRUPT,
  /** 404, 410, no such accession: next location; none left means failed. */
  @JsonProperty("absent")
  ABSENT,
  @JsonProperty("out_of_memory")
  OUT_OF_MEMORY,
  @JsonProperty("out_of_disk")
  OUT_OF_DISK,
  /** No progress (bytes, reads, log lines) for the step's limit. */
  @JsonProperty("stalled")
  STALLED,
  /** The node went down, drained or restarted: requeued at once, not charged. */
  @JsonProperty("node_lost")
  NODE_LOST,
  /** A tool's failure on good input, malformed input, a rejected parameter: failed at once. */
  @JsonProperty("permanent")
  PERMANENT;

  /** The word of the API, of logs and of SQL. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
