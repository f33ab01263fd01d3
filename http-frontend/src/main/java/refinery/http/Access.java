package refinery.http;

import akka.http.javadsl.model.HttpHeader;
import akka.http.javadsl.model.HttpRequest;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Who may ask. With tokens, whoever knows one. Without, whoever is on this machine; a web page that
 * a browser on this machine shows is not, so foreign origins and foreign host names are refused;
 * and what runs a command needs the token that the node made for its owner.
 */
public final class Access {
  private static final String SCHEME = "bearer ";
  private static final String REALM = "Bearer realm=\"refinery\"";
  private static final Pattern LOCAL =
      Pattern.compile("(localhost|[a-z0-9.-]+\\.localhost|127(\\.\\d{1,3}){3}|\\[::1\\])(:\\d+)?");

  private final List<byte[]> digests;
  private final Optional<LocalToken> local;
  private final String host;

  public Access(HttpConfig config, Optional<LocalToken> local) {
    this.digests = config.tokens().stream().map(Access::digest).toList();
    this.local = local;
    this.host = config.host();
  }

  /** Throws the problem that answers a request that may not be made. */
  public void check(HttpRequest request) {
    if (digests.isEmpty()) {
      checkLocal(request);
    } else if (!authorized(request, digests)) {
      throw Problem.of(
          401,
          "send 'Authorization: Bearer TOKEN' with one of the tokens of refinery.http.auth.tokens;"
              + " the command line takes --token TOKEN or REFINERY_TOKEN",
          Map.of("WWW-Authenticate", REALM));
    }
  }

  /**
   * Throws the problem that answers a request for running a command when it carries no token: who
   * else is on this machine must not act as the node's user. With configured tokens {@link #check}
   * has seen one.
   */
  public void checkCommands(HttpRequest request) {
    if (!digests.isEmpty()) {
      return;
    }
    if (local.isEmpty()) {
      throw Problem.of(403, "this node runs no commands: refinery.http.auth.tokens is empty");
    }
    if (!authorized(request, List.of(digest(local.get().value())))) {
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

  private static boolean authorized(HttpRequest request, List<byte[]> digests) {
    Optional<String> header = header(request, "Authorization");
    if (header.isEmpty() || !header.get().regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return false;
    }
    byte[] given = digest(header.get().substring(SCHEME.length()).strip());
    boolean known = false;
    for (byte[] digest : digests) {
      known |= MessageDigest.isEqual(digest, given);
    }
    return known;
  }

  private void checkLocal(HttpRequest request) {
    String asked = header(request, "Host").orElse("").toLowerCase(java.util.Locale.ROOT);
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
      return Optional.ofNullable(new URI(origin).getAuthority()).orElse("");
    } catch (URISyntaxException e) {
      return "";
    }
  }

  private static Optional<String> header(HttpRequest request, String name) {
    return request.getHeader(name).map(HttpHeader::value);
  }

  /** Equal lengths, so that a comparison's time says nothing of a token. */
  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }
}
