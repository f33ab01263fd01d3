package refinery.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaRange;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.headers.Accept;
import akka.http.scaladsl.model.IllegalUriException;
import akka.japi.Pair;
import akka.stream.Materializer;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.http.dashboard.Dashboard;
import refinery.protocol.Actor;
import refinery.protocol.query.ReadModel;

/**
 * Finds the endpoint of a request, and turns every failure into a problem response. Thread-safe.
 */
public final class Router {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);

  /** An endpoint whose template fits, with the values of its variables. */
  private record Match(Endpoint endpoint, Map<String, String> variables) {}

  private record Template(Endpoint endpoint, List<String> segments) {}

  private final List<Template> templates;
  private final Access access;
  private final RequestBody bodies;
  private final Meters meters;
  private final Obstacles obstacles;
  private final Optional<Dashboard> dashboard;

  /**
   * @param dashboard answers what no endpoint is for
   */
  public Router(
      List<Endpoint> endpoints,
      Optional<Dashboard> dashboard,
      Access access,
      HttpConfig config,
      Materializer materializer,
      Meters meters,
      Obstacles obstacles) {
    this.templates =
        endpoints.stream()
            .map(endpoint -> new Template(endpoint, segments(endpoint.template())))
            .toList();
    this.access = access;
    this.bodies = new RequestBody(materializer, config);
    this.meters = meters;
    this.obstacles = obstacles;
    this.dashboard = dashboard;
  }

  /** Answers a request; the stage never fails. */
  public CompletionStage<HttpResponse> handle(HttpRequest request) {
    long started = System.nanoTime();
    List<Match> matches = match(request.getUri().path());
    Optional<Dashboard> page =
        matches.isEmpty() ? dashboard.filter(each -> each.serves(request)) : Optional.empty();
    String route =
        page.isPresent()
            ? "dashboard"
            : matches.isEmpty() ? "none" : matches.getFirst().endpoint().template();
    return page.map(pages -> page(request, pages))
        .orElseGet(() -> answer(request, matches))
        .handle(
            (response, error) ->
                error == null
                    ? CompletableFuture.completedFuture(response)
                    : answered(request, unwrapped(error)))
        .thenCompose(answered -> answered)
        .thenApply(
            said -> {
              meters.served(
                  request.method().value(),
                  route,
                  said.status().intValue(),
                  System.nanoTime() - started);
              return said;
            });
  }

  /** Pages and their files hold no data: whoever may reach this node may read them. */
  private CompletionStage<HttpResponse> page(HttpRequest request, Dashboard pages) {
    bodies.discard(request);
    try {
      access.checkPage(request);
      return CompletableFuture.completedFuture(pages.answer(request));
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private CompletionStage<HttpResponse> answer(HttpRequest request, List<Match> matches) {
    try {
      Actor actor = access.check(request);
      Match match = choose(request, matches);
      if (match.endpoint().runsCommands()) {
        access.checkCommands(request);
      }
      checkAccept(request, match.endpoint());
      Map<String, String> query = query(request, match.endpoint());
      return bodies
          .read(request, match.endpoint().body())
          .thenCompose(
              body ->
                  match
                      .endpoint()
                      .handler()
                      .handle(new Exchange(request, match.variables(), query, body, actor)));
    } catch (RuntimeException refused) {
      bodies.discard(request);
      return CompletableFuture.failedFuture(refused);
    }
  }

  private List<Match> match(String path) {
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

  private static Match choose(HttpRequest request, List<Match> matches) {
    if (matches.isEmpty()) {
      throw Problem.of(404, "there is nothing at " + request.getUri().path());
    }
    String asked = request.method().value();
    String method = asked.equals("HEAD") ? "GET" : asked;
    return matches.stream()
        .filter(match -> match.endpoint().method().equals(method))
        .findFirst()
        .orElseThrow(() -> notAllowed(asked, matches));
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

  private static void checkAccept(HttpRequest request, Endpoint endpoint) {
    Optional<Accept> accept = request.getHeader(Accept.class);
    if (accept.isEmpty() || endpoint.accepts().isEmpty()) {
      return;
    }
    for (MediaRange range : accept.get().getMediaRanges()) {
      for (String type : endpoint.accepts()) {
        if (range.qValue() > 0 && range.matches(MediaTypes.custom(type, false, true))) {
          return;
        }
      }
    }
    throw Problem.of(
        406, "this is served as " + String.join(" or ", new TreeSet<>(endpoint.accepts())));
  }

  private static Map<String, String> query(HttpRequest request, Endpoint endpoint) {
    Map<String, String> found = new HashMap<>();
    List<Problem.Wrong> wrongs = new ArrayList<>();
    for (Pair<String, String> parameter : request.getUri().query().toList()) {
      String name = parameter.first();
      if (!endpoint.knows(name)) {
        wrongs.add(new Problem.Wrong("?" + name, "is not known; " + known(endpoint)));
      } else if (found.put(name, parameter.second()) != null) {
        wrongs.add(new Problem.Wrong("?" + name, "is given more than once"));
      }
    }
    if (!wrongs.isEmpty()) {
      throw Problem.badRequest(wrongs);
    }
    return found;
  }

  private static String known(Endpoint endpoint) {
    return endpoint.query().isEmpty()
        ? "there are no query parameters here"
        : "known are " + String.join(", ", new TreeSet<>(endpoint.query()));
  }

  private static Throwable unwrapped(Throwable error) {
    Throwable cause = error;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return cause;
  }

  /**
   * Answers a failed request. After a time-out it names known obstacles of this node, such as a
   * full disk or an unreachable database.
   */
  private CompletionStage<HttpResponse> answered(HttpRequest request, Throwable cause) {
    if (!(cause instanceof TimeoutException)) {
      return CompletableFuture.completedFuture(failed(request, cause));
    }
    return obstacles
        .now()
        .thenApply(
            found ->
                found.isEmpty()
                    ? failed(request, cause)
                    : Responses.problem(
                        Problem.unavailable(
                            "no answer in time: "
                                + String.join("; ", found)
                                + "; it may have been done all the same, so look before"
                                + " repeating")));
  }

  private static HttpResponse failed(HttpRequest request, Throwable cause) {
    return switch (cause) {
      case Problem problem -> Responses.problem(problem);
      case ReadModel.InvalidCursor invalid ->
          Responses.problem(Problem.badRequest("?cursor", invalid.getMessage()));
      case IllegalUriException illegal ->
          Responses.problem(400, "the address is malformed: " + illegal.getMessage());
      case TimeoutException timeout ->
          Responses.problem(
              Problem.unavailable(
                  "no answer in time; it may have been done all the same, so look before"
                      + " repeating"));
      case SQLException away -> {
        LOG.warn("{}: the read model is away: {}", request.getUri().path(), away.getMessage());
        yield Responses.problem(Problem.unavailable("the database does not answer; try again"));
      }
      default -> unexpected(request, cause);
    };
  }

  private static HttpResponse unexpected(HttpRequest request, Throwable cause) {
    String reference = UUID.randomUUID().toString();
    LOG.error(
        "{} {} failed, reference {}",
        request.method().value(),
        request.getUri().path(),
        reference,
        cause);
    return Responses.problem(500, "an unexpected failure; the node's log has it as " + reference);
  }
}
