package refinery.quality;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The bounds of one measure, in its unit. A value at a bound is within it.
 *
 * @param above true when large values are bad, false when small ones are
 */
record Threshold(Measure measure, boolean above, OptionalDouble fail, OptionalDouble warn) {

  /** Empty when the value is within the bounds. */
  Optional<Reason> reason(double value) {
    if (isBeyond(value, fail)) {
      return Optional.of(reason(Verdict.FAIL, value, fail.getAsDouble()));
    }
    return isBeyond(value, warn)
        ? Optional.of(reason(Verdict.WARN, value, warn.getAsDouble()))
        : Optional.empty();
  }

  private boolean isBeyond(double value, OptionalDouble bound) {
    return bound.isPresent() && (above ? value > bound.getAsDouble() : value < bound.getAsDouble());
  }

  private Reason reason(Verdict level, double value, double bound) {
    String threshold = (above ? "above " : "below ") + measure.show(bound);
    return new Reason(
        level,
        measure.word(),
        value,
        measure.unit(),
        threshold,
        "%s: %s is %s, %s".formatted(level.word(), measure.word(), measure.show(value), threshold));
  }
}
