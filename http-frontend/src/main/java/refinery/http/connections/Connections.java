package refinery.http.connections;

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
 * For a new connection the one that has been idle longest is closed if necessary: one of the same
 * client if that has too many, otherwise one of the client with the most. A new connection is
 * refused only when none is idle. Thread-safe; connections are closed while the lock is held, so
 * {@code close} must only signal.
 */
final class Connections {
  /** How a connection is treated. */
  enum Standing {
    ADMITTED,
    /** Over the limits; gets one response. */
    REFUSED,
    /** Must be closed at once, or is being closed. */
    ENDED
  }

  /** One connection; its state is guarded by the lock of {@link Connections}. */
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

    /** Marks it as busy; false when it was closed to make room meanwhile. */
    boolean busy() {
      synchronized (Connections.this) {
        client.idle.remove(this);
        return standing != Standing.ENDED;
      }
    }

    /** Marks it as waiting for a request. */
    void idle() {
      synchronized (Connections.this) {
        if (standing != Standing.ENDED) {
          client.idle.add(this);
        }
      }
    }

    /** Removes it. Idempotent. */
    void ended() {
      synchronized (Connections.this) {
        forget(this);
      }
    }
  }

  /**
   * The connections of one client, or all refused ones; {@code idle} has the longest idle one
   * first.
   */
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

  /**
   * Counts a new connection, which is idle at first.
   *
   * @param close called to end it; must only signal
   */
  synchronized Connection open(InetAddress from, Runnable close) {
    Object key = ClientKey.of(from);
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

  /** The number of open connections that were admitted. */
  synchronized int count() {
    return open;
  }

  /** The number of idle connections that were closed to make room; only grows. */
  long closedForRoom() {
    return madeRoom.get();
  }

  /** The number of connections that were refused because none was idle; only grows. */
  long refusals() {
    return refusals.get();
  }
}
