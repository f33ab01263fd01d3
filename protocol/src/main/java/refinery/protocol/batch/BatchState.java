package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The state of a batch as the API names it. */
public enum BatchState {
  /** The download job is not known to exist yet. */
  QUEUED,
  DOWNLOADING,
  /**
   * The raw data is there, or none is needed; the batch waits for outputs of others or for its
   * process job to exist.
   */
  DOWNLOADED,
  PROCESSING,
  DONE,
  FAILED,
  CANCELLED,
  /**
   * A survey plans with it, or did; nothing has begun, and nothing does until a survey wants it.
   */
  PLANNED;

  public boolean isTerminal() {
    return switch (this) {
      case DONE, FAILED, CANCELLED, PLANNED -> true;
      case QUEUED, DOWNLOADING, DOWNLOADED, PROCESSING -> false;
    };
  }

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
