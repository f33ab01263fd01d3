package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The identity of a schedule: {@code schedule-} and 1 to 100 characters of {@code [a-z0-9._-]}. */
public record ScheduleId(@JsonValue String value) implements Comparable<ScheduleId> {
  public static final String PREFIX = "schedule-";

  public ScheduleId {
    Ids.check(PREFIX, value);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static ScheduleId of(String value) {
    return new ScheduleId(value);
  }

  /** The schedule of this name: what follows the prefix. */
  public static ScheduleId named(String name) {
    return new ScheduleId(PREFIX + name);
  }

  public String name() {
    return value.substring(PREFIX.length());
  }

  @Override
  public int compareTo(ScheduleId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
