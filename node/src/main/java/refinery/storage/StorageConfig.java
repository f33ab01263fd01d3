package refinery.storage;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.storage}.
 *
 * @param temporary where raw data lies; empty: below the node's directory
 * @param permanent where artifacts lie; empty: below the node's directory
 */
public record StorageConfig(Optional<Path> temporary, Optional<Path> permanent, Sweep sweep) {
  private static final String PREFIX = "refinery.storage.";

  /** When what is not needed is removed; see {@code conf/storage.conf}. */
  public record Sweep(
      Duration interval, Duration unlistedAfter, Duration unwantedAfter, Duration stagingAfter) {}

  /**
   * @param config the whole configuration
   */
  public static StorageConfig from(Config config) {
    return new StorageConfig(
        place(config, PREFIX + "temporary"),
        place(config, PREFIX + "permanent"),
        new Sweep(
            positive(config, PREFIX + "sweep.interval"),
            positive(config, PREFIX + "sweep.unlisted-after"),
            positive(config, PREFIX + "sweep.unwanted-after"),
            positive(config, PREFIX + "sweep.staging-after")));
  }

  /** Opens (and makes, where needed) temporary storage of a node whose directory is {@code dir}. */
  public LocalObjectStore openTemporary(Path dir) throws IOException {
    return LocalObjectStore.open(temporary.orElse(dir.resolve("storage").resolve("temporary")));
  }

  /** Opens (and makes, where needed) permanent storage of a node whose directory is {@code dir}. */
  public LocalObjectStore openPermanent(Path dir) throws IOException {
    return LocalObjectStore.open(permanent.orElse(dir.resolve("storage").resolve("permanent")));
  }

  private static Optional<Path> place(Config config, String key) {
    String text = config.hasPath(key) ? config.getString(key).strip() : "";
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.startsWith("s3://")) {
      throw new ConfigurationException(
          key + " = \"" + text + "\": S3 storage is not built yet; use file:///DIRECTORY");
    }
    try {
      URI uri = new URI(text);
      if (!"file".equals(uri.getScheme()) || uri.getPath() == null) {
        throw new ConfigurationException(key + " = \"" + text + "\": use file:///DIRECTORY");
      }
      return Optional.of(Path.of(uri.getPath()).toAbsolutePath());
    } catch (URISyntaxException e) {
      throw new ConfigurationException(key + " = \"" + text + "\" is not a URI: " + e.getReason());
    }
  }

  private static Duration positive(Config config, String key) {
    Duration duration = config.getDuration(key);
    if (duration.isNegative() || duration.isZero()) {
      throw new ConfigurationException(key + " must be longer than 0");
    }
    return duration;
  }
}
