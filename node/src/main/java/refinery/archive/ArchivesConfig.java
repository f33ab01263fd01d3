package refinery.archive;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Locale;

/**
 * {@code refinery.archives}: where the archives are and how surveys talk to them. Addresses carry
 * no trailing slash.
 */
public record ArchivesConfig(
    String enaPortal,
    String enaFiles,
    String ncbiSra,
    String ncbiEutils,
    String ensemblRest,
    String ensemblFiles,
    String ensemblGenomesFiles,
    Http http,
    Duration cacheTimeToLive) {
  private static final String ROOT = "refinery.archives.";

  /**
   * @param answerTimeout until the first byte of an answer
   * @param stallTimeout without a byte in the middle of one
   * @param maxTries of one request, the first included
   * @param requestsPerSecond to one host
   * @param maxAnswer bytes
   */
  public record Http(
      Duration connectTimeout,
      Duration answerTimeout,
      Duration stallTimeout,
      int maxTries,
      Duration minBackoff,
      Duration maxBackoff,
      int requestsPerSecond,
      long maxAnswer) {}

  /**
   * @param config the whole configuration, with {@code refinery.archives} in it
   * @throws ConfigException with the key in its message
   */
  public static ArchivesConfig from(Config config) {
    return new ArchivesConfig(
        address(config, "ena.portal"),
        address(config, "ena.files"),
        address(config, "ncbi.sra"),
        address(config, "ncbi.eutils"),
        address(config, "ensembl.rest"),
        address(config, "ensembl.files"),
        address(config, "ensemblgenomes.files"),
        new Http(
            positive(config, "http.connect-timeout"),
            positive(config, "http.answer-timeout"),
            positive(config, "http.stall-timeout"),
            atLeastOne(config, "http.max-tries"),
            positive(config, "http.min-backoff"),
            positive(config, "http.max-backoff"),
            atLeastOne(config, "http.requests-per-second"),
            bytes(config, "http.max-answer")),
        positive(config, "cache.time-to-live"));
  }

  private static String address(Config config, String key) {
    String text = config.getString(ROOT + key).strip();
    try {
      URI uri = new URI(text);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      if ((!scheme.equals("http") && !scheme.equals("https")) || uri.getHost() == null) {
        throw bad(key, "must be an http or https address, not '" + text + "'");
      }
      if (uri.getQuery() != null || uri.getFragment() != null || uri.getUserInfo() != null) {
        throw bad(key, "must be a plain prefix without user, '?' and '#', not '" + text + "'");
      }
    } catch (URISyntaxException e) {
      throw bad(key, "is not an address: " + e.getMessage());
    }
    return text.replaceAll("/+$", "");
  }

  private static Duration positive(Config config, String key) {
    Duration duration = config.getDuration(ROOT + key);
    if (duration.isZero() || duration.isNegative()) {
      throw bad(key, "must be longer than 0");
    }
    return duration;
  }

  private static int atLeastOne(Config config, String key) {
    int value = config.getInt(ROOT + key);
    if (value < 1) {
      throw bad(key, "must be at least 1, not " + value);
    }
    return value;
  }

  private static long bytes(Config config, String key) {
    long value = config.getBytes(ROOT + key);
    if (value < 1024) {
      throw bad(key, "must be at least 1 KiB, not " + value + " bytes");
    }
    return value;
  }

  private static ConfigException bad(String key, String message) {
    return new ConfigException.Generic(ROOT + key + " " + message);
  }
}
