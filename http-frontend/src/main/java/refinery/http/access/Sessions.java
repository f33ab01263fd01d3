package refinery.http.access;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import refinery.protocol.Actor;
import refinery.protocol.Json;
import refinery.protocol.session.EndedSessions;

/**
 * The dashboard's sessions. A session is its cookie, which is signed with a secret of all nodes of
 * the database, so every node takes it, and which names the token that it was opened with, so it
 * ends with that token. Stored is only which sessions were ended before their time, so that a copy
 * of the cookie ends with them. Thread-safe.
 */
public final class Sessions {
  /** The cookie's name. */
  public static final String COOKIE = "refinery_session";

  private static final String ALGORITHM = "HmacSHA256";
  private static final int LONGEST = 2_048;
  private static final String ISSUER = "issuer";
  private static final int ID_BYTES = 16;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final SecretKeySpec key;
  private final Duration lifetime;
  private final InstantSource clock;
  private final EndedSessions ended;

  /**
   * @param secret the same on all nodes of a database
   */
  public Sessions(String secret, Duration lifetime, InstantSource clock, EndedSessions ended) {
    this.ended = ended;
    this.key = new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), ALGORITHM);
    this.lifetime = lifetime;
    this.clock = clock;
  }

  /**
   * An opened session.
   *
   * @param value of the cookie
   */
  public record Opened(String value, Instant until) {
    @Override
    public String toString() {
      return "Opened[until " + until + "]";
    }
  }

  /** Opens a session for a caller, which ends no later than what the caller has shown. */
  public Opened open(Caller caller) {
    Instant until = clock.instant().plus(lifetime);
    if (caller.until().isBefore(until)) {
      until = caller.until();
    }
    ObjectNode says = Json.MAPPER.createObjectNode();
    says.put("actor", caller.actor().name());
    says.put("scope", caller.scope().word());
    says.put("token", caller.sha256().map(this::mark).orElse(ISSUER));
    says.put("until", until.getEpochSecond());
    byte[] id = new byte[ID_BYTES];
    RANDOM.nextBytes(id);
    says.put("id", encoded(id));
    String text = encoded(says.toString().getBytes(StandardCharsets.UTF_8));
    return new Opened(text + "." + encoded(signed(text)), until);
  }

  /** True once the caller has signed out, here or elsewhere, or what he has shown has ended. */
  public boolean isOver(Caller caller) {
    return isOver(caller.until()) || caller.session().filter(ended::hasEnded).isPresent();
  }

  private boolean isOver(Instant until) {
    return !clock.instant().isBefore(until);
  }

  /** Ends a caller's session for all who have its cookie; see {@link EndedSessions#end}. */
  public CompletionStage<Boolean> end(Caller caller) {
    return caller
        .session()
        .map(
            session ->
                ended.end(
                    new EndedSessions.Ended(
                        session,
                        caller
                            .sha256()
                            .map(this::mark)
                            .orElse(ISSUER + " " + caller.actor().name()),
                        caller.until())))
        .orElseGet(() -> CompletableFuture.completedFuture(true));
  }

  /**
   * Who has the session of this cookie; empty if there is none, it has ended, or its token has.
   *
   * @param issued whether sessions that were opened with an issuer's token are taken
   */
  public Optional<Caller> caller(String cookie, Tokens tokens, boolean issued) {
    String[] parts = cookie.split("\\.", -1);
    if (cookie.length() > LONGEST || parts.length != 2) {
      return Optional.empty();
    }
    try {
      if (!MessageDigest.isEqual(signed(parts[0]), Base64.getUrlDecoder().decode(parts[1]))) {
        return Optional.empty();
      }
      JsonNode says = Json.MAPPER.readTree(Base64.getUrlDecoder().decode(parts[0]));
      Instant until = Instant.ofEpochSecond(says.path("until").asLong());
      return caller(says, until, tokens, issued).filter(caller -> !isOver(caller));
    } catch (IllegalArgumentException | IOException malformed) {
      return Optional.empty();
    }
  }

  /** With the scope that the token has now. */
  private Optional<Caller> caller(JsonNode says, Instant until, Tokens tokens, boolean issued) {
    String mark = says.path("token").asText();
    if (says.path("id").asText().isEmpty() || mark.equals(ISSUER) && !issued) {
      return Optional.empty();
    }
    Optional<String> session = Optional.of(mark(says.path("id").asText()));
    if (mark.equals(ISSUER)) {
      return Scope.given(says.path("scope").asText())
          .map(
              scope ->
                  new Caller(
                      Actor.of(says.path("actor").asText()),
                      scope,
                      Caller.Means.SESSION,
                      Optional.empty(),
                      until,
                      session));
    }
    return tokens.current().stream()
        .filter(token -> mark(token.sha256()).equals(mark))
        .findFirst()
        .map(
            token ->
                new Caller(
                    token.actor(),
                    token.scope(),
                    Caller.Means.SESSION,
                    Optional.of(token.sha256()),
                    until,
                    session));
  }

  /** Names a token or a session. Without the key nobody can search for what is named. */
  private String mark(String secret) {
    return encoded(signed("token " + secret));
  }

  private byte[] signed(String text) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(key);
      return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("HmacSHA256 is part of every JDK", e);
    }
  }

  private static String encoded(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
