package refinery.client;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import refinery.protocol.Json;
import refinery.web.BoundedCall;
import refinery.web.StallWatch;

/**
 * A node's HTTP API for programs. Blocking and thread-safe. Everything that goes wrong is a {@link
 * CommandFailure}: 3 when the node cannot be reached, 2 when it refuses the request as wrong, 1
 * otherwise.
 */
public final class NodeClient {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final StallWatch SILENCE = new StallWatch(ANSWER, Duration.ofDays(3_650));
  private static final String API = "/api/v1";
  private static final int UNAUTHORIZED = 401;
  private static final int LARGEST_PAGE = 1_000;
  private static final int MOST_WORDS = 64 * 1024;

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  private final URI base;
  private volatile Optional<String> token;

  public NodeClient(String url, Optional<String> token) {
    this.base = base(url);
    this.token = token;
  }

  public JsonNode get(String path) {
    return parsed(path, send(request(path).GET().build(), text()));
  }

  /** Posts JSON; {@code key} makes a repeat return the first answer. */
  public JsonNode post(String path, JsonNode body, Optional<String> key) {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString()));
    key.ifPresent(value -> request.header("Idempotency-Key", value));
    return parsed(path, send(request.build(), text()));
  }

  /** Changes the fields that the body names; returns what it changed. */
  public JsonNode patch(String path, JsonNode body) {
    HttpRequest request =
        request(path)
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(body.toString()))
            .build();
    return parsed(path, send(request, text()));
  }

  public void delete(String path) {
    send(request(path).DELETE().build(), text());
  }

  /** An action without a body, such as {@code /jobs/ID/retry}; returns what it acted on. */
  public JsonNode act(String path) {
    return parsed(
        path, send(request(path).POST(HttpRequest.BodyPublishers.noBody()).build(), text()));
  }

  /**
   * The body as it comes, for as long as that takes; the caller closes it.
   *
   * @param quiet whether it may be silent: a log that is followed
   */
  public InputStream stream(String path, boolean quiet) {
    InputStream body =
        send(request(path).GET().build(), HttpResponse.BodyHandlers.ofInputStream()).body();
    return quiet ? body : SILENCE.watch(body);
  }

  /** Follows the pages of a list until {@code limit} items were seen. */
  public long list(String path, Map<String, String> filters, long limit, Consumer<JsonNode> each) {
    long seen = 0;
    Optional<String> cursor = Optional.empty();
    do {
      StringBuilder target = new StringBuilder(path + "?limit=");
      target.append(Math.min(LARGEST_PAGE, limit - seen));
      filters.forEach((name, value) -> target.append("&" + name + "=" + encoded(value)));
      cursor.ifPresent(value -> target.append("&cursor=" + encoded(value)));
      JsonNode page = get(target.toString());
      for (JsonNode item : page.path("items")) {
        each.accept(item);
        seen++;
      }
      cursor = Optional.ofNullable(page.path("next").textValue());
    } while (cursor.isPresent() && seen < limit);
    return seen;
  }

  public static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  private HttpRequest.Builder request(String path) {
    URI address = URI.create(base + (path.startsWith(API) ? path : API + path));
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    token.ifPresent(value -> request.setHeader("Authorization", "Bearer " + value));
    return request;
  }

  /**
   * Repeats a refused request with the owner's token, if the node asks for it and we may read it.
   */
  private <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    HttpResponse<T> response = exchange(request, handler);
    if (response.statusCode() == UNAUTHORIZED && token.isEmpty()) {
      token = OwnersToken.askedFor(base, response);
      if (token.isPresent()) {
        response =
            exchange(
                HttpRequest.newBuilder(request, (name, value) -> true)
                    .setHeader("Authorization", "Bearer " + token.get())
                    .build(),
                handler);
      }
    }
    if (response.statusCode() / 100 != 2) {
      throw refused(request, response);
    }
    return response;
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    HttpResponse<T> response;
    try {
      response = BoundedCall.send(http, request, ANSWER, handler);
    } catch (IOException e) {
      throw new CommandFailure(
          CommandFailure.UNREACHABLE,
          "cannot reach the node at " + base + " (" + reason(e) + "); is it running? see --url");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("interrupted");
    }
    return response;
  }

  private static CommandFailure refused(HttpRequest request, HttpResponse<?> response) {
    int status = response.statusCode();
    String said = problem(response);
    int code =
        switch (status) {
          case 400, 401, 403, 404, 415, 422 -> CommandFailure.USAGE;
          case 502, 503, 504 -> CommandFailure.UNREACHABLE;
          default -> CommandFailure.WORK_FAILED;
        };
    String what = said.isEmpty() ? request.method() + " " + request.uri().getPath() : said;
    return new CommandFailure(code, what + " (HTTP " + status + ")");
  }

  /** The detail and errors of problem+json in one line. */
  private static String problem(HttpResponse<?> response) {
    try {
      JsonNode problem = Json.MAPPER.readTree(words(response.body()));
      String detail = problem.path("detail").asText("");
      StringBuilder text = new StringBuilder(detail);
      for (JsonNode error : problem.path("errors")) {
        String message = error.path("message").asText();
        if (!detail.contains(message)) {
          text.append(text.isEmpty() ? "" : "; ");
          text.append(error.path("pointer").asText()).append(' ').append(message);
        }
      }
      return text.isEmpty() ? problem.path("title").asText("") : oneLine(text.toString());
    } catch (IOException e) {
      return "the answer is not a node's: is this the right --url?";
    }
  }

  /** The beginning of a body, also of one that was to be streamed. */
  private static String words(Object body) throws IOException {
    if (body instanceof InputStream in) {
      try (InputStream open = SILENCE.watch(in)) {
        return new String(open.readNBytes(MOST_WORDS), StandardCharsets.UTF_8);
      }
    }
    return body instanceof String text ? text : "";
  }

  private JsonNode parsed(String path, HttpResponse<String> response) {
    try {
      return Json.MAPPER.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new CommandFailure(
          CommandFailure.UNREACHABLE, base + path + " does not answer as a node does");
    }
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8);
  }

  public static String oneLine(String text) {
    return text.replaceAll("\\s+", " ").strip();
  }

  private static String reason(IOException error) {
    String message = error.getMessage();
    return message == null || message.isBlank()
        ? error.getClass().getSimpleName().replaceAll("Exception$", "")
        : oneLine(message);
  }

  private static URI base(String url) {
    try {
      URI uri = URI.create(url.replaceAll("/+$", ""));
      boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
      if (web && uri.getHost() != null && uri.getQuery() == null) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      throw CommandFailure.usage("--url '" + url + "' is not an address: " + e.getMessage());
    }
    throw CommandFailure.usage("--url '" + url + "' is not like http://127.0.0.1:8080");
  }
}
