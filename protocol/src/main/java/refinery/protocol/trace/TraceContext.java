package refinery.protocol.trace;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The place of a span in a trace, written as the {@code traceparent} of W3C Trace Context, version
 * 00: trace id, span id and flags. It is stored with what the span began, so that what follows
 * hangs together across nodes and restarts.
 */
public record TraceContext(@JsonValue String traceparent) {
  private static final Pattern FORM =
      Pattern.compile("00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}");

  /**
   * @throws IllegalArgumentException when it is malformed
   */
  @JsonCreator
  public TraceContext {
    if (!FORM.matcher(traceparent).matches()) {
      throw new IllegalArgumentException("not a traceparent of version 00");
    }
  }

  /** What a client sent; empty when it is malformed, which is no fault. */
  public static Optional<TraceContext> parse(String traceparent) {
    return FORM.matcher(traceparent).matches()
        ? Optional.of(new TraceContext(traceparent))
        : Optional.empty();
  }

  public String traceId() {
    return traceparent.substring(3, 35);
  }

  public String spanId() {
    return traceparent.substring(36, 52);
  }

  /** True when spans of this trace are kept. */
  public boolean isSampled() {
    return (Integer.parseInt(traceparent.substring(53), 16) & 1) == 1;
  }

  @Override
  public String toString() {
    return traceparent;
  }
}
