package refinery.testing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * What a node asks of a Kubernetes API server, over https with a certificate of its own and a
 * token: the running pods of one namespace and label. Whoever has another token is forbidden to
 * look.
 */
public final class KubernetesApi implements AutoCloseable {
  private static final char[] PASSWORD = "changeit".toCharArray();
  private static final String TOKEN = "a-token";

  private final HttpsServer server;
  private final Path directory;
  private final List<InetAddress> pods;

  private KubernetesApi(HttpsServer server, Path directory, List<InetAddress> pods) {
    this.server = server;
    this.directory = directory;
    this.pods = pods;
  }

  /**
   * @param directory for the certificate and what else a pod finds mounted
   */
  public static KubernetesApi start(Path directory, List<InetAddress> pods)
      throws IOException, GeneralSecurityException, InterruptedException {
    KeyStore keys = certificate(directory);
    KeyManagerFactory managers =
        KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(keys, PASSWORD);
    SSLContext tls = SSLContext.getInstance("TLS");
    tls.init(managers.getKeyManagers(), null, null);
    HttpsServer server =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(tls));
    KubernetesApi api = new KubernetesApi(server, directory, pods);
    server.createContext("/", api::serve);
    Files.writeString(directory.resolve("token"), TOKEN);
    Files.writeString(directory.resolve("namespace"), "labs");
    String pem =
        "-----BEGIN CERTIFICATE-----\n"
            + Base64.getMimeEncoder().encodeToString(keys.getCertificate("api").getEncoded())
            + "\n-----END CERTIFICATE-----\n";
    Files.writeString(directory.resolve("ca.crt"), pem);
    server.start();
    return api;
  }

  private static KeyStore certificate(Path directory)
      throws IOException, InterruptedException, GeneralSecurityException {
    Path store = directory.resolve("keys.p12");
    String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
    Process made =
        new ProcessBuilder(
                List.of(
                    keytool,
                    "-genkeypair",
                    "-alias",
                    "api",
                    "-keyalg",
                    "RSA",
                    "-keysize",
                    "2048",
                    "-dname",
                    "CN=kubernetes",
                    "-ext",
                    "san=ip:127.0.0.1",
                    "-storetype",
                    "PKCS12",
                    "-storepass",
                    new String(PASSWORD),
                    "-keystore",
                    store.toString()))
            .inheritIO()
            .start();
    if (made.waitFor() != 0) {
      throw new IOException("keytool failed");
    }
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    return keys;
  }

  /** What is set in a pod's environment. */
  public Map<String, String> environment() {
    return Map.of(
        "KUBERNETES_SERVICE_HOST",
        "127.0.0.1",
        "KUBERNETES_SERVICE_PORT",
        Integer.toString(server.getAddress().getPort()));
  }

  /** Where a pod finds what is mounted into it; the shipped paths need root. */
  public Map<String, String> settings() {
    return Map.of(
        "akka.discovery.kubernetes-api.api-ca-path", directory.resolve("ca.crt").toString(),
        "akka.discovery.kubernetes-api.api-token-path", directory.resolve("token").toString(),
        "akka.discovery.kubernetes-api.pod-namespace-path",
            directory.resolve("namespace").toString());
  }

  private void serve(HttpExchange exchange) throws IOException {
    try (exchange) {
      String query = exchange.getRequestURI().getRawQuery();
      boolean asked =
          exchange.getRequestURI().getPath().equals("/api/v1/namespaces/labs/pods")
              && query != null
              && URLDecoder.decode(query, StandardCharsets.UTF_8)
                  .contains("labelSelector=app=refinery");
      boolean known =
          ("Bearer " + TOKEN).equals(exchange.getRequestHeaders().getFirst("Authorization"));
      byte[] body = (asked ? list() : "{}").getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", "application/json");
      exchange.sendResponseHeaders(!known ? 403 : asked ? 200 : 404, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  private String list() {
    return pods.stream()
        .map(
            pod ->
                """
                {"metadata": {"labels": {"app": "refinery"}},
                 "spec": {"containers": [{"name": "node", "ports": [{"name": "management", "containerPort": 1}]}]},
                 "status": {"podIP": "%s", "phase": "Running"}}
                """
                    .formatted(pod.getHostAddress()))
        .collect(Collectors.joining(",", "{\"kind\": \"PodList\", \"items\": [", "]}"));
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
