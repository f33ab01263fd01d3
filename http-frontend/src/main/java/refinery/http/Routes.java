package refinery.http;

import akka.http.javadsl.model.HttpRequest;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Finds the endpoint of a path and a method. Immutable. */
final class Routes {
  /** An endpoint whose template fits, with the values of its variables. */
  record Match(Endpoint endpoint, Map<String, String> variables) {}

  private record Template(Endpoint endpoint, List<String> segments) {}

  private final List<Template> templates;

  Routes(List<Endpoint> endpoints) {
    this.templates =
        endpoints.stream()
            .map(endpoint -> new Template(endpoint, segments(endpoint.template())))
            .toList();
  }

  /** All endpoints of this path, whatever their methods. */
  List<Match> match(String path) {
    List<String> asked = segments(path);
    List<Match> found = new ArrayList<>();
    for (Template template : templates) {
      variables(template.segments(), asked)
          .ifPresent(variables -> found.add(new Match(template.endpoint(), variables)));
    }
    return found;
  }

  private static Optional<Map<String, String>> variables(List<String> template, List<String> path) {
    if (template.size() != path.size()) {
      return Optional.empty();
    }
    Map<String, String> variables = new HashMap<>();
    for (int i = 0; i < path.size(); i++) {
      String expected = template.get(i);
      if (expected.startsWith("{")) {
        variables.put(expected.substring(1, expected.length() - 1), path.get(i));
      } else if (!expected.equals(path.get(i))) {
        return Optional.empty();
      }
    }
    return Optional.of(variables);
  }

  private static List<String> segments(String path) {
    return List.of(path.substring(Math.min(1, path.length())).split("/", -1));
  }

  /** The one of these that has the request's method. */
  static Optional<Match> chosen(HttpRequest request, List<Match> matches) {
    String asked = request.method().value();
    String method = asked.equals("HEAD") ? "GET" : asked;
    return matches.stream().filter(match -> match.endpoint().method().equals(method)).findFirst();
  }

  /** The response to a request that no endpoint takes. */
  static Problem none(HttpRequest request, List<Match> matches) {
    return matches.isEmpty()
        ? Problem.of(404, "there is nothing at " + request.getUri().path())
        : notAllowed(request.method().value(), matches);
  }

  private static Problem notAllowed(String asked, List<Match> matches) {
    Set<String> methods = new TreeSet<>();
    for (Match match : matches) {
      methods.add(match.endpoint().method());
      if (match.endpoint().method().equals("GET")) {
        methods.add("HEAD");
      }
    }
    String allow = String.join(", ", methods);
    return Problem.of(
        405, asked + " is not possible here; possible: " + allow, Map.of("Allow", allow));
  }
}
