package refinery.protocol.batch;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The state of a batch as the API names it. */
public enum BatchState {
  QUEUED,
  DOWNLOADING,
  DOWNLOADED,
  PROCESSING,
  DONE,
  FAILED,
  CANCELLED;

  public boolean isTerminal() {
    return this == DONE || this == FAILED || this == CANCELLED;
  }

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
