package refinery.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import refinery.http.access.AuthConfig;
import refinery.http.connections.ConnectionLimits;
import refinery.http.connections.RequestPace;
import refinery.http.crate.Payload;

/**
 * The settings below {@code refinery.http}.
 *
 * @param port 0: the system chooses a free one
 * @param auth who may send requests; may be open on a loopback address only
 * @param maxBody largest request body in bytes
 * @param bodyTimeout how long a client may take to send its body
 * @param askTimeout how long an entity, the scheduler or an agent may take to answer
 * @param logPoll pause between two looks at a log that is followed
 * @param connections limits of the API, and the same again for the management endpoint
 * @param requests limits of one client
 * @param crate what a batch's crate carries itself
 */
public record HttpConfig(
    String host,
    int port,
    AuthConfig auth,
    long maxBody,
    Duration bodyTimeout,
    Duration askTimeout,
    Duration logPoll,
    ConnectionLimits connections,
    Guard.Limits requests,
    Events events,
    Payload.Limits crate) {

  /**
   * The event stream.
   *
   * @param poll pause between two looks at the journal while somebody reads
   * @param heartbeat silence after which a comment is sent
   * @param maxReaders open streams; more are refused
   * @param buffer newest events kept in memory for all readers together
   * @param maxEvent bytes of an event's JSON; a larger event is sent without its content
   */
  public record Events(
      Duration poll, Duration heartbeat, int maxReaders, int buffer, int maxEvent) {}

  private static final String PATH = "refinery.http";
  private static final int MOST_CONNECTIONS = 100_000;

  public HttpConfig {
    if (port < 0 || port > 65535) {
      throw invalid("port", "is " + port + "; give 0 to 65535");
    }
    if (connections.most() > MOST_CONNECTIONS) {
      throw invalid("connections.most", "is more than " + MOST_CONNECTIONS);
    }
    if (connections.mostPerClient() > connections.most()) {
      throw invalid(
          "connections.most-per-client", "is more than all clients may have, connections.most");
    }
    if (!auth.isClosed() && !isLoopback(host)) {
      throw invalid(
          "auth.tokens",
          "is empty, which is allowed on a loopback address only, but "
              + PATH
              + ".host is "
              + host
              + "; set a token, or bind to 127.0.0.1");
    }
  }

  /** Reads and checks the section; the message of a failure names the key. */
  public static HttpConfig from(Config root) {
    Config config = root.getConfig(PATH);
    return new HttpConfig(
        config.getString("host"),
        config.getInt("port"),
        auth(config),
        positive(config, "max-body", config.getBytes("max-body")),
        duration(config, "body-timeout"),
        duration(config, "ask-timeout"),
        duration(config, "log-poll"),
        new ConnectionLimits(
            count(config, "connections.most"),
            count(config, "connections.most-per-client"),
            duration(config, "connections.first-request"),
            duration(config, "connections.next-request")),
        new Guard.Limits(
            new RequestPace.Limits(
                count(config, "requests.per-second"),
                count(config, "requests.burst"),
                config.getBoolean("requests.loopback")),
            count(config, "requests.streams")),
        new Events(
            duration(config, "events.poll"),
            duration(config, "events.heartbeat"),
            count(config, "events.max-readers"),
            count(config, "events.buffer"),
            (int) positive(config, "events.max-event", config.getBytes("events.max-event"))),
        new Payload.Limits(
            positive(config, "crate.largest-file", config.getBytes("crate.largest-file")),
            positive(config, "crate.largest-crate", config.getBytes("crate.largest-crate"))));
  }

  private static AuthConfig auth(Config config) {
    try {
      return AuthConfig.from(config);
    } catch (IllegalArgumentException e) {
      throw new ConfigException.Generic(PATH + "." + e.getMessage(), e);
    }
  }

  /**
   * The same settings for another server of this node.
   *
   * @param key of the configuration that gives the other host, for messages
   */
  public HttpConfig at(String otherHost, String key) {
    if (!auth.isClosed() && !isLoopback(otherHost)) {
      throw invalid(
          "auth.tokens",
          "is empty, which is allowed on a loopback address only, but " + key + " is " + otherHost);
    }
    return new HttpConfig(
        otherHost,
        port,
        auth,
        maxBody,
        bodyTimeout,
        askTimeout,
        logPoll,
        connections,
        requests,
        events,
        crate);
  }

  /** True for an address that only this machine reaches. */
  public static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new ConfigException.BadValue(
          PATH + ".host", "'" + host + "' is no address and no name that this machine knows", e);
    }
  }

  private static Duration duration(Config config, String key) {
    Duration value = config.getDuration(key);
    positive(config, key, value.toMillis());
    return value;
  }

  private static int count(Config config, String key) {
    return (int) positive(config, key, config.getInt(key));
  }

  private static long positive(Config config, String key, long value) {
    if (value <= 0 || value > Integer.MAX_VALUE) {
      throw invalid(
          key, "is " + config.getValue(key).unwrapped() + "; give more than 0, up to 2^31");
    }
    return value;
  }

  private static ConfigException invalid(String key, String message) {
    return new ConfigException.Generic(PATH + "." + key + " " + message);
  }
}
