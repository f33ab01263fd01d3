package refinery.readiness;

import com.typesafe.config.Config;
import java.time.Duration;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.readiness}.
 *
 * @param timeout for each thing that is looked at
 * @param leastFree bytes on the disk of the node's directory
 */
public record ReadinessConfig(Duration timeout, long leastFree) {
  /**
   * @param config the whole
   */
  public static ReadinessConfig from(Config config) {
    Duration timeout = config.getDuration("refinery.readiness.timeout");
    Duration whole = config.getDuration("akka.management.health-checks.check-timeout");
    if (timeout.isZero() || timeout.isNegative() || timeout.compareTo(whole) >= 0) {
      throw new ConfigurationException(
          "refinery.readiness.timeout must be more than 0 and less than"
              + " akka.management.health-checks.check-timeout ("
              + whole.toMillis()
              + " ms)");
    }
    return new ReadinessConfig(timeout, config.getBytes("refinery.readiness.least-free"));
  }
}
