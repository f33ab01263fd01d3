package refinery.storage;

import com.typesafe.config.Config;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import refinery.configuration.ConfigurationException;

/**
 * The settings below {@code refinery.storage.s3}. Credentials are not among them: they come from
 * the environment, a profile or a role, as for every AWS program.
 *
 * @param endpoint address of the service; empty: AWS
 * @param region empty: as the environment or the profile says
 * @param pathStyle true to name the bucket in the path instead of the host name
 * @param partSize bytes of a part of a multipart upload; smaller files go in one request
 * @param parallelParts parts of one file that are sent at once
 * @param readWindow largest number of bytes that a reader of a range asks for at once
 * @param maxTries of one request, the first included
 */
record S3Config(
    Optional<URI> endpoint,
    Optional<String> region,
    boolean pathStyle,
    long partSize,
    int parallelParts,
    int readWindow,
    int maxTries,
    int maxConnections,
    Duration connectTimeout,
    Duration stallTimeout) {
  static final String PREFIX = "refinery.storage.s3.";

  /** The limits of the S3 protocol, in bytes. */
  private static final long SMALLEST_PART = 5L << 20;

  private static final long LARGEST_PART = 5L << 30;

  /**
   * @param config the whole configuration
   */
  static S3Config from(Config config) {
    return new S3Config(
        text(config, "endpoint").map(S3Config::endpoint),
        text(config, "region"),
        config.getBoolean(PREFIX + "path-style"),
        between(config, "part-size", SMALLEST_PART, LARGEST_PART),
        (int) between(config, "parallel-parts", 1, 64),
        (int) between(config, "read-window", 64 << 10, 64 << 20),
        (int) between(config, "max-tries", 1, 20),
        (int) between(config, "max-connections", 1, 10_000),
        positive(config, "connect-timeout"),
        positive(config, "stall-timeout"));
  }

  private static Optional<String> text(Config config, String key) {
    return Optional.of(config.getString(PREFIX + key).strip()).filter(text -> !text.isEmpty());
  }

  private static URI endpoint(String text) {
    try {
      URI uri = new URI(text);
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw wrongEndpoint();
    }
    throw wrongEndpoint();
  }

  /** The message leaves out the value, which may hold a password. */
  private static ConfigurationException wrongEndpoint() {
    return new ConfigurationException(
        PREFIX + "endpoint must be http(s)://HOST[:PORT], without user and password");
  }

  private static long between(Config config, String key, long least, long most) {
    long value = config.getMemorySize(PREFIX + key).toBytes();
    if (value < least || value > most) {
      throw new ConfigurationException(
          PREFIX + key + " = " + value + " must lie between " + least + " and " + most);
    }
    return value;
  }

  private static Duration positive(Config config, String key) {
    Duration duration = config.getDuration(PREFIX + key);
    if (duration.isNegative() || duration.isZero()) {
      throw new ConfigurationException(PREFIX + key + " must be longer than 0");
    }
    return duration;
  }
}
