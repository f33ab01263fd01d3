package refinery.protocol.schedule;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** The state of a schedule as the API names it. */
public enum ScheduleState {
  ACTIVE,
  PAUSED,
  /** Only its history is left; its name may be given again. */
  DELETED;

  @JsonValue
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
