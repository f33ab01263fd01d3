package refinery.http.dashboard;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.http.TestNode;

/** The dashboard's pages and files, as a browser asks for them. */
class DashboardTest {
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode("");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @Test
  void everyRoomIsTheSamePageWithAPolicyThatAllowsNothingForeign() throws Exception {
    String page = node.get("/").body();
    assertThat(page).contains("<div id=\"app\">").doesNotContain("{{");
    for (String room : new Dashboard().rooms()) {
      HttpResponse<String> response = node.get("/" + room);
      assertThat(response.statusCode()).as(room).isEqualTo(200);
      assertThat(same(response.body())).isEqualTo(same(page));
      assertThat(header(response, "Content-Type")).isEqualTo("text/html; charset=UTF-8");
      assertThat(header(response, "Cache-Control")).isEqualTo("no-cache");
      assertThat(header(response, "Content-Security-Policy"))
          .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'");
    }
    assertThat(node.get("/jobs/job-done").body()).isEqualTo(node.get("/jobs").body());
  }

  /** A page without what it asks for beforehand. */
  private static String same(String page) {
    return page.replaceAll("(?m)^<link rel=\"modulepreload\".*\n", "");
  }

  @Test
  void aPageAsksForTheViewsOfItsRoomAndThoseThatTheyAreMadeOf() throws Exception {
    assertThat(node.get("/jobs/job-done").body())
        .contains(base() + "views/job.js", base() + "views/log.js", base() + "lib/table.js")
        .doesNotContain("views/batch.js");
    assertThat(node.get("/").body()).contains("views/overview.js").doesNotContain("views/log.js");
  }

  @Test
  void everyRoomOfTheScriptsHasAPage() throws Exception {
    String app = node.get(base() + "app.js").body();
    TreeSet<String> rooms = new TreeSet<>();
    Pattern.compile("\\{path: '/([a-z]*)', title")
        .matcher(app)
        .results()
        .forEach(found -> rooms.add(found.group(1)));
    assertThat(new Dashboard().rooms()).isEqualTo(rooms).hasSizeGreaterThan(10);
  }

  @Test
  void filesHaveTheirTypesAndMayBeKeptForEver() throws Exception {
    for (Map.Entry<String, String> file :
        Map.of(
                "app.js", "application/javascript; charset=UTF-8",
                "style.css", "text/css; charset=UTF-8",
                "icon.svg", "image/svg+xml",
                "vendor/LICENSE-MIT", "text/plain; charset=UTF-8")
            .entrySet()) {
      HttpResponse<String> response = node.get(base() + file.getKey());
      assertThat(response.statusCode()).as(file.getKey()).isEqualTo(200);
      assertThat(header(response, "Content-Type")).isEqualTo(file.getValue());
      assertThat(header(response, "Cache-Control")).contains("immutable");
      assertThat(header(response, "X-Content-Type-Options")).isEqualTo("nosniff");
      String etag = header(response, "ETag");
      HttpResponse<String> again =
          node.send(node.request(base() + file.getKey()).header("If-None-Match", etag));
      assertThat(again.statusCode()).isEqualTo(304);
      assertThat(again.body()).isEmpty();
    }
    assertThat(header(node.get("/dashboard/0123456789abcdef/app.js"), "Cache-Control"))
        .isEqualTo("no-cache");
  }

  @Test
  void filesAreCompressedForWhoTakesThem() throws Exception {
    var request = node.request(base() + "app.js").header("Accept-Encoding", "gzip").build();
    var response = node.client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    assertThat(response.headers().firstValue("Content-Encoding")).contains("gzip");
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(response.body()))) {
      assertThat(new String(in.readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(node.get(base() + "app.js").body());
    }
  }

  @Test
  void everyModuleThatIsImportedIsServed() throws Exception {
    Dashboard dashboard = new Dashboard();
    for (String name : dashboard.sizes().keySet()) {
      if (name.startsWith("vendor/") || !name.endsWith(".js")) {
        continue;
      }
      String text = node.get(base() + name).body();
      for (var found :
          Pattern.compile("(?m)^(?:import|export) .*?from '([^']+)';|^} from '([^']+)';")
              .matcher(text)
              .results()
              .toList()) {
        String target = found.group(1) == null ? found.group(2) : found.group(1);
        String folder = name.contains("/") ? name.substring(0, name.lastIndexOf('/') + 1) : "";
        String resolved = java.nio.file.Path.of(folder + target).normalize().toString();
        assertThat(dashboard.sizes()).as(name + " imports " + target).containsKey(resolved);
      }
    }
  }

  /** A line of a text that only looks like a comment would be lost. */
  @Test
  void scriptsAreServedWithoutTheirCommentsAndLackNothingElse() throws Exception {
    for (String name : new Dashboard().sizes().keySet()) {
      if (name.startsWith("vendor/") || !name.endsWith(".js")) {
        continue;
      }
      String served = node.get(base() + name).body();
      assertThat(served).as(name).doesNotContainPattern("(?m)^\\s*(//|/\\*\\*)");
      Deque<String> left = new ArrayDeque<>(served.lines().toList());
      long quotes = 0;
      for (String line : source(name).lines().toList()) {
        if (line.equals(left.peek())) {
          left.remove();
          quotes += line.replace("'```'", "").chars().filter(c -> c == '`').count();
        } else {
          assertThat(line.strip()).as(name).matches("(//|/\\*\\*|\\*).*");
          assertThat(quotes % 2).as("outside of texts: %s of %s", line, name).isZero();
        }
      }
      assertThat(left).as("lines of %s", name).isEmpty();
    }
  }

  private static String source(String name) throws IOException {
    try (InputStream in = Dashboard.class.getResourceAsStream("/refinery/dashboard/" + name)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void allTogetherAreSmall() {
    Map<String, Integer> sizes = new Dashboard().sizes();
    assertThat(sizes.values().stream().mapToInt(Integer::intValue).sum())
        .as("compressed bytes of %s", sizes)
        .isLessThanOrEqualTo(150_000);
  }

  @Test
  void whatIsNotAFileOfTheDashboardIsNotFound() throws Exception {
    for (String path :
        List.of(
            base() + "../http/openapi.yaml",
            base() + "%2e%2e/http/openapi.yaml",
            base() + "..%2fhttp%2fopenapi.yaml",
            base() + "/etc/passwd",
            base() + "views/",
            base(),
            base() + "index.html",
            "/dashboard/",
            "/dashboard/x",
            "/dashboard/../../etc/passwd")) {
      assertThat(raw(path)).as(path).doesNotStartWith("HTTP/1.1 200").doesNotContain("openapi: ");
    }
  }

  @Test
  void aLostReaderGetsThePageThatSaysSoAndAProgramAProblem() throws Exception {
    HttpResponse<String> page =
        node.send(node.request("/nowhere").header("Accept", "text/html,*/*;q=0.8"));
    assertThat(page.statusCode()).isEqualTo(404);
    assertThat(header(page, "Content-Type")).startsWith("text/html");
    HttpResponse<String> problem = node.get("/nowhere");
    assertThat(problem.statusCode()).isEqualTo(404);
    assertThat(header(problem, "Content-Type")).isEqualTo("application/problem+json");
    HttpResponse<String> api =
        node.send(node.request("/api/v1/nowhere").header("Accept", "text/html"));
    assertThat(header(api, "Content-Type")).isEqualTo("application/problem+json");
  }

  @Test
  void pagesOfOtherHostsAndSitesAreRefused() throws Exception {
    assertThat(raw("/", "evil.example")).startsWith("HTTP/1.1 403");
    assertThat(node.send(node.request("/").header("Origin", "http://evil.example")).statusCode())
        .isEqualTo(403);
  }

  @Test
  void aPageNeedsNoTokenWhereTheApiDoes() throws Exception {
    try (TestNode guarded =
        new TestNode("refinery.http.auth.tokens = [a-token-that-is-long-enough-for-this]")) {
      assertThat(guarded.get("/").statusCode()).isEqualTo(200);
      assertThat(guarded.get("/api/v1/stats").statusCode()).isEqualTo(401);
    }
  }

  private static String base() throws Exception {
    var found =
        Pattern.compile("src=\"(/dashboard/[0-9a-f]+/)app.js\"").matcher(node.get("/").body());
    assertThat(found.find()).isTrue();
    return found.group(1);
  }

  private static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }

  private static String raw(String path) throws Exception {
    return raw(path, "localhost");
  }

  /** Sends a path as it is, which clients would tidy up. */
  private static String raw(String path, String host) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", node.uri("/").getPort())) {
      OutputStream out = socket.getOutputStream();
      out.write(
          ("GET " + path + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
