package refinery.http.connections;

import java.time.Duration;

/**
 * Limits of one server.
 *
 * @param most open connections in all
 * @param mostPerClient open connections of one client: an IPv4 address or an IPv6 /64
 * @param firstRequest longest time from the opening of a connection until the head of its first
 *     request is complete
 * @param nextRequest longest time from the end of a response until the head of the next request is
 *     complete
 */
public record ConnectionLimits(
    int most, int mostPerClient, Duration firstRequest, Duration nextRequest) {
  /**
   * How many connections over the limits get a response that says so; others are closed at once.
   */
  static final int REFUSED = 64;

  /**
   * The limit for Akka. It is higher, because connections that were closed here stay open in the
   * operating system for a moment.
   */
  int sockets() {
    return 2 * (most + REFUSED);
  }
}
