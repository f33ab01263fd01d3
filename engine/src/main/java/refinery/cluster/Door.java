package refinery.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import refinery.configuration.ConfigurationException;

/**
 * How the port of Artery, Akka's transport between nodes, is protected. Messages that arrive there
 * are obeyed, so anyone who can connect without a certificate can run commands.
 */
public enum Door {
  /** Only nodes with a certificate of the cluster's authority can connect. */
  MUTUAL_TLS,
  /** Nobody can connect: the node has a database of its own, so no other node can join it. */
  CLOSED,
  /** Everybody on this machine can connect, for several nodes on loopback addresses. */
  LOOPBACK,
  /** Everybody can connect, because the configuration says so. */
  UNPROTECTED;

  private static final String HOST = "akka.remote.artery.canonical.hostname";
  private static final String BIND = "akka.remote.artery.bind.hostname";

  /**
   * The protection that the configuration asks for. Blocking: looks up names and reads
   * certificates.
   *
   * @param config the whole configuration
   * @param alone true when the node has a database of its own
   * @throws ConfigurationException when everybody could connect and the configuration does not
   *     allow that, or when a certificate does not fit
   */
  public static Door of(Config config, boolean alone) {
    TlsConfig tls = TlsConfig.from(config);
    String host = config.getString(HOST);
    if (tls.isOn()) {
      requireFor(host, tls.read(InstantSource.system()));
      return MUTUAL_TLS;
    }
    List<String> open =
        Stream.of(host, config.getString(BIND))
            .filter(name -> !name.isEmpty() && !isLoopback(name))
            .toList();
    if (open.isEmpty()) {
      return alone ? CLOSED : LOOPBACK;
    }
    if (config.getBoolean("refinery.cluster.unprotected")) {
      return UNPROTECTED;
    }
    throw new ConfigurationException(
        "--artery: "
            + open.getFirst()
            + " is not a loopback address, and whoever reaches that port can run commands as this"
            + " user; make certificates (refinery certificates init && refinery certificates node"
            + " NAME --host "
            + host
            + ") and set refinery.cluster.tls, or set refinery.cluster.unprotected = true");
  }

  private static void requireFor(String host, NodeCertificate certificate) {
    if (!certificate.isFor(host)) {
      throw new ConfigurationException(
          "refinery.cluster.tls.certificate: is for "
              + String.join(", ", certificate.hosts())
              + " and not for "
              + host
              + ", which --artery names; make one with --host "
              + host);
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return Stream.of(InetAddress.getAllByName(host)).allMatch(InetAddress::isLoopbackAddress);
    } catch (UnknownHostException e) {
      return false;
    }
  }

  /** The settings of Akka that follow from this. They must override whatever a user sets. */
  public Config akka() {
    return switch (this) {
      case MUTUAL_TLS -> tls(ClusterEngines.class);
      case CLOSED -> tls(ClosedEngines.class);
      case LOOPBACK, UNPROTECTED -> ConfigFactory.empty();
    };
  }

  private static Config tls(Class<?> engines) {
    return ConfigFactory.parseMap(
        Map.of(
            "akka.remote.artery.transport",
            "tls-tcp",
            "akka.remote.artery.ssl.ssl-engine-provider",
            engines.getName()),
        "refinery.cluster.tls");
  }
}
