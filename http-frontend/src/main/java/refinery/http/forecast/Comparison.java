package refinery.http.forecast;

import java.util.OptionalDouble;
import java.util.OptionalLong;
import refinery.protocol.query.SurveyPlan;

/**
 * A figure as it was forecast for the chosen batches, and as it came true. Empty: unknown.
 *
 * @param ratio actual over forecast, once all of these batches have ended
 */
public record Comparison(OptionalDouble forecast, OptionalDouble actual, OptionalDouble ratio) {
  private static final double HOUR = 3600;
  private static final double MILLIS = 1000;

  /** All figures that can be compared. */
  public record All(
      Comparison bytes,
      Comparison cpuHours,
      Comparison seconds,
      Comparison diskTotal,
      Comparison diskKept,
      Comparison diskPeak) {}

  /**
   * @param forecast for the chosen batches
   */
  public static All of(SurveyPlan plan, Forecast forecast) {
    SurveyPlan.Truth truth = plan.truth();
    boolean ended = plan.hasEnded();
    OptionalDouble seconds =
        truth.elapsed().isPresent()
            ? OptionalDouble.of(truth.elapsed().get().toMillis() / MILLIS)
            : OptionalDouble.empty();
    return new All(
        of(OptionalDouble.of(forecast.bytes()), known(truth.rawBytes()), ended),
        of(forecast.cpuHours(), known(truth.cpuSeconds() / HOUR), ended),
        of(forecast.elapsed().seconds(), seconds, ended),
        of(
            known(forecast.disk().total()),
            known((double) truth.rawBytes() + truth.keptBytes()),
            ended),
        of(known(forecast.disk().kept()), known(truth.keptBytes()), ended),
        of(known(forecast.disk().peak()), known(truth.peakDisk()), ended));
  }

  static Comparison of(OptionalDouble forecast, OptionalDouble actual, boolean ended) {
    boolean comparable =
        ended && forecast.isPresent() && actual.isPresent() && forecast.getAsDouble() > 0;
    return new Comparison(
        forecast,
        actual,
        comparable
            ? OptionalDouble.of(actual.getAsDouble() / forecast.getAsDouble())
            : OptionalDouble.empty());
  }

  private static OptionalDouble known(double value) {
    return OptionalDouble.of(value);
  }

  private static OptionalDouble known(OptionalLong value) {
    return value.isPresent() ? OptionalDouble.of(value.getAsLong()) : OptionalDouble.empty();
  }
}
