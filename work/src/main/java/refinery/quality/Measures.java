package refinery.quality;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What is known of one run. A measure that is not there is unknown, which is not zero.
 *
 * @param libraryExpected the library type that the quantifier was told or took, e.g. {@code ISR}
 * @param libraryObserved the one that the mapped reads show
 */
public record Measures(
    Map<Measure, Double> known,
    Optional<String> libraryExpected,
    Optional<String> libraryObserved) {
  public Measures {
    known.forEach(
        (measure, value) -> {
          if (!Double.isFinite(value) || value < 0) {
            throw new IllegalArgumentException(measure.word() + " is " + value);
          }
        });
    EnumMap<Measure, Double> sorted = new EnumMap<>(Measure.class);
    sorted.putAll(known);
    known = Collections.unmodifiableMap(sorted);
  }

  public OptionalDouble value(Measure measure) {
    Double value = known.get(measure);
    return value == null ? OptionalDouble.empty() : OptionalDouble.of(value);
  }

  /** Collects measures of a run. Used by one thread. */
  public static final class Builder {
    private final EnumMap<Measure, Double> known = new EnumMap<>(Measure.class);
    private Optional<String> expected = Optional.empty();
    private Optional<String> observed = Optional.empty();

    public Builder with(Measure measure, double value) {
      known.put(measure, value);
      return this;
    }

    /** {@code part} of {@code whole} in per cent; unknown when there is nothing to be a part of. */
    public Builder percent(Measure measure, double part, double whole) {
      return whole > 0 ? with(measure, 100 * part / whole) : this;
    }

    /** {@code reads} for each of so many genes; unknown when there are no genes. */
    public Builder perGene(Measure measure, double reads, long genes) {
      return genes > 0 ? with(measure, reads / genes) : this;
    }

    public Builder library(Optional<String> expectedType, Optional<String> observedType) {
      expected = expectedType;
      observed = observedType;
      return this;
    }

    public Measures build() {
      return new Measures(known, expected, observed);
    }
  }
}
