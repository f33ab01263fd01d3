package refinery.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.MediaRange;
import akka.http.javadsl.model.MediaTypes;
import akka.http.javadsl.model.ResponseEntity;
import akka.http.javadsl.model.headers.Accept;
import akka.http.javadsl.model.headers.RawHeader;
import akka.http.scaladsl.model.IllegalUriException;
import akka.japi.Pair;
import akka.stream.Materializer;
import akka.stream.javadsl.Flow;
import akka.stream.javadsl.Source;
import akka.util.ByteString;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.http.Routes.Match;
import refinery.http.access.Caller;
import refinery.http.access.Scope;
import refinery.http.dashboard.Dashboard;
import refinery.protocol.Ids;
import refinery.protocol.query.ReadModel;
import refinery.protocol.trace.Tracing;

/**
 * Finds the endpoint of a request, and turns every failure into a problem response. Thread-safe.
 */
public final class Router {
  private static final Logger LOG = LoggerFactory.getLogger(Router.class);

  /** Cuts the connection of a reader who may read no more. */
  private static final class EndedAccess extends RuntimeException {
    private static final long serialVersionUID = 1L;

    EndedAccess() {
      super("the reader's token or session has ended", null, false, false);
    }
  }

  private static final String REQUEST_ID = "X-Request-Id";
  private static final Duration LOOKED_AGAIN = Duration.ofSeconds(1);

  private final Routes routes;
  private final Access access;
  private final Optional<AuditTrail> audit;
  private final RequestBody bodies;
  private final Meters meters;
  private final Obstacles obstacles;
  private final Optional<Dashboard> dashboard;

  /**
   * @param dashboard answers what no endpoint is for
   * @param audit notes what is changed; empty where nothing can be
   */
  public Router(
      List<Endpoint> endpoints,
      Optional<Dashboard> dashboard,
      Access access,
      Optional<AuditTrail> audit,
      HttpConfig config,
      Materializer materializer,
      Meters meters,
      Obstacles obstacles) {
    this.routes = new Routes(endpoints);
    this.access = access;
    this.audit = audit;
    this.bodies = new RequestBody(materializer, config);
    this.meters = meters;
    this.obstacles = obstacles;
    this.dashboard = dashboard;
  }

  /** Answers a request; the stage never fails. */
  public CompletionStage<HttpResponse> handle(HttpRequest request) {
    long started = System.nanoTime();
    List<Match> matches = routes.match(request.getUri().path());
    Optional<Dashboard> page =
        matches.isEmpty() ? dashboard.filter(each -> each.serves(request)) : Optional.empty();
    String route =
        page.isPresent()
            ? "dashboard"
            : matches.isEmpty() ? "none" : matches.getFirst().endpoint().template();
    String id = requestId(request);
    AtomicReference<Caller> caller = new AtomicReference<>(Caller.UNKNOWN);
    Tracing.Span span =
        meters.begin(
            request.method().value(),
            route,
            request.getHeader("traceparent").map(HttpHeader::value));
    return page.map(pages -> page(request, pages))
        .orElseGet(() -> answer(traced(request, span), matches, caller))
        .handle(
            (response, error) ->
                error == null
                    ? CompletableFuture.completedFuture(response)
                    : answered(request, unwrapped(error)))
        .thenCompose(answered -> answered)
        .thenCompose(said -> audited(request, matches, caller.get(), id, said))
        .thenApply(
            said -> {
              meters.served(
                  request.method().value(),
                  route,
                  said.status().intValue(),
                  System.nanoTime() - started);
              end(span, said.status().intValue());
              return said.addHeader(RawHeader.create(REQUEST_ID, id));
            });
  }

  /** Pages and their files hold no data: whoever may reach this node may read them. */
  private CompletionStage<HttpResponse> page(HttpRequest request, Dashboard pages) {
    bodies.discard(request);
    try {
      access.checkPlace(request);
      return CompletableFuture.completedFuture(pages.answer(request));
    } catch (RuntimeException refused) {
      return CompletableFuture.failedFuture(refused);
    }
  }

  private static HttpRequest traced(HttpRequest request, Tracing.Span span) {
    return span.context()
        .<HttpRequest>map(context -> request.addAttribute(Exchange.TRACE, context))
        .orElse(request);
  }

  private static void end(Tracing.Span span, int status) {
    span.end(
        Map.of("http.response.status_code", Integer.toString(status)),
        status < 500 ? Optional.empty() : Optional.of("status " + status));
  }

  private CompletionStage<HttpResponse> audited(
      HttpRequest request, List<Match> matches, Caller caller, String id, HttpResponse response) {
    return audit.isEmpty()
        ? CompletableFuture.completedFuture(response)
        : audit.get().noted(request, Routes.chosen(request, matches), caller, id, response);
  }

  /** The id that the client gives its request, if it is one, or a new one. */
  private static String requestId(HttpRequest request) {
    return request
        .getHeader(REQUEST_ID)
        .map(HttpHeader::value)
        .filter(text -> text.matches("[A-Za-z0-9._-]{1,64}"))
        .orElseGet(() -> Ids.random().substring(0, 16));
  }

  /** What does not exist is told only to those who may read. */
  private CompletionStage<HttpResponse> answer(
      HttpRequest request, List<Match> matches, AtomicReference<Caller> known) {
    Optional<Match> chosen = Routes.chosen(request, matches);
    Scope needed = chosen.map(match -> match.endpoint().scope()).orElse(Scope.READ);
    return access
        .admit(request, needed, known::set)
        .whenComplete(
            (caller, refused) -> {
              if (refused != null) {
                bodies.discard(request);
              }
            })
        .thenCompose(
            caller ->
                handled(request, chosen, matches, caller)
                    .thenApply(response -> whileAllowed(response, caller, needed)));
  }

  private CompletionStage<HttpResponse> handled(
      HttpRequest request, Optional<Match> chosen, List<Match> matches, Caller caller) {
    try {
      Match match = chosen.orElseThrow(() -> Routes.none(request, matches));
      Endpoint endpoint = match.endpoint();
      if (endpoint.runsCommands()) {
        access.checkCommands(caller);
      }
      checkAccept(request, endpoint);
      Map<String, String> query = query(request, endpoint);
      return bodies
          .read(request, endpoint.body())
          .thenCompose(
              body ->
                  endpoint
                      .handler()
                      .handle(new Exchange(request, match.variables(), query, body, caller)));
    } catch (RuntimeException refused) {
      bodies.discard(request);
      return CompletableFuture.failedFuture(refused);
    }
  }

  /**
   * Ends a stream that would go on for ever when its reader may read no more: asks before each part
   * and, while there is none, once a second.
   */
  private HttpResponse whileAllowed(HttpResponse response, Caller caller, Scope needed) {
    ResponseEntity entity = response.entity();
    if (entity.isStrict() || entity.getContentLengthOption().isPresent() || needed == Scope.NONE) {
      return response;
    }
    return response.transformEntityDataBytes(
        Flow.of(ByteString.class)
            .merge(Source.tick(LOOKED_AGAIN, LOOKED_AGAIN, ByteString.emptyByteString()), true)
            .map(
                part -> {
                  if (access.mayStay(caller, needed)) {
                    return part;
                  }
                  throw new EndedAccess();
                })
            .filter(part -> !part.isEmpty()));
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
      } else if (parameter.second().indexOf('\0') >= 0) {
        wrongs.add(new Problem.Wrong("?" + name, "must not have the character U+0000"));
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
