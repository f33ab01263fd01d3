package refinery.storage;

import com.typesafe.config.Config;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.configuration.ConfigurationException;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * The settings below {@code refinery.storage}.
 *
 * @param temporary place of raw data; empty: below the node's directory
 * @param permanent place of artifacts; empty: below the node's directory
 */
public record StorageConfig(
    Optional<Place> temporary, Optional<Place> permanent, S3Config s3, Sweep sweep) {
  private static final String PREFIX = "refinery.storage.";

  /** The place of a store. */
  sealed interface Place {

    /** A directory; in a cluster all nodes must share it. */
    record Directory(Path path) implements Place {}

    /** Part of a bucket of an object store. */
    record Bucket(S3Place place) implements Place {}
  }

  /**
   * When the sweeper runs, and how old things must be before it removes them; see {@code
   * conf/storage.conf}.
   *
   * @param unlistedAfter age of objects that no job lists
   * @param unwantedAfter age of raw data that no job wants
   * @param stagingAfter age of unfinished files
   */
  public record Sweep(
      Duration interval, Duration unlistedAfter, Duration unwantedAfter, Duration stagingAfter) {}

  /**
   * @param config the whole configuration
   */
  public static StorageConfig from(Config config) {
    return new StorageConfig(
        place(config, PREFIX + "temporary"),
        place(config, PREFIX + "permanent"),
        S3Config.from(config),
        new Sweep(
            positive(config, PREFIX + "sweep.interval"),
            positive(config, PREFIX + "sweep.unlisted-after"),
            positive(config, PREFIX + "sweep.unwanted-after"),
            positive(config, PREFIX + "sweep.staging-after")));
  }

  /**
   * Opens the stores of a node, and makes their directories if missing.
   *
   * @param dir the node's directory
   * @throws ConfigurationException names the key if a place cannot be used
   */
  public Storage open(Path dir) throws IOException {
    Place first = temporary(dir);
    Place second = permanent.orElse(new Place.Directory(dir.resolve("storage/permanent")));
    Optional<S3Client> client =
        Stream.of(first, second).anyMatch(Place.Bucket.class::isInstance)
            ? Optional.of(S3Clients.open(s3))
            : Optional.empty();
    Runnable closing = () -> client.ifPresent(S3Client::close);
    boolean opened = false;
    try {
      Storage storage =
          new Storage(
              open(PREFIX + "temporary", first, client),
              open(PREFIX + "permanent", second, client),
              closing);
      opened = true;
      return storage;
    } finally {
      if (!opened) {
        closing.run();
      }
    }
  }

  private Place temporary(Path dir) {
    return temporary.orElse(new Place.Directory(dir.resolve("storage/temporary")));
  }

  /**
   * Where raw data lies; empty when that is no directory.
   *
   * @param dir the node's directory
   */
  public Optional<Path> temporaryDirectory(Path dir) {
    return temporary(dir) instanceof Place.Directory(Path path)
        ? Optional.of(path)
        : Optional.empty();
  }

  private ObjectStore open(String key, Place place, Optional<S3Client> client) throws IOException {
    return switch (place) {
      case Place.Directory(Path path) -> directory(key, path);
      case Place.Bucket(S3Place bucket) -> {
        S3ObjectStore store = new S3ObjectStore(client.orElseThrow(), bucket, s3);
        store.check(key);
        yield store;
      }
    };
  }

  private static ObjectStore directory(String key, Path path) throws IOException {
    try {
      return LocalObjectStore.open(path);
    } catch (FileSystemException e) {
      throw new ConfigurationException(
          key + ": cannot be made or written below " + path + ": " + e.getMessage());
    }
  }

  private static Optional<Place> place(Config config, String key) {
    String text = config.hasPath(key) ? config.getString(key).strip() : "";
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (text.startsWith("s3://")) {
      return Optional.of(new Place.Bucket(S3Place.parse(key, text)));
    }
    try {
      URI uri = new URI(text);
      if (!"file".equals(uri.getScheme()) || uri.getPath() == null) {
        throw new ConfigurationException(
            key + " = \"" + text + "\": use file:///DIRECTORY or s3://BUCKET/PREFIX");
      }
      return Optional.of(new Place.Directory(Path.of(uri.getPath()).toAbsolutePath()));
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
