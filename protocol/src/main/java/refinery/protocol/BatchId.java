package refinery.protocol;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;

/** The identity of a batch: {@code batch-} and 1 to 100 characters of {@code [a-z0-9._-]}. */
public record BatchId(@JsonValue String value) implements Comparable<BatchId> {
  public static final String PREFIX = "batch-";

  public BatchId {
    Ids.check(PREFIX, value);
  }

  @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
  public static BatchId of(String value) {
    return new BatchId(value);
  }

  @Override
  public int compareTo(BatchId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
