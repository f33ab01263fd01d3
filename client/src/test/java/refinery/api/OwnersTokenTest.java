package refinery.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.protocol.Json;

/** A client reads the node's token by itself, and shows it to nobody but the node's own user. */
class OwnersTokenTest {
  private static final int NOBODY = 65534;

  @TempDir private Path temp;
  private final List<String> seen = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Path file;

  @BeforeEach
  void listen() throws IOException {
    file = Files.writeString(temp.resolve("tökén with space"), "the-secret\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String given =
              Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                  .orElse("none");
          seen.add(given);
          boolean known = given.equals("Bearer the-secret");
          if (!known) {
            exchange
                .getResponseHeaders()
                .add(
                    "WWW-Authenticate",
                    "Bearer realm=\"refinery\", token_file=\""
                        + URLEncoder.encode(file.toString(), StandardCharsets.UTF_8)
                        + "\"");
          }
          byte[] answer =
              "{\"ids\": [], \"detail\": \"a token please\"}".getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(known ? 201 : 401, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private NodeClient client(Optional<String> token) {
    return new NodeClient("http://127.0.0.1:" + server.getAddress().getPort(), token);
  }

  private static void post(NodeClient client) {
    client.post("/jobs", Json.MAPPER.createObjectNode(), Optional.empty());
  }

  @Test
  void isReadWhenItIsAskedForAndKept() {
    NodeClient client = client(Optional.empty());
    post(client);
    post(client);
    assertThat(seen).containsExactly("none", "Bearer the-secret", "Bearer the-secret");
  }

  @Test
  void isNotSentInPlaceOfOneThatWasGiven() {
    assertThatThrownBy(() -> post(client(Optional.of("mine")))).hasMessageContaining("a token");
    assertThat(seen).containsExactly("Bearer mine");
  }

  @Test
  void isNotSentToAnotherUsersServer() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "needs root to be another user");
    Files.setAttribute(file, "unix:uid", NOBODY);
    assertThatThrownBy(() -> post(client(Optional.empty()))).hasMessageContaining("a token");
    assertThat(seen).containsExactly("none");
  }

  @Test
  void isNotTakenFromAFileThatOthersMayRead() throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> post(client(Optional.empty()))).hasMessageContaining("a token");
    assertThat(seen).containsExactly("none");
  }
}
