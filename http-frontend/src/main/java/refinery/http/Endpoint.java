package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import refinery.http.access.Scope;

/**
 * One method of one path.
 *
 * @param template path segments; {@code {name}} stands for any one segment
 * @param query query parameters that it knows; {@code kv.*} stands for all that begin with {@code
 *     kv.}; others are refused
 * @param accepts media types of its responses; empty: any
 * @param runsCommands true if the node runs a command of the request, which always needs a token
 * @param scope what the caller must be allowed to do
 */
public record Endpoint(
    String method,
    String template,
    Set<String> query,
    Body body,
    Set<String> accepts,
    boolean runsCommands,
    Scope scope,
    Handler handler) {

  /** Whether a request may or must have a body. */
  public enum Body {
    NONE,
    OPTIONAL,
    REQUIRED
  }

  /**
   * Answers a request; must not block. A {@link Problem}, thrown or in the stage, becomes the
   * response.
   */
  @FunctionalInterface
  public interface Handler {
    CompletionStage<HttpResponse> handle(Exchange exchange);
  }

  private static final Set<String> JSON = Set.of("application/json");

  public Endpoint {
    query = Set.copyOf(query);
    accepts = Set.copyOf(accepts);
  }

  /** An endpoint with the scope of its method: to read, or to operate. */
  public Endpoint(
      String method,
      String template,
      Set<String> query,
      Body body,
      Set<String> accepts,
      boolean runsCommands,
      Handler handler) {
    this(
        method,
        template,
        query,
        body,
        accepts,
        runsCommands,
        method.equals("GET") ? Scope.READ : Scope.OPERATE,
        handler);
  }

  boolean knows(String parameter) {
    return query.contains(parameter)
        || query.stream()
            .anyMatch(
                known ->
                    known.endsWith("*")
                        && parameter.startsWith(known.substring(0, known.length() - 1)));
  }

  /** A GET with query parameters, which answers with JSON. */
  public static Endpoint get(String template, Set<String> query, Handler handler) {
    return new Endpoint("GET", template, query, Body.NONE, JSON, false, handler);
  }

  /** A GET without query parameters, which answers with JSON. */
  public static Endpoint get(String template, Handler handler) {
    return get(template, Set.of(), handler);
  }

  /** A POST that needs a JSON object. */
  public static Endpoint post(String template, Handler handler) {
    return new Endpoint("POST", template, Set.of(), Body.REQUIRED, JSON, false, handler);
  }

  /** A POST without a body; an empty JSON object is accepted. */
  public static Endpoint action(String template, Handler handler) {
    return new Endpoint("POST", template, Set.of(), Body.OPTIONAL, JSON, false, handler);
  }

  /** The same endpoint with other media types of its responses. */
  public Endpoint accepting(String... types) {
    return new Endpoint(method, template, query, body, Set.of(types), runsCommands, scope, handler);
  }

  /** The same endpoint, but every request needs a token. */
  public Endpoint runningCommands() {
    return new Endpoint(method, template, query, body, accepts, true, scope, handler);
  }

  /** The same endpoint for callers with this scope; {@link Scope#NONE}: for all. */
  public Endpoint needing(Scope other) {
    return new Endpoint(method, template, query, body, accepts, runsCommands, other, handler);
  }
}
