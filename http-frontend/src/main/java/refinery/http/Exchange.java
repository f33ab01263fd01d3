package refinery.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * A request that was matched: what its path, query and body say.
 *
 * @param body an empty object when none was sent
 */
public record Exchange(
    HttpRequest request, Map<String, String> path, Map<String, String> query, ObjectNode body) {

  public Optional<String> header(String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  public Optional<String> parameter(String name) {
    return Optional.ofNullable(query.get(name));
  }

  public boolean isHead() {
    return request.method().value().equals("HEAD");
  }

  /** The id in the path. One that is none of ours names nothing: 404. */
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

  /** A body may be sent, but must say nothing. */
  void requireEmptyBody() {
    fields().check();
  }
}
