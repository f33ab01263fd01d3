package refinery.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import akka.http.javadsl.model.headers.Cookie;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import refinery.http.access.BearerToken;
import refinery.http.access.Caller;
import refinery.http.access.Issuer;
import refinery.http.access.LoginLimit;
import refinery.http.access.Places;
import refinery.http.access.Scope;
import refinery.http.access.Sessions;
import refinery.http.access.Tokens;
import refinery.protocol.Actor;
import refinery.protocol.job.Work;

/**
 * Decides who may send requests. With configured tokens, whoever shows one whose scope suffices, in
 * a header or by the dashboard's cookie. Without, whoever is on this machine; requests that run a
 * command then need the token that the node made for its owner. Pages of other origins and foreign
 * host names are refused in any case. Thread-safe.
 */
public final class Access {
  /** The header that the dashboard sends, and that a form of another page cannot. */
  public static final String OWN_REQUEST = "X-Refinery-Request";

  private static final String SCHEME = "bearer ";
  private static final String REALM = "Bearer realm=\"refinery\"";
  private static final String HOW =
      "send 'Authorization: Bearer TOKEN' with one of the tokens of refinery.http.auth.tokens; the"
          + " command line takes 'refinery login URL', REFINERY_TOKEN or --token TOKEN, and the"
          + " dashboard /signin";

  private final Tokens tokens;
  private final Optional<LocalToken> local;
  private final Sessions sessions;
  private final Optional<Issuer> issuer;
  private final Places places;
  private final LoginLimit limit;
  private final boolean pages;
  private final boolean commands;

  /**
   * For a server that no page uses, and that runs no commands of callers: with tokens it answers
   * whatever name it is asked by.
   */
  public static Access ofPrograms(HttpConfig config, Credentials credentials) {
    return new Access(config, credentials, false, false);
  }

  /**
   * @param commands whether requests to run a command are taken at all
   */
  public Access(HttpConfig config, Credentials credentials, boolean commands) {
    this(config, credentials, true, commands);
  }

  private Access(HttpConfig config, Credentials credentials, boolean pages, boolean commands) {
    this.pages = pages;
    this.commands = commands;
    this.limit = new LoginLimit(config.auth().loginFailures(), InstantSource.system());
    this.tokens = credentials.tokens();
    this.local = credentials.local();
    this.sessions = credentials.sessions();
    this.issuer = credentials.issuer();
    this.places =
        new Places(config.host(), HttpConfig.isLoopback(config.host()), config.auth().hosts());
  }

  /** True if every request must show who sends it. */
  public boolean isClosed() {
    return issuer.isPresent() || !tokens.current().isEmpty();
  }

  /**
   * Refuses a request for another server, or from a page of one.
   *
   * @throws Problem the response
   */
  public void checkPlace(HttpRequest request) {
    if (!pages && isClosed()) {
      return;
    }
    Places.Said said = said(request);
    Optional<String> refusal =
        places.notHere(said).or(() -> places.fromElsewhere(said, reads(request)));
    if (refusal.isPresent()) {
      throw Problem.of(403, refusal.get());
    }
  }

  /**
   * Who sends a request that needs this scope. The stage fails with a {@link Problem}, the
   * response, if the request is not allowed.
   *
   * @param known is told who it is before it is decided whether he may
   */
  public CompletionStage<Caller> admit(HttpRequest request, Scope needed, Consumer<Caller> known) {
    try {
      checkPlace(request);
    } catch (Problem refused) {
      return CompletableFuture.failedFuture(refused);
    }
    return identify(request)
        .thenApply(
            caller -> {
              known.accept(caller);
              check(request, caller, needed);
              return caller;
            });
  }

  /** The same by the method: to read needs the scope to read, all else that to administrate. */
  public CompletionStage<Caller> admitProgram(HttpRequest request) {
    return admit(request, reads(request) ? Scope.READ : Scope.ADMIN, caller -> {});
  }

  /** Who sends a request; fails with the response if what it shows is not accepted. */
  public CompletionStage<Caller> identify(HttpRequest request) {
    Optional<String> header = header(request, "Authorization");
    if (!isClosed()) {
      Tokens owners = owners();
      return CompletableFuture.completedFuture(
          header
              .flatMap(Access::bearer)
              .flatMap(owners::find)
              .map(Caller::of)
              .or(() -> session(request, owners))
              .orElse(Caller.LOCAL));
    }
    if (header.isEmpty()) {
      return CompletableFuture.completedFuture(session(request, tokens).orElse(Caller.UNKNOWN));
    }
    return withToken(request, bearer(header.get()).orElse(""));
  }

  /**
   * The caller whom a token makes; fails with the response if it is not accepted, or if its sender
   * has shown too many that were not.
   */
  public CompletionStage<Caller> withToken(HttpRequest request, String token) {
    Optional<InetAddress> client = AuditTrail.client(request);
    Optional<Duration> wait = client.flatMap(from -> limit.wait(from, token));
    if (wait.isPresent()) {
      return CompletableFuture.failedFuture(tooMany(wait.get()));
    }
    return whoHas(token)
        .whenComplete(
            (caller, refused) ->
                client.ifPresent(
                    from -> {
                      if (refused == null) {
                        limit.accepted(from, token);
                      } else if (isWrong(refused)) {
                        limit.failed(from);
                      }
                    }));
  }

  private static Problem tooMany(Duration wait) {
    return Problem.of(
        429,
        "too many tokens from this address were not accepted; try again later",
        Map.of("Retry-After", Long.toString(wait.toSeconds() + 1)));
  }

  /** False when it could not be found out. */
  private static boolean isWrong(Throwable refused) {
    Throwable cause = refused instanceof CompletionException ? refused.getCause() : refused;
    return cause instanceof Problem problem && problem.status() == 401;
  }

  private CompletionStage<Caller> whoHas(String token) {
    Optional<Caller> own = (isClosed() ? tokens : owners()).find(token).map(Caller::of);
    if (own.isPresent() || issuer.isEmpty() || !Issuer.isMeant(token)) {
      return own.<CompletionStage<Caller>>map(CompletableFuture::completedFuture)
          .orElseGet(() -> CompletableFuture.failedFuture(unknown("this token is not known; ")));
    }
    return issuer.get().judge(token).thenApply(this::judged);
  }

  /** Nobody may be called as one of our own tokens is. */
  private Caller judged(Issuer.Verdict verdict) {
    return switch (verdict) {
      case Issuer.Verdict.Accepted accepted -> {
        Actor actor = accepted.caller().actor();
        if (actor.equals(Actor.LOCAL)
            || tokens.current().stream().anyMatch(token -> token.actor().equals(actor))) {
          throw unknown("this token names " + actor + ", as one of our own tokens is called; ");
        }
        yield accepted.caller();
      }
      case Issuer.Verdict.Refused refused ->
          throw unknown("this token is not accepted: " + refused.why() + "; ");
      case Issuer.Verdict.Away away -> throw Problem.unavailable(away.why() + "; try again");
    };
  }

  /** The token that the node made for its owner, as a list. */
  private Tokens owners() {
    return new Tokens(
        local.map(token -> BearerToken.of(Actor.LOCAL, token.value())).stream().toList());
  }

  private Optional<Caller> session(HttpRequest request, Tokens known) {
    for (HttpHeader header : request.getHeaders()) {
      if (header instanceof Cookie cookies) {
        for (var cookie : cookies.getCookies()) {
          if (cookie.name().equals(Sessions.COOKIE)) {
            return sessions.caller(cookie.value(), known, issuer.isPresent());
          }
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Refuses a request that the caller may not send. What a browser adds by itself, the cookie, is
   * no proof that the caller wants what the request does: its page must say so, too.
   *
   * @throws Problem the response
   */
  public void check(HttpRequest request, Caller caller, Scope needed) {
    if (caller.means() == Caller.Means.SESSION && !reads(request)) {
      checkOwnPage(request);
    }
    if (caller.scope().covers(needed)) {
      return;
    }
    if (caller.means() == Caller.Means.NOTHING) {
      throw unknown("");
    }
    throw Problem.of(
        403,
        "this needs a token of scope %s; that of %s has the scope %s"
            .formatted(needed.word(), caller.actor(), caller.scope().word()),
        Map.of(
            "WWW-Authenticate",
            REALM + ", error=\"insufficient_scope\", scope=\"" + needed.word() + "\""));
  }

  private void checkOwnPage(HttpRequest request) {
    if (header(request, OWN_REQUEST).isEmpty()) {
      throw Problem.of(
          403, "a request with the dashboard's cookie must have the header " + OWN_REQUEST);
    }
    if (!places.isFromOwnPage(said(request))) {
      throw Problem.of(
          403,
          "a request with the dashboard's cookie must come from a page of this server, as Origin or"
              + " Sec-Fetch-Site says; programs send 'Authorization: Bearer TOKEN'");
    }
  }

  private Problem unknown(String why) {
    return Problem.of(
        401,
        why + HOW,
        Map.of("WWW-Authenticate", why.isEmpty() ? REALM : REALM + ", error=\"invalid_token\""));
  }

  /**
   * Refuses a request to run a command where that is off, and one from a caller who has shown no
   * token, as other users of this machine must not act as the node's user.
   *
   * @throws Problem the response to a request that is not allowed
   */
  public void checkCommands(Caller caller) {
    if (!commands) {
      throw Problem.of(403, Work.Process.COMMANDS_OFF);
    }
    if (caller.isProven()) {
      return;
    }
    if (local.isEmpty()) {
      throw Problem.of(403, "this node runs no commands: refinery.http.auth.tokens is empty");
    }
    String file = local.get().file().toAbsolutePath().toString();
    throw Problem.of(
        401,
        "running a command needs this node's token, which its owner can read in %s: the command line"
                .formatted(file)
            + " does so by itself as the same user on the same machine, else give --token TOKEN"
            + " or REFINERY_TOKEN; programs send 'Authorization: Bearer TOKEN'",
        Map.of(
            "WWW-Authenticate",
            REALM + ", token_file=\"" + URLEncoder.encode(file, StandardCharsets.UTF_8) + "\""));
  }

  /** True while a caller who was let in may stay, as with a stream that does not end. */
  public boolean mayStay(Caller caller, Scope needed) {
    return !sessions.isOver(caller)
        && (caller.sha256().isEmpty()
            || (isClosed() ? tokens : owners()).holds(caller.sha256().get(), needed))
        && (caller.means() != Caller.Means.LOCAL || !isClosed());
  }

  private static Optional<String> bearer(String header) {
    return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        ? Optional.of(header.substring(SCHEME.length()).strip())
        : Optional.empty();
  }

  /** True for methods that change nothing. */
  static boolean reads(HttpRequest request) {
    return List.of("GET", "HEAD", "OPTIONS").contains(request.method().value());
  }

  private static Places.Said said(HttpRequest request) {
    return new Places.Said(
        header(request, "Host").orElse(""),
        header(request, "Origin").orElse(""),
        header(request, "Sec-Fetch-Site").orElse(""),
        header(request, "Sec-Fetch-Mode").orElse(""));
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }
}
