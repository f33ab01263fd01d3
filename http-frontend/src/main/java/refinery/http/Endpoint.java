package refinery.http;

import akka.http.javadsl.model.HttpResponse;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * One method of one path.
 *
 * @param template segments, of which {@code {name}} takes any one segment
 * @param query the query parameters it knows, {@code kv.*} being all that begin so; any other is
 *     refused
 * @param accepts media types it can answer with; empty means any
 * @param runsCommands whether it makes the node run what the request says: needs a token always
 */
public record Endpoint(
    String method,
    String template,
    Set<String> query,
    Body body,
    Set<String> accepts,
    boolean runsCommands,
    Handler handler) {

  /** Whether a request body is taken. */
  public enum Body {
    NONE,
    OPTIONAL,
    REQUIRED
  }

  /** Answers; must not block. A {@link Problem}, thrown or in the stage, becomes the answer. */
  @FunctionalInterface
  public interface Handler {
    CompletionStage<HttpResponse> handle(Exchange exchange);
  }

  private static final Set<String> JSON = Set.of("application/json");

  public Endpoint {
    query = Set.copyOf(query);
    accepts = Set.copyOf(accepts);
  }

  boolean knows(String parameter) {
    return query.contains(parameter)
        || query.stream()
            .anyMatch(
                known ->
                    known.endsWith("*")
                        && parameter.startsWith(known.substring(0, known.length() - 1)));
  }

  public static Endpoint get(String template, Set<String> query, Handler handler) {
    return new Endpoint("GET", template, query, Body.NONE, JSON, false, handler);
  }

  public static Endpoint get(String template, Handler handler) {
    return get(template, Set.of(), handler);
  }

  /** A POST that needs a JSON object. */
  public static Endpoint post(String template, Handler handler) {
    return new Endpoint("POST", template, Set.of(), Body.REQUIRED, JSON, false, handler);
  }

  /** A POST that says everything by its path; an empty JSON object may be sent. */
  public static Endpoint action(String template, Handler handler) {
    return new Endpoint("POST", template, Set.of(), Body.OPTIONAL, JSON, false, handler);
  }

  public Endpoint accepting(String... types) {
    return new Endpoint(method, template, query, body, Set.of(types), runsCommands, handler);
  }

  public Endpoint runningCommands() {
    return new Endpoint(method, template, query, body, accepts, true, handler);
  }
}
