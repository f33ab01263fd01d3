package refinery.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import refinery.certificates.Pem;
import refinery.certificates.Trust;
import refinery.web.BoundedCall;
import refinery.web.RetryAfter;
import refinery.web.StallWatch;

/**
 * Sends requests to a node. Every answer that is no success is an {@link ApiProblem}, and no answer
 * a {@link NodeUnreachable}. Blocking and thread-safe; an interrupt ends a call with {@code
 * NodeUnreachable} and leaves the thread interrupted.
 */
public final class Transport {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(60);
  private static final StallWatch SILENCE = new StallWatch(ANSWER, Duration.ofDays(3_650));
  private static final String API = "/api/v1";
  private static final int UNAUTHORIZED = 401;
  private static final int MOST_WORDS = 64 * 1024;

  private final HttpClient http;
  private final URI base;
  private volatile Optional<String> token;

  /**
   * @param base like {@code http://127.0.0.1:8080}
   * @param token sent as a bearer token; without one, that of the node's owner is used where the
   *     node asks for it and this process may read it
   * @throws IllegalArgumentException if the address is none of a web server
   */
  public Transport(String base, Optional<String> token) {
    this(client(HttpClient.newBuilder()), base, token);
  }

  /**
   * For a node whose certificate is of a private authority.
   *
   * @param authority the file of the one authority that is believed (PEM)
   * @throws IOException if the file is no certificate
   * @throws IllegalArgumentException if the address is none of a web server
   */
  public Transport(String base, Optional<String> token, Path authority) throws IOException {
    this(client(HttpClient.newBuilder().sslContext(believing(authority))), base, token);
  }

  /** With an HTTP client of one's own, for example with another trust store. */
  public Transport(HttpClient http, String base, Optional<String> token) {
    this.http = http;
    this.base = address(base);
    this.token = token;
  }

  private static HttpClient client(HttpClient.Builder builder) {
    return builder.version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();
  }

  private static SSLContext believing(Path authority) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, Trust.only(Pem.certificate(authority)), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(authority + ": " + e.getMessage(), e);
    }
  }

  public URI base() {
    return base;
  }

  /** The answer to a GET. */
  public JsonNode get(String path) {
    return parsed(path, send(request(path).GET(), text()));
  }

  /** Sends JSON; an empty answer is a missing node. */
  public JsonNode send(String method, String path, JsonNode body, Optional<String> idempotencyKey) {
    HttpRequest.Builder request =
        request(path)
            .header("Content-Type", "application/json")
            .method(method, HttpRequest.BodyPublishers.ofString(body.toString()));
    idempotencyKey.ifPresent(value -> request.header("Idempotency-Key", value));
    return parsed(path, send(request, text()));
  }

  /** Sends no body: an action, such as {@code POST /jobs/ID/retry}, or a DELETE. */
  public JsonNode send(String method, String path) {
    return parsed(
        path, send(request(path).method(method, HttpRequest.BodyPublishers.noBody()), text()));
  }

  /**
   * The body as it comes, for as long as that takes; the caller closes it.
   *
   * @param quiet whether it may be silent, as a log that is followed
   */
  public InputStream stream(String path, boolean quiet) {
    InputStream body = send(request(path).GET(), HttpResponse.BodyHandlers.ofInputStream()).body();
    return quiet ? body : SILENCE.watch(body);
  }

  /** The events after this one, as the node sends them; the caller closes the stream. */
  InputStream events(Optional<Long> after) {
    HttpRequest.Builder request = request("/events").header("Accept", "text/event-stream").GET();
    after.ifPresent(id -> request.header("Last-Event-ID", Long.toString(id)));
    return SILENCE.watch(send(request, HttpResponse.BodyHandlers.ofInputStream()).body());
  }

  private HttpRequest.Builder request(String path) {
    URI address = URI.create(base + (path.startsWith(API) ? path : API + path));
    HttpRequest.Builder request = HttpRequest.newBuilder(address);
    token.ifPresent(value -> request.setHeader("Authorization", "Bearer " + value));
    return request;
  }

  /** Repeats a refused request with the owner's token, if the node asks for it and we have it. */
  private <T> HttpResponse<T> send(
      HttpRequest.Builder builder, HttpResponse.BodyHandler<T> handler) {
    HttpRequest request = builder.build();
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
      throw ApiProblem.of(
          response.statusCode(),
          words(response.body()),
          request.method() + " " + request.uri().getPath(),
          response
              .headers()
              .firstValue("Retry-After")
              .flatMap(text -> RetryAfter.parse(text, Instant.now())));
    }
    return response;
  }

  private <T> HttpResponse<T> exchange(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return BoundedCall.send(http, request, ANSWER, handler);
    } catch (IOException e) {
      throw new NodeUnreachable("cannot reach the node at " + base + " (" + reason(e) + ")", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new NodeUnreachable("interrupted", e);
    }
  }

  /** The beginning of a body, also of one that was to be streamed. */
  private static String words(Object body) {
    if (body instanceof InputStream in) {
      try (InputStream open = SILENCE.watch(in)) {
        return new String(open.readNBytes(MOST_WORDS), StandardCharsets.UTF_8);
      } catch (IOException e) {
        return "";
      }
    }
    return body instanceof String text ? text : "";
  }

  private JsonNode parsed(String path, HttpResponse<String> response) {
    try {
      return ApiJson.MAPPER.readTree(response.body());
    } catch (JsonProcessingException e) {
      throw new NodeUnreachable(base + path + " does not answer as a node does", e);
    }
  }

  private static HttpResponse.BodyHandler<String> text() {
    return HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8);
  }

  private static String reason(IOException error) {
    String message = error.getMessage();
    return message == null || message.isBlank()
        ? error.getClass().getSimpleName().replaceAll("Exception$", "")
        : message.replaceAll("\\s+", " ").strip();
  }

  private static URI address(String url) {
    URI uri;
    try {
      uri = URI.create(url.replaceAll("/+$", ""));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("'" + url + "' is not an address: " + e.getMessage(), e);
    }
    boolean web = "http".equals(uri.getScheme()) || "https".equals(uri.getScheme());
    if (!web || uri.getHost() == null || uri.getQuery() != null) {
      throw new IllegalArgumentException("'" + url + "' is not like http://127.0.0.1:8080");
    }
    return uri;
  }
}
