package refinery.http.access;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import refinery.protocol.Actor;

/**
 * A token that is accepted: the actor that it stands for, what he may do, and its SHA-256.
 *
 * @param sha256 in lower-case hex
 */
public record BearerToken(Actor actor, Scope scope, String sha256) {
  private static final String TEXT = "[A-Za-z0-9._~+/-]{8,}=*";
  private static final Set<String> KEYS = Set.of("name", "sha256", "scope");

  /** The token of this text, which may do everything. */
  public static BearerToken of(Actor actor, String token) {
    return new BearerToken(actor, Scope.ADMIN, sha256(token));
  }

  /**
   * Reads a list of tokens, of objects with {@code name}, {@code sha256} and {@code scope}, or of
   * both. A token without a name gets {@code token-N} by its place, counted from 1, and one without
   * a scope may do everything. Messages show no token.
   */
  static List<BearerToken> list(Config config, String key) {
    ConfigList list = config.getList(key);
    List<BearerToken> tokens = new ArrayList<>();
    for (ConfigValue value : list) {
      int place = tokens.size() + 1;
      tokens.add(
          value instanceof ConfigObject named
              ? named(named.toConfig(), place)
              : unnamed(value, place));
    }
    return tokens;
  }

  /** Refuses two tokens with one name. */
  static List<BearerToken> distinct(List<BearerToken> tokens) {
    Set<Actor> names = new HashSet<>();
    for (BearerToken token : tokens) {
      if (!names.add(token.actor())) {
        throw new IllegalArgumentException(
            "holds two tokens that are called " + token.actor() + "; give each its own name");
      }
    }
    return List.copyOf(tokens);
  }

  private static BearerToken unnamed(ConfigValue value, int place) {
    boolean text = value.valueType() == ConfigValueType.STRING;
    if (!text || !value.unwrapped().toString().matches(TEXT)) {
      throw new IllegalArgumentException(
          "holds a token that no Authorization header can carry or that is too short; "
              + "use 8 or more characters of A-Z a-z 0-9 . _ ~ + / -");
    }
    return of(new Actor("token-" + place), value.unwrapped().toString());
  }

  private static BearerToken named(Config token, int place) {
    for (String key : token.root().keySet()) {
      if (!KEYS.contains(key)) {
        throw new IllegalArgumentException(
            "has '%s' at place %d; known are name, sha256 and scope".formatted(key, place));
      }
    }
    try {
      return named(
          token.getString("name"),
          token.getString("sha256"),
          token.hasPath("scope") ? token.getString("scope") : Scope.ADMIN.word());
    } catch (ConfigException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "has no good name, sha256 and scope at place %d: %s".formatted(place, e.getMessage()), e);
    }
  }

  /** A token by its digest; the message of an exception says what is wrong. */
  static BearerToken named(String name, String sha256, String scope) {
    Actor actor = new Actor(name);
    String digest = sha256.toLowerCase(Locale.ROOT);
    if (!digest.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "the sha256 of %s is not 64 hexadecimal digits".formatted(actor));
    }
    return new BearerToken(
        actor,
        Scope.given(scope)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the scope of %s must be read, operate or admin".formatted(actor))),
        digest);
  }

  /**
   * True if this is the token's digest. Digests are compared, as they have equal lengths, to their
   * ends: the time tells nothing about a token.
   */
  boolean isOf(String digest) {
    return MessageDigest.isEqual(
        sha256.getBytes(StandardCharsets.US_ASCII), digest.getBytes(StandardCharsets.US_ASCII));
  }

  /** The digest of a token's text, in lower-case hex. */
  public static String sha256(String token) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  @Override
  public String toString() {
    return "BearerToken[" + actor + ", " + scope.word() + "]";
  }
}
