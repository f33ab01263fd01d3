package refinery.http.access;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Counts tokens that were not accepted, by client and minute. A client is an IPv4 address or an
 * IPv6 /64. After too many it must wait, whatever it shows, so that guessing does not end with a
 * token that happens to be right; only what was accepted of it before is accepted on, so that one
 * program with an old token stops no other behind the same address. Remembers the latest 10,000
 * clients, and as many of what was accepted. Thread-safe.
 */
public final class LoginLimit {
  private static final int CLIENTS = 10_000;
  private static final Duration WINDOW = Duration.ofMinutes(1);
  private static final int PREFIX = 8;

  private record Count(Instant since, int failures) {}

  private final int most;
  private final InstantSource clock;
  private final Map<String, Count> clients = latest();

  /** Of clients and the digests of their tokens. */
  private final Map<String, Boolean> accepted = latest();

  public LoginLimit(int most, InstantSource clock) {
    this.most = most;
    this.clock = clock;
  }

  private static <V> Map<String, V> latest() {
    return new LinkedHashMap<>() {
      private static final long serialVersionUID = 1L;

      @Override
      protected boolean removeEldestEntry(Map.Entry<String, V> eldest) {
        return size() > CLIENTS;
      }
    };
  }

  /** How long this client must wait before it may show this token; empty: not at all. */
  public synchronized Optional<Duration> wait(InetAddress client, String token) {
    Optional<Duration> wait = wait(client);
    return wait.isPresent() && accepted.containsKey(key(client, token)) ? Optional.empty() : wait;
  }

  public synchronized void accepted(InetAddress client, String token) {
    accepted.putIfAbsent(key(client, token), true);
  }

  private static String key(InetAddress client, String token) {
    return key(client) + " " + BearerToken.sha256(token);
  }

  /** How long this client must wait before its next attempt; empty: not at all. */
  synchronized Optional<Duration> wait(InetAddress client) {
    Count count = clients.get(key(client));
    if (count == null || count.failures() < most) {
      return Optional.empty();
    }
    Duration left = Duration.between(clock.instant(), count.since().plus(WINDOW));
    return left.isPositive() ? Optional.of(left) : Optional.empty();
  }

  public synchronized void failed(InetAddress client) {
    Instant now = clock.instant();
    String key = key(client);
    Count count = clients.remove(key);
    boolean anew = count == null || !now.isBefore(count.since().plus(WINDOW));
    clients.put(key, anew ? new Count(now, 1) : new Count(count.since(), count.failures() + 1));
  }

  int remembered() {
    return clients.size();
  }

  private static String key(InetAddress client) {
    byte[] address = client.getAddress();
    int length = client instanceof Inet6Address ? PREFIX : address.length;
    return HexFormat.of().formatHex(address, 0, length);
  }
}
