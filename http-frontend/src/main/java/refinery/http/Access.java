package refinery.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import refinery.protocol.Actor;

/**
 * Decides who may send requests. With configured tokens, whoever knows one of them. Without,
 * whoever is on this machine; web pages in a browser on this machine are not meant, so foreign
 * origins and host names are refused. Requests that run a command then need the token that the node
 * made for its owner. Thread-safe.
 */
public final class Access {
  private static final String REALM = "Bearer realm=\"refinery\"";
  private static final Pattern LOCAL =
      Pattern.compile("(localhost|[a-z0-9.-]+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1\\])(:\\d+)?");

  private final List<BearerToken> tokens;
  private final Optional<LocalToken> local;
  private final String host;

  public Access(HttpConfig config, Optional<LocalToken> local) {
    this.tokens = config.tokens();
    this.local = local;
    this.host = config.host().toLowerCase(Locale.ROOT);
  }

  /**
   * Returns who asks.
   *
   * @throws Problem the response to a request that is not allowed
   */
  public Actor check(HttpRequest request) {
    if (tokens.isEmpty()) {
      checkLocal(request);
      return Actor.LOCAL;
    }
    return bearer(request, tokens)
        .orElseThrow(
            () ->
                Problem.of(
                    401,
                    "send 'Authorization: Bearer TOKEN' with one of the tokens of"
                        + " refinery.http.auth.tokens; the command line takes --token TOKEN or"
                        + " REFINERY_TOKEN",
                    Map.of("WWW-Authenticate", REALM)));
  }

  /**
   * Refuses a request for a page of the dashboard that is meant for another host or comes from
   * another site's page. It needs no token, as such a page holds no data.
   *
   * @throws Problem the response to a request that is not allowed
   */
  public void checkPage(HttpRequest request) {
    if (tokens.isEmpty()) {
      checkLocal(request);
    }
  }

  /**
   * Refuses a request to run a command without a token, as other users of this machine must not act
   * as the node's user. With configured tokens {@link #check} has done so already.
   *
   * @throws Problem the response to a request that is not allowed
   */
  public void checkCommands(HttpRequest request) {
    if (!tokens.isEmpty()) {
      return;
    }
    if (local.isEmpty()) {
      throw Problem.of(403, "this node runs no commands: refinery.http.auth.tokens is empty");
    }
    if (bearer(request, List.of(BearerToken.of(Actor.LOCAL, local.get().value()))).isEmpty()) {
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
  }

  /** Compares all tokens, so that the time it takes does not tell which one matched. */
  private static Optional<Actor> bearer(HttpRequest request, List<BearerToken> tokens) {
    String header = header(request, "Authorization").orElse("");
    return tokens.stream()
        .filter(token -> token.isIn(header))
        .map(BearerToken::actor)
        .toList()
        .stream()
        .findFirst();
  }

  private void checkLocal(HttpRequest request) {
    String asked = header(request, "Host").orElse("").toLowerCase(Locale.ROOT);
    if (!asked.isEmpty() && !LOCAL.matcher(asked).matches() && !isHost(asked)) {
      throw Problem.of(
          403,
          "this node serves its own machine only, not " + asked + "; set a token to change it");
    }
    Optional<String> origin = header(request, "Origin");
    if (origin.isPresent() && !asked.equals(authority(origin.get()))) {
      throw Problem.of(403, "requests from pages of " + origin.get() + " are not taken");
    }
  }

  private boolean isHost(String asked) {
    return asked.equals(host) || asked.startsWith(host + ":");
  }

  private static String authority(String origin) {
    try {
      return Optional.ofNullable(new URI(origin).getAuthority())
          .orElse("")
          .toLowerCase(Locale.ROOT);
    } catch (URISyntaxException e) {
      return "";
    }
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }
}
