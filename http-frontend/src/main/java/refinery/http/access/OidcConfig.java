package refinery.http.access;

import com.typesafe.config.Config;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The settings below {@code refinery.http.auth.oidc}: whose tokens are accepted beside our own.
 *
 * @param issuer its address, as its tokens name it
 * @param audience whom a token must be for
 * @param actorClaim the claim that names the actor
 * @param scopeClaim the claim that the scope follows from; dots lead into objects
 * @param scopes the values of that claim that stand for each scope
 * @param algorithms of signatures, asymmetric ones only
 * @param clockSkew by how much the issuer's clock may differ
 */
public record OidcConfig(
    URI issuer,
    String audience,
    String actorClaim,
    String scopeClaim,
    Map<Scope, Set<String>> scopes,
    Set<String> algorithms,
    Duration clockSkew) {
  private static final String PATH = "auth.oidc";

  /** Algorithms with a public key. With a shared secret whoever can check can sign. */
  private static final Set<String> ASYMMETRIC =
      Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

  public OidcConfig {
    scopes = Map.copyOf(scopes);
    algorithms = Set.copyOf(algorithms);
  }

  /**
   * Reads the section; empty if no issuer is given.
   *
   * @throws IllegalArgumentException when a value is wrong, with the key
   */
  static Optional<OidcConfig> from(Config http) {
    Config config = http.getConfig(PATH);
    String issuer = config.getString("issuer");
    if (issuer.isBlank()) {
      return Optional.empty();
    }
    Duration skew = config.getDuration("clock-skew");
    require(!skew.isNegative() && skew.toMinutes() <= 10, "clock-skew", "must be from 0 to 10m");
    return Optional.of(
        new OidcConfig(
            address(issuer),
            text(config, "audience"),
            text(config, "actor-claim"),
            text(config, "scope-claim"),
            Map.of(
                Scope.READ, words(config, "read"),
                Scope.OPERATE, words(config, "operate"),
                Scope.ADMIN, words(config, "admin")),
            algorithms(config),
            skew));
  }

  private static URI address(String issuer) {
    URI uri;
    try {
      uri = URI.create(issuer);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(PATH + ".issuer is no address: " + e.getMessage(), e);
    }
    boolean local =
        "http".equals(uri.getScheme())
            && uri.getHost() != null
            && uri.getHost().matches("localhost|127(\\.\\d{1,3}){3}|\\[::1\\]");
    require(
        "https".equals(uri.getScheme()) && uri.getHost() != null || local,
        "issuer",
        "must begin with https://, as whoever can change its keys can let anybody in");
    require(uri.getQuery() == null && uri.getFragment() == null, "issuer", "has a query");
    return uri;
  }

  private static Set<String> algorithms(Config config) {
    List<String> names = config.getStringList("algorithms");
    for (String name : names) {
      require(
          ASYMMETRIC.contains(name),
          "algorithms",
          "has '%s'; known are %s"
              .formatted(name, String.join(", ", new java.util.TreeSet<>(ASYMMETRIC))));
    }
    require(!names.isEmpty(), "algorithms", "is empty");
    return Set.copyOf(names);
  }

  private static Set<String> words(Config config, String scope) {
    return Set.copyOf(config.getStringList("scopes." + scope));
  }

  private static String text(Config config, String key) {
    String text = config.getString(key);
    require(!text.isBlank(), key, "is empty, but an issuer is given");
    return text;
  }

  private static void require(boolean holds, String key, String message) {
    if (!holds) {
      throw new IllegalArgumentException(PATH + "." + key + " " + message);
    }
  }
}
