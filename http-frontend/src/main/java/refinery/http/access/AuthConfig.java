package refinery.http.access;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The settings below {@code refinery.http.auth}, and {@code refinery.http.hosts}.
 *
 * @param tokens of the configuration and of the file, as they were at the start
 * @param tokensFile where more tokens are
 * @param session how long the dashboard stays signed in
 * @param loginFailures of one client within a minute; more are refused
 * @param oidc whose tokens are accepted, too
 * @param hosts names by which the server is reached, beside its own address and loopback
 */
public record AuthConfig(
    List<BearerToken> tokens,
    Optional<Path> tokensFile,
    Duration session,
    int loginFailures,
    List<String> hosts,
    Optional<OidcConfig> oidc) {
  private static final String HOST = "(\\*\\.)?[a-z0-9._-]+(:\\d{1,5})?";

  public AuthConfig {
    tokens = List.copyOf(tokens);
    hosts = List.copyOf(hosts);
  }

  /**
   * Reads the section.
   *
   * @param http the section {@code refinery.http}
   * @throws IllegalArgumentException when a value is wrong; its message begins with the key below
   *     {@code refinery.http}
   */
  public static AuthConfig from(Config http) {
    Duration session = http.getDuration("auth.session");
    int failures = http.getInt("auth.login-failures");
    if (session.toSeconds() < 1) {
      throw new IllegalArgumentException("auth.session is less than a second");
    }
    if (failures < 1) {
      throw new IllegalArgumentException("auth.login-failures is " + failures + "; give 1 or more");
    }
    Optional<Path> file =
        Optional.of(http.getString("auth.tokens-file"))
            .filter(text -> !text.isBlank())
            .map(Path::of);
    return new AuthConfig(
        tokens(http, file), file, session, failures, hosts(http), OidcConfig.from(http));
  }

  /** True if every request needs a token. */
  public boolean isClosed() {
    return !tokens.isEmpty() || oidc.isPresent();
  }

  private static List<BearerToken> tokens(Config http, Optional<Path> file) {
    List<BearerToken> own = under("auth.tokens", () -> BearerToken.list(http, "auth.tokens"));
    List<BearerToken> filed =
        under("auth.tokens-file", () -> file.map(TokensFile::read).orElse(List.of()));
    return under(
        "auth.tokens",
        () -> BearerToken.distinct(Stream.concat(own.stream(), filed.stream()).toList()));
  }

  private static <T> T under(String key, java.util.function.Supplier<T> reading) {
    try {
      return reading.get();
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(key + " " + e.getMessage(), e);
    }
  }

  private static List<String> hosts(Config http) {
    List<String> hosts =
        http.getStringList("hosts").stream().map(host -> host.toLowerCase(Locale.ROOT)).toList();
    for (String host : hosts) {
      if (!host.matches(HOST)) {
        throw new IllegalArgumentException(
            "hosts has '%s', which is no name like refinery.example.org or *.example.org"
                .formatted(host));
      }
    }
    return hosts;
  }
}
