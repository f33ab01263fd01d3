package refinery.hosts;

import java.net.URI;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

/** Says when a host may be asked, and is told how it answered. Blocking; thread-safe. */
public interface HostGate {
  /** Lets everything through at once: for a node without a cluster around it, and for tests. */
  HostGate OPEN =
      new HostGate() {
        @Override
        public Optional<String> enter(URI address, Caller caller) {
          return Optional.empty();
        }

        @Override
        public void answered(URI address) {}

        @Override
        public boolean failed(
            URI address, Caller caller, String reason, Optional<Duration> retryAfter) {
          return false;
        }
      };

  /**
   * Who asks.
   *
   * @param archive for which it asks, as in {@code net:ARCHIVE}; may be empty
   * @param requestsPerSecond the most that the cluster may send to the host
   * @param waits told in words what it waits for, at every look; must not block
   */
  record Caller(String archive, int requestsPerSecond, Consumer<String> waits) {}

  /**
   * Waits until the host may be asked.
   *
   * @return empty when it may; otherwise why waiting was given up
   */
  Optional<String> enter(URI address, Caller caller) throws InterruptedException;

  /** The host is there: it answered a request. */
  void answered(URI address);

  /**
   * The host did not answer, broke off, or cannot serve now.
   *
   * @param retryAfter how long it asks to be left alone
   * @return true if it now counts as away: then {@link #enter} waits, and this failure is no
   *     failure of the file that was asked for
   */
  boolean failed(URI address, Caller caller, String reason, Optional<Duration> retryAfter)
      throws InterruptedException;

  /**
   * True if the host may not be asked now, as far as this node knows from what it asked itself.
   *
   * @param host {@code name:port}
   */
  default boolean isAway(String host) {
    return false;
  }

  /** The name under which the cluster knows the host of an address: {@code name:port}. */
  static String host(URI address) {
    String scheme = String.valueOf(address.getScheme()).toLowerCase(Locale.ROOT);
    int usual =
        switch (scheme) {
          case "https" -> 443;
          case "ftp" -> 21;
          default -> 80;
        };
    int port = address.getPort() < 0 ? usual : address.getPort();
    return String.valueOf(address.getHost()).toLowerCase(Locale.ROOT) + ":" + port;
  }
}
