package refinery.http;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import refinery.http.connections.ConnectionLimits;

/**
 * The settings under {@code refinery.http}.
 *
 * @param port 0 lets the system choose a free one
 * @param tokens bearer tokens that are accepted; empty is possible on a loopback address only
 * @param maxBody largest request body in bytes
 * @param bodyTimeout how long a client may take to send its body
 * @param askTimeout how long an entity, the scheduler or an agent may take to answer
 * @param logPoll how often a followed log is read again
 * @param connections of the API, and as many of the management endpoint
 */
public record HttpConfig(
    String host,
    int port,
    List<String> tokens,
    long maxBody,
    Duration bodyTimeout,
    Duration askTimeout,
    Duration logPoll,
    ConnectionLimits connections,
    Events events) {

  /**
   * The event stream.
   *
   * @param poll how often the journal is asked for news while somebody reads
   * @param heartbeat silence after which a comment is sent
   * @param maxReaders open streams; more are refused
   * @param buffer newest events kept in memory for all readers together
   * @param maxEvent bytes of one event's payload; a larger one is announced without it
   */
  public record Events(
      Duration poll, Duration heartbeat, int maxReaders, int buffer, int maxEvent) {}

  private static final String PATH = "refinery.http";
  private static final int MOST_CONNECTIONS = 100_000;

  public HttpConfig {
    tokens = List.copyOf(tokens);
    if (port < 0 || port > 65535) {
      throw invalid("port", "is " + port + "; give 0 to 65535");
    }
    if (tokens.stream().anyMatch(token -> !token.matches("[A-Za-z0-9._~+/-]{8,}=*"))) {
      throw invalid(
          "auth.tokens",
          "holds a token that no Authorization header can carry or that is too short; "
              + "use 8 or more characters of A-Z a-z 0-9 . _ ~ + / -");
    }
    if (connections.most() > MOST_CONNECTIONS) {
      throw invalid("connections.most", "is more than " + MOST_CONNECTIONS);
    }
    if (connections.mostPerClient() > connections.most()) {
      throw invalid(
          "connections.most-per-client", "is more than all clients may have, connections.most");
    }
    if (tokens.isEmpty() && !isLoopback(host)) {
      throw invalid(
          "auth.tokens",
          "is empty, which is allowed on a loopback address only, but "
              + PATH
              + ".host is "
              + host
              + "; set a token, or bind to 127.0.0.1");
    }
  }

  /** Reads and checks the section; a message names the key that is wrong. */
  public static HttpConfig from(Config root) {
    Config config = root.getConfig(PATH);
    return new HttpConfig(
        config.getString("host"),
        config.getInt("port"),
        config.getStringList("auth.tokens"),
        positive(config, "max-body", config.getBytes("max-body")),
        duration(config, "body-timeout"),
        duration(config, "ask-timeout"),
        duration(config, "log-poll"),
        new ConnectionLimits(
            count(config, "connections.most"),
            count(config, "connections.most-per-client"),
            duration(config, "connections.first-request"),
            duration(config, "connections.next-request")),
        new Events(
            duration(config, "events.poll"),
            duration(config, "events.heartbeat"),
            count(config, "events.max-readers"),
            count(config, "events.buffer"),
            (int) positive(config, "events.max-event", config.getBytes("events.max-event"))));
  }

  /** The same rules for another server of this node, whose address {@code key} gives. */
  public HttpConfig at(String otherHost, String key) {
    if (tokens.isEmpty() && !isLoopback(otherHost)) {
      throw invalid(
          "auth.tokens",
          "is empty, which is allowed on a loopback address only, but " + key + " is " + otherHost);
    }
    return new HttpConfig(
        otherHost, port, tokens, maxBody, bodyTimeout, askTimeout, logPoll, connections, events);
  }

  static boolean isLoopback(String host) {
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
