package refinery.archive.files;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
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
  private static final Set<String> WEB = Set.of("http", "https", "ftp");
  private static final int LONGEST = 2000;
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

  /**
   * Why a path or address of a file may not be read, judged by its text; empty when it may.
   *
   * @param ending that paths must match
   * @param otherwise what to say of those that do not
   */
  public Optional<String> refusal(String address, Pattern ending, String otherwise) {
    if (address.chars().anyMatch(Character::isISOControl) || address.length() > LONGEST) {
      return Optional.of("is no path and no address");
    }
    if (!address.contains("://")) {
      return ending.matcher(address).matches()
          ? directories.refusal(address)
          : Optional.of(otherwise);
    }
    try {
      URI uri = new URI(address);
      if (PublicBuckets.isObject(uri)) {
        uri = buckets.address(uri);
      }
      String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
      if (!WEB.contains(scheme)) {
        return Optional.of("must be an absolute path, or an http, https, ftp or s3 address");
      }
      if (uri.getUserInfo() != null || uri.getFragment() != null) {
        return Optional.of("must be an address without user and '#'");
      }
      if (uri.getPath() == null || !ending.matcher(uri.getPath()).matches()) {
        return Optional.of(otherwise);
      }
      return hosts.refusalByName(uri);
    } catch (URISyntaxException | IllegalArgumentException malformed) {
      return Optional.of("is not an address");
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
