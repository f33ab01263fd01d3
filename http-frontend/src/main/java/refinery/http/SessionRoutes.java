package refinery.http;

import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.HttpResponse;
import akka.http.javadsl.model.headers.RawHeader;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import refinery.http.access.Caller;
import refinery.http.access.Scope;
import refinery.http.access.Sessions;
import refinery.protocol.Json;

/** Signing in and out with the dashboard. Thread-safe. */
final class SessionRoutes {
  private static final String PATH = "/api/v1/session";
  private static final Set<String> JSON = Set.of("application/json");

  private final Access access;
  private final Sessions sessions;
  private final InstantSource clock;

  SessionRoutes(Access access, Credentials credentials, InstantSource clock) {
    this.access = access;
    this.sessions = credentials.sessions();
    this.clock = clock;
  }

  List<Endpoint> endpoints() {
    return List.of(
        Endpoint.get(PATH, exchange -> CompletableFuture.completedFuture(show(exchange.caller()))),
        Endpoint.post(PATH, this::signIn).needing(Scope.NONE),
        new Endpoint("DELETE", PATH, Set.of(), Endpoint.Body.NONE, JSON, false, this::signOut)
            .needing(Scope.NONE));
  }

  private HttpResponse show(Caller caller) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    body.put("actor", caller.actor().name());
    body.put("scope", caller.scope().word());
    body.put("means", caller.means().name().toLowerCase(Locale.ROOT));
    body.put("required", access.isClosed());
    body.put("commands", caller.isProven());
    if (caller.until().equals(Instant.MAX)) {
      body.putNull("until");
    } else {
      body.put("until", caller.until().toString());
    }
    return unstored(Responses.ok(body));
  }

  private CompletionStage<HttpResponse> signIn(Exchange exchange) {
    Fields fields = exchange.fields();
    String token = fields.requiredString("token");
    fields.check();
    return access
        .withToken(exchange.request(), token)
        .thenApply(caller -> signedIn(exchange.request(), caller));
  }

  private HttpResponse signedIn(HttpRequest request, Caller caller) {
    Sessions.Opened opened = sessions.open(caller);
    Duration age = Duration.between(clock.instant(), opened.until());
    return unstored(
        HttpResponse.create()
            .withStatus(204)
            .addAttribute(AuditTrail.SIGNED_IN, caller)
            .addHeader(cookie(request, opened.value(), age.toSeconds())));
  }

  private CompletionStage<HttpResponse> signOut(Exchange exchange) {
    RawHeader noCookie = cookie(exchange.request(), "", 0);
    return sessions
        .end(exchange.caller())
        .exceptionally(
            failed -> {
              throw Problem.unavailable(
                  "signing out cannot be noted now, and a copy of the cookie would still be taken;"
                      + " try again");
            })
        .thenApply(
            ended -> {
              if (!ended) {
                throw Problem.of(
                    409,
                    "so many sessions of this token were ended that this one goes on until "
                        + exchange.caller().until()
                        + " for whoever has a copy of its cookie; to end it now revoke the token",
                    Map.of(noCookie.name(), noCookie.value()));
              }
              return unstored(HttpResponse.create().withStatus(204).addHeader(noCookie));
            });
  }

  /** With {@code Secure} if the browser came by TLS, here or at a proxy in front. */
  private static RawHeader cookie(HttpRequest request, String value, long seconds) {
    boolean secure =
        request.getUri().scheme().equals("https")
            || request
                .getHeader("Origin")
                .filter(origin -> origin.value().startsWith("https://"))
                .isPresent();
    return RawHeader.create(
        "Set-Cookie",
        "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Strict%s"
            .formatted(Sessions.COOKIE, value, seconds, secure ? "; Secure" : ""));
  }

  private static HttpResponse unstored(HttpResponse response) {
    return response.addHeader(RawHeader.create("Cache-Control", "no-store"));
  }
}
