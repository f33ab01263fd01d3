package refinery.notifications;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.Optional;
import refinery.web.Backoff;

/**
 * {@code refinery.notifications}. Error messages name the key but not the value, which may be a
 * secret.
 *
 * @param linkPrefix the beginning of links; a job's id is appended to it
 * @param timeout the time limit for a receiver's whole answer
 * @param maxRefusals after so many refusals a message is skipped
 */
public record NotificationsConfig(
    boolean log,
    Optional<String> linkPrefix,
    Optional<Webhook> webhook,
    Optional<Slack> slack,
    Duration poll,
    Duration timeout,
    Backoff backoff,
    int maxRefusals,
    int pageSize) {
  private static final String PATH = "refinery.notifications.";

  /** {@code secret} is the key with which messages are signed. */
  record Webhook(Address address, Optional<String> token, Optional<String> secret) {
    @Override
    public String toString() {
      return "Webhook[" + address + "]";
    }
  }

  /** {@code atMostEvery} is the shortest time between two messages. */
  record Slack(Address address, Duration atMostEvery) {}

  /**
   * Reads the configuration.
   *
   * @param refinery the configuration under {@code refinery}
   * @throws ConfigException that names the wrong key
   */
  public static NotificationsConfig from(Config refinery) {
    Config config = refinery.getConfig("notifications");
    Optional<String> prefix = address(config, "link-prefix").map(link -> link.uri().toString());
    Optional<Webhook> webhook =
        address(config, "webhook.url")
            .map(
                url ->
                    new Webhook(
                        url, header(config, "webhook.token"), text(config, "webhook.secret")));
    Duration atMostEvery = positive(config, "slack.at-most-every");
    Duration min = positive(config, "backoff.min");
    Duration max = positive(config, "backoff.max");
    if (max.compareTo(min) < 0) {
      throw invalid(config, "backoff.max", "must not be less than backoff.min");
    }
    return new NotificationsConfig(
        config.getBoolean("log"),
        prefix,
        webhook,
        address(config, "slack.url").map(url -> new Slack(url, atMostEvery)),
        positive(config, "poll"),
        positive(config, "timeout"),
        new Backoff(min, max),
        between(config, "max-refusals", 1, 1_000),
        between(config, "page-size", 1, 1_000));
  }

  private static ConfigException invalid(Config config, String key, String message) {
    return new ConfigException.BadValue(config.origin(), PATH + key, message);
  }

  private static Optional<String> text(Config config, String key) {
    return Optional.of(config.getString(key)).filter(value -> !value.isEmpty());
  }

  private static Optional<String> header(Config config, String key) {
    Optional<String> value = text(config, key);
    if (value.filter(token -> !token.matches("[\\x21-\\x7e]+")).isPresent()) {
      throw invalid(config, key, "must be printable ASCII without blanks");
    }
    return value;
  }

  private static Optional<Address> address(Config config, String key) {
    return text(config, key).map(value -> new Address(uri(config, key, value)));
  }

  private static URI uri(Config config, String key, String value) {
    try {
      URI uri = new URI(value);
      boolean http = "http".equalsIgnoreCase(uri.getScheme());
      if ((http || "https".equalsIgnoreCase(uri.getScheme()))
          && uri.getHost() != null
          && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException e) {
      throw invalid(config, key, "is no URL");
    }
    throw invalid(config, key, "must be an http or https URL with a host and without a user");
  }

  private static Duration positive(Config config, String key) {
    Duration duration = config.getDuration(key);
    if (duration.isNegative() || duration.toMillis() == 0) {
      throw invalid(config, key, "must be 1 ms or more");
    }
    return duration;
  }

  private static int between(Config config, String key, int least, int most) {
    int number = config.getInt(key);
    if (number < least || number > most) {
      throw invalid(config, key, "must be from " + least + " to " + most);
    }
    return number;
  }
}
