package refinery.archive.ncbi;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The API key of {@code refinery.archives.ncbi.api-key} or {@code api-key-file}. With a key NCBI
 * allows ten requests a second, without one three.
 *
 * @param apiKey secret; never in a message or a log
 */
public record NcbiAccess(Optional<String> apiKey) {
  private static final String KEY = "refinery.archives.ncbi.api-key";
  private static final String FILE = KEY + "-file";

  /**
   * @param config the whole configuration
   * @throws ConfigException with the key in its message
   */
  public static NcbiAccess from(Config config) {
    String key = config.getString(KEY).strip();
    String file = config.getString(FILE).strip();
    if (!key.isEmpty() && !file.isEmpty()) {
      throw new ConfigException.BadValue(FILE, "set either this or " + KEY);
    }
    if (!file.isEmpty()) {
      return new NcbiAccess(Optional.of(checked(FILE, read(file))));
    }
    return new NcbiAccess(key.isEmpty() ? Optional.empty() : Optional.of(checked(KEY, key)));
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file)).strip();
    } catch (IOException | RuntimeException unreadable) {
      throw new ConfigException.BadValue(FILE, "cannot read " + file, unreadable);
    }
  }

  private static String checked(String key, String value) {
    if (!value.matches("[A-Za-z0-9]{8,80}")) {
      throw new ConfigException.BadValue(key, "is not a key of NCBI: letters and digits");
    }
    return value;
  }

  int requestsPerSecond() {
    return apiKey.isPresent() ? 10 : 3;
  }

  /** Leaves out the key. */
  @Override
  public String toString() {
    return "NcbiAccess[" + (apiKey.isPresent() ? "with" : "without") + " a key]";
  }
}
