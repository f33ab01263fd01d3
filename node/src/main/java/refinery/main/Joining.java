package refinery.main;

import akka.actor.typed.ActorSystem;
import akka.actor.typed.javadsl.Adapter;
import akka.cluster.Cluster;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import refinery.configuration.ConfigurationException;

/**
 * Waits until this node is a member of its cluster, and says every few seconds in one line why it
 * is not yet. Akka goes on trying meanwhile. Blocking; not to be called from an actor.
 */
final class Joining {
  private static final int CONNECT_MILLIS = 2_000;

  private Joining() {}

  /**
   * Returns when the node is up.
   *
   * @param seeds whom it was told to join; empty when it begins a cluster, or finds it otherwise
   * @param every between two lines
   * @throws ConfigurationException when the node ended instead
   */
  static void await(
      ActorSystem<?> system, List<HostPort> seeds, Duration every, Consumer<String> say)
      throws InterruptedException {
    CompletableFuture<Boolean> up = new CompletableFuture<>();
    Cluster.get(Adapter.toClassic(system)).registerOnMemberUp(() -> up.complete(true));
    var unused = system.getWhenTerminated().thenAccept(done -> up.complete(false));
    while (true) {
      try {
        if (!up.get(every.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new ConfigurationException(
              "the node ended before it had joined: the cluster refused it (see the log)");
        }
        return;
      } catch (TimeoutException e) {
        if (seeds.isEmpty()) {
          say.accept("not a member of a cluster yet; trying again");
        }
        seeds.forEach(seed -> say.accept(reason(seed) + "; trying again"));
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  /** Why a node is not let in by another, as far as it can be seen from here. */
  static String reason(HostPort seed) {
    String cannot = "cannot join " + seed + ": ";
    try (Socket socket = new Socket()) {
      InetAddress address = InetAddress.getByName(seed.host());
      socket.connect(new InetSocketAddress(address, seed.port()), CONNECT_MILLIS);
      return cannot
          + "something listens there but does not let this node in: it is not that node's --artery"
          + " address as the node itself names it, or it runs another version, or it is no member"
          + " itself; its log says more";
    } catch (UnknownHostException e) {
      return cannot + "there is no host of this name";
    } catch (SocketTimeoutException e) {
      return cannot + "no answer in 2 s; is the host up, and the port open between the two?";
    } catch (IOException e) {
      return cannot + e.getMessage() + "; is the node running, and this its --artery address?";
    }
  }
}
