package refinery.http.connections;

import java.time.Duration;

/**
 * Limits of one server.
 *
 * @param most open connections
 * @param mostPerClient how many of them one client may hold: an IPv4 address, an IPv6 /64
 * @param firstRequest from the opening of a connection until the head of a request is complete
 * @param nextRequest from the end of an answer until the head of the next request is complete
 */
public record ConnectionLimits(
    int most, int mostPerClient, Duration firstRequest, Duration nextRequest) {
  /** Connections over the limits that are told so, instead of being cut. */
  static final int REFUSED = 64;

  /** For the operating system's side: connections that were given up here linger there a moment. */
  int sockets() {
    return 2 * (most + REFUSED);
  }
}
