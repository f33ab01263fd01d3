package refinery.http.forecast;

import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import refinery.protocol.query.SurveyPlan.Batches;
import refinery.protocol.query.SurveyPlan.Earlier;

/**
 * What the work on some batches takes. Each batch is taken for a mean one: an empty figure is one
 * that nothing earlier tells.
 *
 * @param bytes to download, as far as archives state sizes
 * @param cpuHours of process jobs
 */
public record Forecast(
    long bytes, OptionalDouble cpuHours, Disk disk, Elapsed elapsed, Optional<Money> money) {
  private static final double HOUR = 3600;

  /**
   * In bytes.
   *
   * @param total raw data and outputs together, as if no raw data were removed before the end
   * @param kept outputs, which stay
   * @param peak what process jobs reserve at one time, at most
   */
  public record Disk(OptionalLong total, OptionalLong kept, OptionalLong peak) {}

  /** Pure: the same always gives the same. */
  public static Forecast of(
      Batches batches, Earlier earlier, Optional<Cluster> cluster, Optional<Prices> prices) {
    boolean known = earlier.jobs() > 0 || batches.take() == 0;
    OptionalDouble cpuHours =
        known
            ? OptionalDouble.of(earlier.cpuSeconds() * batches.take() / HOUR)
            : OptionalDouble.empty();
    OptionalLong kept =
        known
            ? OptionalLong.of(Math.round(earlier.keptBytes() * batches.take()))
            : OptionalLong.empty();
    OptionalLong total =
        known ? OptionalLong.of(batches.bytes() + kept.getAsLong()) : OptionalLong.empty();
    OptionalLong peak =
        known && cluster.isPresent() ? peak(batches, earlier, cluster.get()) : OptionalLong.empty();
    return new Forecast(
        batches.bytes(),
        cpuHours,
        new Disk(total, kept, peak),
        Elapsed.of(batches, earlier, cluster),
        prices.map(each -> Money.of(each, cpuHours, batches.bytes(), kept)));
  }

  /** Empty if no such job fits anywhere. */
  private static OptionalLong peak(Batches batches, Earlier earlier, Cluster cluster) {
    long atOnce = (long) Math.min(batches.take(), cluster.slots(earlier.reserved()));
    return atOnce == 0 && batches.take() > 0
        ? OptionalLong.empty()
        : OptionalLong.of(atOnce * earlier.reserved().disk());
  }
}
