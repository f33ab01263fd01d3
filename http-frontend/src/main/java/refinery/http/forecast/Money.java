package refinery.http.forecast;

import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * What work costs. Empty: it has no price, or how much of it there is cannot be told.
 *
 * @param cpu of process jobs
 * @param download of the bytes that archives state
 * @param once all that is paid once; empty while a part that has a price cannot be told
 * @param storagePerMonth of the outputs, for each month that they are kept
 */
public record Money(
    String currency,
    OptionalDouble cpu,
    OptionalDouble download,
    OptionalDouble once,
    OptionalDouble storagePerMonth) {
  private static final double GB = 1e9;

  /** What so much work costs by these prices. */
  public static Money of(
      Prices prices, OptionalDouble cpuHours, long bytes, OptionalLong keptBytes) {
    OptionalDouble cpu = times(prices.cpuHour(), cpuHours, 1);
    OptionalDouble download = times(prices.gbDownloaded(), OptionalDouble.of(bytes), GB);
    boolean untold = prices.cpuHour().isPresent() && cpu.isEmpty();
    boolean free = prices.cpuHour().isEmpty() && prices.gbDownloaded().isEmpty();
    return new Money(
        prices.currency(),
        cpu,
        download,
        untold || free
            ? OptionalDouble.empty()
            : OptionalDouble.of(cpu.orElse(0) + download.orElse(0)),
        times(
            prices.gbMonth(),
            keptBytes.isPresent()
                ? OptionalDouble.of(keptBytes.getAsLong())
                : OptionalDouble.empty(),
            GB));
  }

  private static OptionalDouble times(OptionalDouble price, OptionalDouble amount, double unit) {
    return price.isPresent() && amount.isPresent()
        ? OptionalDouble.of(price.getAsDouble() * amount.getAsDouble() / unit)
        : OptionalDouble.empty();
  }
}
