package refinery.main;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * What a node's options mean for Akka and for our own keys; a default is no option. Whom to join is
 * no key: see {@link Joining}.
 */
final class AkkaSettings {
  private AkkaSettings() {}

  static Config from(NodeOptions options) {
    Map<String, Object> values = new HashMap<>();
    values.put("akka.remote.artery.canonical.hostname", options.artery().host());
    values.put("akka.remote.artery.canonical.port", options.artery().port());
    values.put("akka.cluster.roles", List.copyOf(new TreeSet<>(options.effectiveRoles())));
    // Our own hook stops the node in order. Akka's would cut the connections to the other nodes at
    // once, before anything could be handed back.
    values.put("akka.jvm-shutdown-hooks", "off");
    values.put("akka.coordinated-shutdown.run-by-jvm-shutdown-hook", "off");
    NodeOptions shipped = NodeOptions.defaults();
    if (!options.http().equals(shipped.http())) {
      values.put("refinery.http.host", options.http().host());
      values.put("refinery.http.port", options.http().port());
    }
    if (!options.management().equals(shipped.management())) {
      values.put("akka.management.http.hostname", options.management().host());
      values.put("akka.management.http.port", options.management().port());
    }
    options.cpus().ifPresent(cpus -> values.put("refinery.agent.cpus", cpus / 1_000.0));
    options.memory().ifPresent(bytes -> values.put("refinery.agent.memory", bytes));
    options.disk().ifPresent(bytes -> values.put("refinery.agent.disk", bytes));
    return ConfigFactory.parseMap(values, "command line");
  }
}
