package refinery.archive;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import refinery.archive.files.FilesConfig;

/**
 * The settings below {@code refinery.archives}: the addresses of the archives, without a trailing
 * slash, and how surveys ask them.
 */
public record ArchivesConfig(
    String enaPortal,
    String enaFiles,
    String ncbiSra,
    String ncbiEutils,
    String ensemblRest,
    String ensemblFiles,
    String ensemblGenomesFiles,
    AllowedHosts hosts,
    FilesConfig files,
    Http http,
    Limits limits,
    Cache cache,
    PublicBuckets buckets,
    Mirrors mirrors) {
  /** Keys below {@code refinery.archives} that belong to sources in other packages. */
  public static final String REFSEQ_GENOMES = "refseq.genomes";

  public static final String GEO_QUERY = "geo.query";
  public static final String BIOSTUDIES_FILES = "biostudies.files";

  public static final String MATRIX_PROJECTS = "matrix.projects";

  static final String ROOT = "refinery.archives.";

  /** In bytes: a batch must fit into one cluster message. */
  private static final long LARGEST_BATCH = 128L << 10;

  private static final List<String> ADDRESSES =
      List.of(
          "ena.portal",
          "ena.files",
          "ncbi.sra",
          "ncbi.eutils",
          "ensembl.rest",
          "ensembl.files",
          "ensemblgenomes.files",
          REFSEQ_GENOMES,
          GEO_QUERY,
          BIOSTUDIES_FILES,
          MATRIX_PROJECTS);

  /**
   * @param answerTimeout longest wait for the first byte of an answer
   * @param totalTimeout longest time until the last byte of an answer
   * @param stallTimeout longest pause between two bytes of an answer
   * @param maxTries tries of one request, the first included
   * @param requestsPerSecond to one host
   */
  public record Http(
      Duration connectTimeout,
      Duration answerTimeout,
      Duration totalTimeout,
      Duration stallTimeout,
      int maxTries,
      Duration minBackoff,
      Duration maxBackoff,
      int requestsPerSecond) {

    /** The same settings, lowered to these limits where they are higher. */
    public Http atMost(Duration answer, int tries, int perSecond) {
      return new Http(
          connectTimeout,
          answerTimeout.compareTo(answer) < 0 ? answerTimeout : answer,
          totalTimeout,
          stallTimeout,
          Math.min(maxTries, tries),
          minBackoff,
          maxBackoff,
          Math.min(requestsPerSecond, perSecond));
    }
  }

  /**
   * What an archive may send.
   *
   * @param answer bytes of an answer that is kept on disk
   * @param held bytes of an answer that is read into memory
   * @param line bytes of a line, or of an element of a list
   * @param columns of a table
   * @param rows of a table, or elements of a list
   * @param batch bytes of a batch's metadata and list of files
   */
  public record Limits(
      Bound answer, Bound held, Bound line, Bound columns, Bound rows, Bound batch) {}

  /**
   * @param timeToLive age up to which an answer is used again
   * @param maxSize bytes of all answers that are kept
   */
  public record Cache(Duration timeToLive, long maxSize) {}

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
        hosts(config),
        FilesConfig.from(config, PublicBuckets.from(config)),
        new Http(
            positive(config, "http.connect-timeout"),
            positive(config, "http.answer-timeout"),
            positive(config, "http.total-timeout"),
            positive(config, "http.stall-timeout"),
            atLeastOne(config, "http.max-tries"),
            positive(config, "http.min-backoff"),
            positive(config, "http.max-backoff"),
            atLeastOne(config, "http.requests-per-second")),
        new Limits(
            bytes(config, "http.max-answer", Long.MAX_VALUE),
            bytes(config, "limits.held", 1L << 30),
            bytes(config, "limits.line", 16L << 20),
            count(config, "limits.columns", "columns"),
            count(config, "limits.rows", "rows"),
            bytes(config, "limits.batch", LARGEST_BATCH)),
        new Cache(
            positive(config, "cache.time-to-live"),
            bytes(config, "cache.max-size", Long.MAX_VALUE).most()),
        PublicBuckets.from(config),
        Mirrors.from(config));
  }

  private static AllowedHosts hosts(Config config) {
    List<URI> addresses =
        Stream.concat(
                ADDRESSES.stream().map(key -> URI.create(address(config, key))),
                Mirrors.from(config).addresses().stream())
            .toList();
    try {
      return AllowedHosts.of(AllowedHosts.KEY, addresses, config.getStringList(AllowedHosts.KEY));
    } catch (IllegalArgumentException bad) {
      throw new ConfigException.Generic(AllowedHosts.KEY + " " + bad.getMessage(), bad);
    }
  }

  /**
   * An http or https address without a trailing slash.
   *
   * @param key below {@code refinery.archives}
   * @throws ConfigException with the key in its message
   */
  public static String address(Config config, String key) {
    return prefix(config.getString(ROOT + key), key);
  }

  /** The same of an address that was read already. */
  static String prefix(String address, String key) {
    String text = address.strip();
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

  private static Bound bytes(Config config, String key, long largest) {
    long value = config.getBytes(ROOT + key);
    if (value < 1024 || value > largest) {
      String most = largest == Long.MAX_VALUE ? "" : " and at most " + largest + " bytes";
      throw bad(key, "must be at least 1 KiB" + most + ", not " + value + " bytes");
    }
    return new Bound(ROOT + key, value, "bytes");
  }

  private static Bound count(Config config, String key, String unit) {
    return new Bound(ROOT + key, atLeastOne(config, key), unit);
  }

  private static ConfigException bad(String key, String message) {
    return new ConfigException.Generic(ROOT + key + " " + message);
  }
}
