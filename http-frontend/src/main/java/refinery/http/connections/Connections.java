package refinery.http.connections;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The open connections of one server, by client. A connection is idle while it waits for a request.
 * A new one always finds room by closing the one that has been idle longest: of the same client
 * when that has too many, else of the client with the most. Only when none is idle the new one is
 * refused. Thread-safe; a connection is closed under the lock, so {@code close} must only signal.
 */
final class Connections {
  /** What became of a connection that was opened. */
  enum Standing {
    ADMITTED,
    /** Over the limits; may be answered once. */
    REFUSED,
    /** To be closed at once, or already being so. */
    ENDED
  }

  /** One connection; its state belongs to the lock of {@link Connections}. */
  final class Connection {
    private final Client client;
    private final Runnable close;
    private Standing standing;

    private Connection(Client client, Runnable close, Standing standing) {
      this.client = client;
      this.close = close;
      this.standing = standing;
    }

    Standing standing() {
      synchronized (Connections.this) {
        return standing;
      }
    }

    /** Its request is to be answered; false when it was closed to make room meanwhile. */
    boolean busy() {
      synchronized (Connections.this) {
        client.idle.remove(this);
        return standing != Standing.ENDED;
      }
    }

    /** It waits for a request again. */
    void idle() {
      synchronized (Connections.this) {
        if (standing != Standing.ENDED) {
          client.idle.add(this);
        }
      }
    }

    /** It is gone. Idempotent. */
    void ended() {
      synchronized (Connections.this) {
        forget(this);
      }
    }
  }

  /** The connections of one client, or all refused ones; {@code idle} longest idle first. */
  private static final class Client {
    private final Object key;
    private final LinkedHashSet<Connection> idle = new LinkedHashSet<>();
    private int open;

    Client(Object key) {
      this.key = key;
    }

    Optional<Connection> longestIdle() {
      Iterator<Connection> oldestFirst = idle.iterator();
      return oldestFirst.hasNext() ? Optional.of(oldestFirst.next()) : Optional.empty();
    }
  }

  private final ConnectionLimits limits;
  private final Map<Object, Client> clients = new HashMap<>();
  private final Client refused = new Client("refused");
  private final AtomicLong madeRoom = new AtomicLong();
  private final AtomicLong refusals = new AtomicLong();
  private int open;

  Connections(ConnectionLimits limits) {
    this.limits = limits;
  }

  /** Counts a new connection, which is idle; {@code close} ends it. */
  synchronized Connection open(InetAddress from, Runnable close) {
    Object key = key(from);
    Client client = clients.getOrDefault(key, new Client(key));
    if (hasRoom(client)) {
      clients.put(key, client);
      open++;
      return counted(client, close, Standing.ADMITTED);
    }
    refusals.incrementAndGet();
    if (refused.open < ConnectionLimits.REFUSED || madeRoom(refused.longestIdle())) {
      return counted(refused, close, Standing.REFUSED);
    }
    return new Connection(refused, close, Standing.ENDED);
  }

  private Connection counted(Client client, Runnable close, Standing standing) {
    Connection connection = new Connection(client, close, standing);
    client.open++;
    client.idle.add(connection);
    return connection;
  }

  private boolean hasRoom(Client client) {
    if (client.open >= limits.mostPerClient()) {
      return madeRoom(client.longestIdle());
    }
    return open < limits.most() || madeRoom(idleOfTheLargest());
  }

  private Optional<Connection> idleOfTheLargest() {
    return clients.values().stream()
        .filter(client -> !client.idle.isEmpty())
        .max(Comparator.comparingInt(client -> client.open))
        .flatMap(Client::longestIdle);
  }

  private boolean madeRoom(Optional<Connection> victim) {
    victim.ifPresent(
        connection -> {
          forget(connection);
          connection.close.run();
          madeRoom.incrementAndGet();
        });
    return victim.isPresent();
  }

  private void forget(Connection connection) {
    Client client = connection.client;
    if (connection.standing == Standing.ENDED) {
      return;
    }
    connection.standing = Standing.ENDED;
    client.idle.remove(connection);
    client.open--;
    if (client != refused) {
      open--;
      if (client.open == 0) {
        clients.remove(client.key);
      }
    }
  }

  /** Who has one IPv6 address usually has the whole /64. */
  private static Object key(InetAddress address) {
    if (address instanceof Inet6Address && !address.isLoopbackAddress()) {
      return java.nio.ByteBuffer.wrap(address.getAddress(), 0, 8).slice();
    }
    return address;
  }

  /** Admitted and not ended. */
  synchronized int count() {
    return open;
  }

  /** Closed while idle, since others needed the room; only grows. */
  long closedForRoom() {
    return madeRoom.get();
  }

  /** Over the limits, with nothing idle to close; only grows. */
  long refusals() {
    return refusals.get();
  }
}
