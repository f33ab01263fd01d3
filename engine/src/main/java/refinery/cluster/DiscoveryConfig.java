package refinery.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.Map;
import refinery.configuration.ConfigurationException;

/**
 * {@code refinery.cluster.discovery}: how nodes find each other when they are not told addresses.
 *
 * @param serviceName what is looked up: a DNS name, or the text that replaces %s in the label
 *     selector
 * @param portName the name of the management port in SRV records or in a pod; empty: A records are
 *     used, with the management port of this node
 * @param required how many contact points must be found before a new cluster is begun
 * @param namespace namespace of the pods; empty: that of this pod
 * @param labelSelector of the pods
 */
public record DiscoveryConfig(
    Method method,
    String serviceName,
    String portName,
    int required,
    String namespace,
    String labelSelector) {

  /** Where addresses are looked up. */
  public enum Method {
    NONE,
    DNS,
    KUBERNETES
  }

  public DiscoveryConfig {
    if (method != Method.NONE && serviceName.isBlank()) {
      throw new ConfigurationException(
          "refinery.cluster.discovery.service-name must not be empty when there is a method");
    }
    if (required < 1) {
      throw new ConfigurationException(
          "refinery.cluster.discovery.required-contact-points must be at least 1");
    }
  }

  /**
   * @param config the whole configuration
   * @throws ConfigurationException that names the wrong key
   */
  public static DiscoveryConfig from(Config config) {
    Config discovery = config.getConfig("refinery.cluster.discovery");
    return new DiscoveryConfig(
        method(discovery.getString("method")),
        discovery.getString("service-name"),
        discovery.getString("port-name"),
        discovery.getInt("required-contact-points"),
        discovery.getString("kubernetes.namespace"),
        discovery.getString("kubernetes.label-selector"));
  }

  private static Method method(String word) {
    return switch (word) {
      case "none" -> Method.NONE;
      case "dns" -> Method.DNS;
      case "kubernetes" -> Method.KUBERNETES;
      default ->
          throw new ConfigurationException(
              "refinery.cluster.discovery.method must be none, dns or kubernetes, not '"
                  + word
                  + "'");
    };
  }

  public boolean isOn() {
    return method != Method.NONE;
  }

  /** The settings of Akka Discovery and Akka Cluster Bootstrap that follow from this. */
  public Config akka() {
    if (!isOn()) {
      return ConfigFactory.empty();
    }
    String points = "akka.management.cluster.bootstrap.contact-point-discovery.";
    Map<String, Object> values = new HashMap<>();
    values.put("akka.discovery.method", method == Method.DNS ? "akka-dns" : "kubernetes-api");
    values.put(points + "service-name", serviceName);
    values.put(points + "effective-name", serviceName);
    values.put(points + "port-name", portName);
    values.put(points + "required-contact-point-nr", required);
    values.put("akka.discovery.kubernetes-api.pod-label-selector", labelSelector);
    values.put("akka.discovery.kubernetes-api.use-raw-ip", true);
    if (!namespace.isEmpty()) {
      values.put("akka.discovery.kubernetes-api.pod-namespace", namespace);
    }
    return ConfigFactory.parseMap(values, "refinery.cluster.discovery");
  }
}
