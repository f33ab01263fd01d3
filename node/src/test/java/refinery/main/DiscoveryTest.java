package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.database.DatabaseAddress;
import refinery.protocol.Json;
import refinery.testing.KubernetesApi;
import refinery.testing.NameServer;
import refinery.testing.NodeProcess;
import refinery.testing.TestDatabase;

/**
 * Two nodes that were told no address find each other and become one cluster; a third that is told
 * nothing at all is not let near their database. Real JVMs on loopback addresses of their own.
 */
class DiscoveryTest {
  @TempDir Path temp;

  private final DatabaseAddress database = TestDatabase.freshAddress();
  private int nodes;

  @Test
  void byDns() throws Exception {
    List<InetAddress> hosts = hosts("127.0.0.2", "127.0.0.3");
    try (NameServer names = NameServer.start(hosts)) {
      oneCluster(
          hosts,
          Map.of(
              "refinery.cluster.discovery.method",
              "dns",
              "refinery.cluster.discovery.service-name",
              "nodes.lab.test",
              "akka.io.dns.async-dns.nameservers",
              "[\"127.0.0.1:" + names.port() + "\"]"),
          Map.of());
    }
  }

  @Test
  void byTheKubernetesApi() throws Exception {
    List<InetAddress> hosts = hosts("127.0.0.4", "127.0.0.5");
    Path mounted = Files.createDirectory(temp.resolve("mounted"));
    try (KubernetesApi api = KubernetesApi.start(mounted, hosts)) {
      Map<String, String> settings = new HashMap<>(api.settings());
      settings.put("refinery.cluster.discovery.method", "kubernetes");
      oneCluster(hosts, settings, api.environment());
    }
  }

  private static List<InetAddress> hosts(String... addresses) throws IOException {
    List<InetAddress> hosts = new ArrayList<>();
    for (String address : addresses) {
      hosts.add(InetAddress.getByName(address));
    }
    return hosts;
  }

  private void oneCluster(
      List<InetAddress> hosts, Map<String, String> settings, Map<String, String> environment)
      throws Exception {
    int port = portFreeOnAll(hosts);
    List<CompletableFuture<NodeProcess>> starting = new ArrayList<>();
    try (ExecutorService atOnce = Executors.newVirtualThreadPerTaskExecutor()) {
      hosts.forEach(
          host ->
              starting.add(
                  CompletableFuture.supplyAsync(
                      () -> start(host, port, settings, environment), atOnce)));
      for (CompletableFuture<NodeProcess> node : starting) {
        String management = node.get().management();
        Awaitility.await()
            .atMost(Duration.ofMinutes(2))
            .untilAsserted(() -> assertThat(membersUp(management)).hasSize(hosts.size()));
      }
      NodeProcess.killWhenItSays(
          "cannot join: the database is in use by the cluster of "
              + hosts.getFirst().getHostAddress(),
          temp.resolve("alone"),
          temp.resolve("alone.log"),
          List.of(
              "--db",
              database.url(),
              "--http",
              "127.0.0.1:0",
              "--management",
              "127.0.0.1:0",
              "--artery",
              "127.0.0.1:0"),
          login());
    } finally {
      for (CompletableFuture<NodeProcess> node : starting) {
        if (!node.isCompletedExceptionally()) {
          node.join().kill();
        }
      }
    }
  }

  private Map<String, String> login() {
    return Map.of("REFINERY_DB_USER", database.user(), "REFINERY_DB_PASSWORD", database.password());
  }

  private NodeProcess start(
      InetAddress host,
      int management,
      Map<String, String> settings,
      Map<String, String> environment) {
    String address = host.getHostAddress();
    List<String> options =
        new ArrayList<>(
            List.of(
                "--db",
                database.url(),
                "--http",
                "127.0.0.1:0",
                "--artery",
                address + ":0",
                "--management",
                address + ":" + management));
    settings.forEach((key, value) -> options.addAll(List.of("--set", key + "=" + value)));
    Map<String, String> all = new HashMap<>(environment);
    all.putAll(login());
    Path dir;
    synchronized (this) {
      dir = temp.resolve("node-" + nodes++);
    }
    try {
      return NodeProcess.start(dir, Path.of(dir + ".log"), options, all);
    } catch (IOException e) {
      throw new CompletionException(e);
    }
  }

  /** A contact point without a port is asked at the asker's own. */
  private static int portFreeOnAll(List<InetAddress> hosts) throws IOException {
    while (true) {
      try (ServerSocket first = new ServerSocket(0, 1, hosts.getFirst())) {
        for (InetAddress host : hosts.subList(1, hosts.size())) {
          try (ServerSocket other = new ServerSocket()) {
            other.bind(new InetSocketAddress(host, first.getLocalPort()));
          }
        }
        return first.getLocalPort();
      } catch (java.net.BindException taken) {
        assertThat(taken).isNotNull();
      }
    }
  }

  private static List<String> membersUp(String management) throws Exception {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(management + "/cluster/members")).build();
    JsonNode answer =
        Json.MAPPER.readTree(
            HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body());
    return StreamSupport.stream(answer.path("members").spliterator(), false)
        .filter(member -> member.path("status").asText().equals("Up"))
        .map(member -> member.path("node").asText())
        .toList();
  }
}
