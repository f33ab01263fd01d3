package refinery.protocol.job;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The state of a job as the API names it. */
public enum JobState {
  QUEUED,
  RUNNING,
  /** Waits for the time of its next attempt. */
  WAITING,
  SUCCEEDED,
  FAILED,
  CANCELLED,
  /** In the queue, but no node of the cluster could hold it, even if it were empty. */
  UNPLACEABLE;

  public boolean isTerminal() {
    return this == SUCCEEDED || this == FAILED || this == CANCELLED;
  }

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
