package refinery.main;

import akka.actor.typed.ActorSystem;
import akka.discovery.Discovery;
import akka.discovery.Lookup;
import akka.discovery.ServiceDiscovery.ResolvedTarget;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import refinery.cluster.DiscoveryConfig;

/** What stands between a node and its cluster, as far as it can be seen from here. Blocking. */
final class Obstacles {
  private static final int CONNECT_MILLIS = 2_000;
  private static final Duration LOOKUP = Duration.ofSeconds(5);

  private final ActorSystem<?> system;
  private final DiscoveryConfig config;
  private final int managementPort;

  /**
   * @param managementPort where a contact point is asked when discovery names no port
   */
  Obstacles(ActorSystem<?> system, DiscoveryConfig config, int managementPort) {
    this.system = system;
    this.config = config;
    this.managementPort = managementPort;
  }

  /** Why a node is not let in by another. */
  static String between(HostPort seed) {
    String cannot = "cannot join " + seed + ": ";
    try {
      connect(seed);
      return cannot
          + "something listens there but does not let this node in: it is not that node's --artery"
          + " address as the node itself names it, or its refinery.cluster.name is another, or it"
          + " is no member itself; its log says more";
    } catch (UnknownHostException e) {
      return cannot + "there is no host of this name";
    } catch (SocketTimeoutException e) {
      return cannot + "no answer in 2 s; is the host up, and the port open between the two?";
    } catch (IOException e) {
      return cannot + e.getMessage() + "; is the node running, and this its --artery address?";
    }
  }

  private static void connect(HostPort target) throws IOException {
    try (Socket socket = new Socket()) {
      InetAddress address = InetAddress.getByName(target.host());
      socket.connect(new InetSocketAddress(address, target.port()), CONNECT_MILLIS);
    }
  }

  /** What discovery finds, and who of it answers. */
  String discovery() {
    String what =
        "discovery by "
            + config.method().name().toLowerCase(Locale.ROOT)
            + " of '"
            + config.serviceName()
            + "' ";
    try {
      List<HostPort> found =
          Discovery.get(system)
              .discovery()
              .lookup(lookup(), LOOKUP)
              .toCompletableFuture()
              .get(2 * LOOKUP.toMillis(), TimeUnit.MILLISECONDS)
              .getAddresses()
              .stream()
              .map(this::contactPoint)
              .distinct()
              .toList();
      return what + seen(found);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return what + "was interrupted";
    } catch (ExecutionException | TimeoutException e) {
      return what + "failed: " + root(e) + hint();
    }
  }

  private Lookup lookup() {
    Lookup lookup = Lookup.create(config.serviceName()).withProtocol("tcp");
    return config.portName().isEmpty() ? lookup : lookup.withPortName(config.portName());
  }

  private HostPort contactPoint(ResolvedTarget target) {
    String host = target.getAddress().map(InetAddress::getHostAddress).orElse(target.host());
    int port =
        target.getPort().map(Number.class::cast).map(Number::intValue).orElse(managementPort);
    return new HostPort(host, port);
  }

  private String seen(List<HostPort> found) {
    List<String> silent =
        found.stream().filter(point -> !answers(point)).map(HostPort::toString).toList();
    return "finds %d contact points (%s), of which %s; %d must be found, and all answer, before a new cluster is begun"
        .formatted(
            found.size(),
            String.join(", ", found.stream().map(HostPort::toString).toList()),
            silent.isEmpty() ? "all answer" : "do not answer: " + String.join(", ", silent),
            config.required());
  }

  private static boolean answers(HostPort point) {
    try {
      connect(point);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private String hint() {
    return config.method() == DiscoveryConfig.Method.KUBERNETES
        ? " (may the pod's service account list pods? see docker/kubernetes/rbac.yaml)"
        : " (is refinery.cluster.discovery.service-name right, and the DNS server up?)";
  }

  private static String root(Throwable thrown) {
    Throwable root = thrown;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.getClass().getSimpleName() : root.getMessage();
  }
}
