package refinery.main;

import com.typesafe.config.Config;
import java.net.URI;
import java.util.Optional;
import refinery.configuration.ConfigurationException;

/**
 * Settings below {@code refinery.tracing}.
 *
 * @param endpoint of the collector, with {@code /v1/traces}; empty: nothing is traced
 * @param ratio the part of new traces that is kept, 0 to 1
 */
record TracingConfig(Optional<URI> endpoint, double ratio) {
  static TracingConfig from(Config whole) {
    Config config = whole.getConfig("refinery.tracing");
    double ratio = config.getDouble("ratio");
    if (!(ratio >= 0 && ratio <= 1)) {
      throw new ConfigurationException("refinery.tracing.ratio must be from 0 to 1");
    }
    return new TracingConfig(
        config.getBoolean("enabled")
            ? Optional.of(address(config.getString("endpoint")))
            : Optional.empty(),
        ratio);
  }

  private static URI address(String text) {
    try {
      URI address = URI.create(text);
      if (address.getHost() != null
          && ("http".equals(address.getScheme()) || "https".equals(address.getScheme()))) {
        return address;
      }
    } catch (IllegalArgumentException malformed) {
      // Said below.
    }
    throw new ConfigurationException(
        "refinery.tracing.endpoint must be an http or https address, not '" + text + "'");
  }
}
