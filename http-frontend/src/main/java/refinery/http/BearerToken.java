package refinery.http;

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
import java.util.Set;
import refinery.protocol.Actor;

/**
 * A token that is accepted: the actor that it stands for, and its SHA-256.
 *
 * @param sha256 in lower-case hex
 */
public record BearerToken(Actor actor, String sha256) {
  private static final String SCHEME = "bearer ";
  private static final String TEXT = "[A-Za-z0-9._~+/-]{8,}=*";
  private static final Set<String> KEYS = Set.of("name", "sha256");

  static BearerToken of(Actor actor, String token) {
    return new BearerToken(actor, HexFormat.of().formatHex(digest(token)));
  }

  /**
   * Reads a list of tokens, of objects with {@code name} and {@code sha256}, or of both. A token
   * without a name gets {@code token-N} by its place, counted from 1. Messages show no token.
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
    Set<Actor> names = new HashSet<>();
    for (BearerToken token : tokens) {
      if (!names.add(token.actor())) {
        throw new IllegalArgumentException(
            "holds two tokens that are called " + token.actor() + "; give each its own name");
      }
    }
    return tokens;
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
            "has '%s' at place %d; known are name and sha256".formatted(key, place));
      }
    }
    String sha256;
    Actor actor;
    try {
      sha256 = token.getString("sha256").toLowerCase(java.util.Locale.ROOT);
      actor = new Actor(token.getString("name"));
    } catch (ConfigException | IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "has no good name and sha256 at place %d: %s".formatted(place, e.getMessage()), e);
    }
    if (!sha256.matches("[0-9a-f]{64}")) {
      throw new IllegalArgumentException(
          "has a sha256 for %s that is not 64 hexadecimal digits".formatted(actor));
    }
    return new BearerToken(actor, sha256);
  }

  /** True if an {@code Authorization} header holds this token. */
  boolean isIn(String header) {
    return header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
        && MessageDigest.isEqual(
            HexFormat.of().parseHex(sha256), digest(header.substring(SCHEME.length()).strip()));
  }

  /** Digests are compared, as they have equal lengths: the time tells nothing about a token. */
  private static byte[] digest(String token) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256 is part of every JDK", e);
    }
  }

  @Override
  public String toString() {
    return "BearerToken[" + actor + "]";
  }
}
