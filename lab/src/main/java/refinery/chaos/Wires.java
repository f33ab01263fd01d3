package refinery.chaos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import java.util.function.ToIntFunction;

/**
 * The network between the nodes, and to the database. Every connection goes through a relay here,
 * which knows both ends. A cut holds bytes back in both directions and tells neither end, like a
 * lost route; once healed they flow again. Thread-safe.
 *
 * <p>A node is recognised by the loopback address that it connects from ({@link #address}).
 */
final class Wires implements AutoCloseable {
  /** The number that stands for the database among the ends. */
  static final int DATABASE = -1;

  private static final int CHUNK = 32 << 10;

  /** An unordered pair of ends. */
  private record Pair(int low, int high) {
    static Pair of(int a, int b) {
      return new Pair(Math.min(a, b), Math.max(a, b));
    }
  }

  private final Set<Pair> cut = new HashSet<>();
  private final List<ServerSocket> doors = new CopyOnWriteArrayList<>();
  private volatile boolean closed;

  /** The address from which a node connects. */
  static String address(int node) {
    return "127.0.1." + (node + 1);
  }

  /**
   * Opens a relay to a node's port; the connecting node is told by its address. Returns the relay's
   * port.
   */
  int toNode(int node, IntSupplier port) throws IOException {
    return open(node, port, socket -> socket.getInetAddress().getAddress()[3] - 1);
  }

  /** Opens a relay from one node to the database. Returns the relay's port. */
  int toDatabase(int node, IntSupplier port) throws IOException {
    return open(DATABASE, port, socket -> node);
  }

  private int open(int end, IntSupplier port, ToIntFunction<Socket> source) throws IOException {
    ServerSocket door = new ServerSocket(0, 128, InetAddress.getByName("127.0.0.1"));
    doors.add(door);
    Thread.ofVirtual().start(() -> accept(door, end, port, source));
    return door.getLocalPort();
  }

  private void accept(ServerSocket door, int end, IntSupplier port, ToIntFunction<Socket> source) {
    while (!closed) {
      try {
        Socket near = door.accept();
        Pair pair = Pair.of(source.applyAsInt(near), end);
        Thread.ofVirtual().start(() -> relay(near, pair, port));
      } catch (IOException e) {
        if (door.isClosed()) {
          return;
        }
      }
    }
  }

  private void relay(Socket near, Pair pair, IntSupplier port) {
    try (near;
        Socket far = new Socket()) {
      near.setTcpNoDelay(true);
      awaitOpen(pair);
      far.connect(new InetSocketAddress("127.0.0.1", port.getAsInt()), 5_000);
      far.setTcpNoDelay(true);
      Thread back = Thread.ofVirtual().start(() -> pump(far, near, pair));
      pump(near, far, pair);
      back.join();
    } catch (IOException e) {
      hangUp(near);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void pump(Socket from, Socket to, Pair pair) {
    byte[] chunk = new byte[CHUNK];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
        awaitOpen(pair);
        out.write(chunk, 0, read);
      }
    } catch (IOException e) {
      hangUp(from);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      awaitQuietly(pair);
      hangUp(to);
      hangUp(from);
    }
  }

  /** Waits for a cut to heal, since the end of a connection does not cross it either. */
  private void awaitQuietly(Pair pair) {
    try {
      awaitOpen(pair);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void hangUp(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private synchronized void awaitOpen(Pair pair) throws InterruptedException {
    while (cut.contains(pair) && !closed) {
      wait();
    }
  }

  /**
   * Cuts these nodes off from all others.
   *
   * @param nodes number of all nodes
   * @param database true if these nodes still reach the database
   */
  synchronized void isolate(List<Integer> side, int nodes, boolean database) {
    for (int node : side) {
      for (int other = 0; other < nodes; other++) {
        if (!side.contains(other)) {
          cut.add(Pair.of(node, other));
        }
      }
      if (!database) {
        cut.add(Pair.of(node, DATABASE));
      }
    }
  }

  synchronized void heal() {
    cut.clear();
    notifyAll();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    heal();
    for (ServerSocket door : doors) {
      door.close();
    }
  }
}
