package refinery.notifications;

import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.notifications.NotificationsConfig.Slack;
import refinery.notifications.NotificationsConfig.Webhook;

/** The configured channels, and the HTTP client that they share. Thread-safe. */
public final class Channels implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("refinery.notifications");

  private final Optional<HttpClient> http;
  private final List<Channel> all;
  private volatile boolean closed;

  Channels(Optional<HttpClient> http, List<Channel> all) {
    this.http = http;
    this.all = List.copyOf(all);
  }

  /**
   * @param version of this program, sent to receivers as part of the user agent
   */
  public static Channels open(NotificationsConfig config, String version) {
    List<Channel> channels = new ArrayList<>();
    if (config.log()) {
      channels.add(new LogChannel(LOG::warn));
    }
    if (config.webhook().isEmpty() && config.slack().isEmpty()) {
      return new Channels(Optional.empty(), channels);
    }
    HttpClient http =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(config.timeout())
            .build();
    String agent = "refinery/" + version;
    if (config.webhook().isPresent()) {
      Webhook webhook = config.webhook().get();
      channels.add(
          new WebhookChannel(
              new Post(http, webhook.address(), config.timeout(), agent),
              webhook.token(),
              webhook.secret()));
    }
    if (config.slack().isPresent()) {
      Slack slack = config.slack().get();
      channels.add(
          new SlackChannel(
              new Post(http, slack.address(), config.timeout(), agent),
              slack.atMostEvery(),
              config.linkPrefix()));
    }
    return new Channels(Optional.of(http), channels);
  }

  List<Channel> all() {
    return all;
  }

  boolean isClosed() {
    return closed;
  }

  /** Ends the requests that are under way. From then on this node's notifier does nothing more. */
  @Override
  public void close() {
    closed = true;
    http.ifPresent(HttpClient::shutdownNow);
  }
}
