package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import refinery.cluster.TlsConfig;
import refinery.configuration.Configuration;
import refinery.storage.StorageConfig;

/** What docker/ names of ours exists: keys, options, paths, ports. */
class DeploymentFilesTest {
  private static final Path DOCKER = Path.of("..", "docker");

  private static List<Map<String, Object>> documents(String file) throws IOException {
    List<Map<String, Object>> all = new ArrayList<>();
    new Yaml().loadAll(Files.readString(DOCKER.resolve(file))).forEach(one -> all.add(map(one)));
    return all;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> map(Object value) {
    return (Map<String, Object>) value;
  }

  private static List<?> list(Map<String, Object> map, String key) {
    return (List<?>) map.get(key);
  }

  /** The container of the StatefulSet. */
  private static Map<String, Object> container() throws IOException {
    Map<String, Object> set = documents("kubernetes/statefulset.yaml").getFirst();
    Map<String, Object> pod = map(map(map(set.get("spec")).get("template")).get("spec"));
    assertThat(pod).containsEntry("enableServiceLinks", false);
    return map(list(pod, "containers").getFirst());
  }

  private static Config load(Map<String, String> environment) {
    return Configuration.load(Optional.empty(), Map.of(), environment, ConfigFactory.empty());
  }

  @Test
  void theStatefulSetNamesKeysPathsAndPortsThatExist() throws IOException {
    Map<String, Object> container = container();
    Map<String, String> environment = new HashMap<>();
    for (Object entry : list(container, "env")) {
      String name = map(entry).get("name").toString();
      String secret = name.endsWith("TOKENS") ? "[\"a-long-token\"]" : "secret";
      environment.put(name, map(entry).getOrDefault("value", secret).toString());
    }
    Config config = load(environment);
    assertThat(config.getStringList("refinery.http.auth.tokens")).containsExactly("a-long-token");
    assertThat(StorageConfig.from(config).permanent()).isPresent();
    String health = "akka.management.health-checks.";
    assertThat(path(container, "readinessProbe"))
        .isEqualTo("/" + config.getString(health + "readiness-path"));
    assertThat(path(container, "livenessProbe"))
        .isEqualTo("/" + config.getString(health + "liveness-path"));
    assertThat(list(container, "ports"))
        .extracting(port -> map(port).get("containerPort"))
        .containsExactly(
            config.getInt("refinery.http.port"),
            config.getInt("akka.management.http.port"),
            NodeOptions.defaults().artery().port());
    assertThat(list(container, "args").toString()).doesNotContainIgnoringCase("password");
    assertThat(config.getString("refinery.cluster.tls.key")).isEqualTo("/etc/refinery/tls/key.pem");
    assertThat(TlsConfig.from(config).isOn()).isTrue();
    assertThat(list(container, "volumeMounts"))
        .extracting(mount -> map(mount).get("mountPath"))
        .contains("/etc/refinery/tls");
  }

  private static Object path(Map<String, Object> container, String probe) {
    return map(map(container.get(probe)).get("httpGet")).get("path");
  }

  @Test
  void theServicesOfTheCompositionNameKeysThatExist() throws IOException {
    Map<String, Object> services = map(documents("compose.yaml").getFirst().get("services"));
    for (String node : List.of("node1", "node2", "node3")) {
      Map<String, String> environment = new HashMap<>();
      map(map(services.get(node)).get("environment"))
          .forEach((name, value) -> environment.put(name, value.toString()));
      Config config = load(environment);
      assertThat(StorageConfig.from(config).temporary()).isPresent();
      assertThat(TlsConfig.from(config).isOn()).isTrue();
      assertThat(list(map(services.get("certificates")), "command").toString()).contains(node);
      assertThat(list(map(services.get(node)), "command").toString())
          .contains("--artery=" + node + ":25520")
          .doesNotContain("PASSWORD");
    }
  }

  /** Artery and management only between the nodes. */
  @Test
  void theNetworkPolicyNamesThePortsOfTheNodes() throws IOException {
    Map<String, Object> spec =
        map(documents("kubernetes/network-policy.yaml").getFirst().get("spec"));
    Map<String, Object> nodes = Map.of("podSelector", spec.get("podSelector"));
    Config config = load(Map.of());
    List<Object> amongNodes = new ArrayList<>();
    for (Object rule : list(spec, "ingress")) {
      if (list(map(rule), "from").equals(List.of(nodes))) {
        list(map(rule), "ports").forEach(port -> amongNodes.add(map(port).get("port")));
      } else {
        assertThat(list(map(rule), "ports"))
            .extracting(port -> map(port).get("port"))
            .containsExactly(config.getInt("refinery.http.port"));
      }
    }
    assertThat(amongNodes)
        .containsExactlyInAnyOrder(
            NodeOptions.defaults().artery().port(), config.getInt("akka.management.http.port"));
  }

  @Test
  void theOtherFilesAreReadable() throws IOException {
    for (String file : List.of("rbac.yaml", "services.yaml", "disruption.yaml")) {
      assertThat(documents("kubernetes/" + file))
          .allSatisfy(one -> assertThat(one).containsKey("kind"));
    }
    assertThat(Files.readString(DOCKER.resolve("Dockerfile"))).contains("USER 10001:10001");
  }
}
