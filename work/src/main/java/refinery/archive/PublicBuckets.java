package refinery.archive;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Objects of public S3 buckets, {@code s3://BUCKET/KEY}. They are fetched anonymously by HTTP, so
 * that every rule for hosts, redirects and resumption holds for them: the address that is asked
 * must be allowed like any other.
 *
 * @param endpoint the address of a bucket, with {@code {bucket}} in its place
 */
public record PublicBuckets(String endpoint) {
  private static final String KEY = "refinery.archives.s3-endpoint";
  private static final String BUCKET = "{bucket}";
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]");

  /**
   * @param config the whole configuration
   * @throws ConfigException with the key in its message
   */
  static PublicBuckets from(Config config) {
    String endpoint = config.getString(KEY).strip().replaceAll("/+$", "");
    try {
      URI example = new URI(endpoint.replace(BUCKET, "bucket"));
      boolean web = "https".equals(example.getScheme()) || "http".equals(example.getScheme());
      if (endpoint.contains(BUCKET) && web && example.getHost() != null) {
        return new PublicBuckets(endpoint);
      }
    } catch (URISyntaxException malformed) {
      throw new ConfigException.BadValue(KEY, "is not an address: " + malformed.getMessage());
    }
    throw new ConfigException.BadValue(
        KEY, "must be an http or https address with " + BUCKET + " in it");
  }

  public static boolean isObject(URI address) {
    return "s3".equals(String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT));
  }

  /**
   * The address by which an object is fetched.
   *
   * @throws IllegalArgumentException if the address names no bucket or no object
   */
  public URI address(URI object) {
    String bucket = object.getRawAuthority() == null ? "" : object.getRawAuthority();
    String key = object.getRawPath() == null ? "" : object.getRawPath();
    if (!NAME.matcher(bucket).matches() || key.length() < 2 || object.getRawFragment() != null) {
      throw new IllegalArgumentException("not like s3://BUCKET/KEY: " + object);
    }
    return URI.create(endpoint.replace(BUCKET, bucket) + key);
  }
}
