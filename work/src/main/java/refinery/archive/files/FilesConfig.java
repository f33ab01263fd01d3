package refinery.archive.files;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import refinery.archive.AllowedHosts;
import refinery.archive.PublicBuckets;

/**
 * The settings below {@code refinery.archives.files}: where the users' own files may lie. By
 * default nothing is allowed.
 *
 * @param directories below which a table may name files
 * @param hosts that a table may name; archives may not redirect there
 * @param buckets how an object {@code s3://BUCKET/KEY} is fetched
 */
public record FilesConfig(
    AllowedDirectories directories, AllowedHosts hosts, PublicBuckets buckets) {
  private static final String DIRECTORIES = "refinery.archives.files.directories";
  private static final String HOSTS = "refinery.archives.files.hosts";

  /**
   * @param config the whole configuration
   * @throws ConfigException with the key in its message
   */
  public static FilesConfig from(Config config, PublicBuckets buckets) {
    List<Path> directories = new ArrayList<>();
    for (String text : config.getStringList(DIRECTORIES)) {
      directories.add(directory(text));
    }
    try {
      return new FilesConfig(
          new AllowedDirectories(directories),
          AllowedHosts.of(HOSTS, List.of(), config.getStringList(HOSTS)),
          buckets);
    } catch (IllegalArgumentException bad) {
      throw new ConfigException.Generic(HOSTS + " " + bad.getMessage(), bad);
    }
  }

  private static Path directory(String text) {
    try {
      Path path = Path.of(text);
      if (path.isAbsolute() && path.equals(path.normalize()) && path.getNameCount() > 0) {
        return path;
      }
    } catch (InvalidPathException none) {
      throw new ConfigException.BadValue(DIRECTORIES, "'" + text + "' is no path", none);
    }
    throw new ConfigException.BadValue(
        DIRECTORIES, "'" + text + "' must be an absolute path without '..', and not the root");
  }
}
