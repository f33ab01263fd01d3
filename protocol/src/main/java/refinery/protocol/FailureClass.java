package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Why an attempt failed; the class decides what happens next (see docs/architecture.md). */
public enum FailureClass {
  /**
   * Connection reset, HTTP 429 or 5xx, timeout: retried a limited number of times, with back-off.
   */
  @JsonProperty("transient")
  TRANSIENT,
  /**
   * Size or digest differs, truncated gzip, HTML served as data: the file is discarded and fetched
   * from its next location.
   */
  @JsonProperty("corrupt")
  CORRUPT,
  /**
   * HTTP 404 or 410, no such accession: the next location is tried; when none is left, the job
   * fails.
   */
  @JsonProperty("absent")
  ABSENT,
  /**
   * The attempt needed more memory than was reserved: retried at once with twice as much, up to the
   * largest node.
   */
  @JsonProperty("out_of_memory")
  OUT_OF_MEMORY,
  /**
   * The attempt needed more disk than was reserved: retried after a back-off with twice as much, up
   * to the largest node.
   */
  @JsonProperty("out_of_disk")
  OUT_OF_DISK,
  /** A step made no progress (bytes, reads, log lines) for as long as its limit. */
  @JsonProperty("stalled")
  STALLED,
  /**
   * The node went down, drained or restarted: the job is queued again at once and the failure is
   * not counted, unless the node ended as the attempt began.
   */
  @JsonProperty("node_lost")
  NODE_LOST,
  /**
   * A tool failed on good input, the input is malformed, or a parameter is rejected: the job fails
   * at once.
   */
  @JsonProperty("permanent")
  PERMANENT;

  /** The class as the API, logs and the database spell it, e.g. {@code out_of_memory}. */
  public String word() {
    return name().toLowerCase(java.util.Locale.ROOT);
  }
}
