package refinery.http;

import akka.http.javadsl.model.AttributeKey;
import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import refinery.http.access.Caller;
import refinery.protocol.Actor;
import refinery.protocol.trace.TraceContext;

/**
 * A request that matched an endpoint: its path, query and body.
 *
 * @param path values of the template's variables
 * @param body an empty object when none was sent
 * @param caller who asks
 */
public record Exchange(
    HttpRequest request,
    Map<String, String> path,
    Map<String, String> query,
    ObjectNode body,
    Caller caller) {

  static final AttributeKey<TraceContext> TRACE =
      AttributeKey.create("refinery.trace", TraceContext.class);

  /** The request's own place in a trace, for what it begins; empty when it is not traced. */
  Optional<TraceContext> trace() {
    return request.getAttribute(TRACE);
  }

  /** Who asks, for commands that this request causes. */
  Optional<Actor> by() {
    return Optional.of(caller.actor());
  }

  public Optional<String> header(String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  public Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  public boolean isHead() {
    return request.method().value().equals("HEAD");
  }

  /** The id in the path; a malformed one is answered with 404. */
  public <T> T id(String what, Function<String, T> parse) {
    String text = path.get("id");
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw Problem.of(404, "there is no " + what + " '" + text + "': " + e.getMessage());
    }
  }

  Fields fields() {
    return new Fields(body);
  }

  /** Refuses a body with any field. */
  void requireEmptyBody() {
    fields().check();
  }
}
