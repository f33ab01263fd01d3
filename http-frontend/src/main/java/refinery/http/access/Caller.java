package refinery.http.access;

import java.time.Instant;
import java.util.Optional;
import refinery.protocol.Actor;

/**
 * Who sends a request.
 *
 * @param means by which the caller is known
 * @param sha256 of the token that the caller has, or has signed in with
 * @param until when the means ends by itself; {@link Instant#MAX} if never
 * @param session the digest of the session by which the caller is known
 */
public record Caller(
    Actor actor,
    Scope scope,
    Means means,
    Optional<String> sha256,
    Instant until,
    Optional<String> session) {

  /** A caller without a session. */
  public Caller(Actor actor, Scope scope, Means means, Optional<String> sha256, Instant until) {
    this(actor, scope, means, sha256, until, Optional.empty());
  }

  /** How callers are known. */
  public enum Means {
    /** Not at all. */
    NOTHING,
    /** They are on this machine, and no tokens are configured. */
    LOCAL,
    TOKEN,
    /** By the dashboard's cookie. */
    SESSION,
    /** By a token that the configured issuer has signed. */
    ISSUER
  }

  /** Whoever has shown nothing. */
  public static final Caller UNKNOWN =
      new Caller(new Actor("unknown"), Scope.NONE, Means.NOTHING, Optional.empty(), Instant.MAX);

  /** Whoever is on this machine, where no token is asked for. */
  public static final Caller LOCAL =
      new Caller(Actor.LOCAL, Scope.ADMIN, Means.LOCAL, Optional.empty(), Instant.MAX);

  public static Caller of(BearerToken token) {
    return new Caller(
        token.actor(), token.scope(), Means.TOKEN, Optional.of(token.sha256()), Instant.MAX);
  }

  /** True if the caller has shown a token, now or when signing in. */
  public boolean isProven() {
    return switch (means) {
      case NOTHING, LOCAL -> false;
      case TOKEN, SESSION, ISSUER -> true;
    };
  }

  @Override
  public String toString() {
    return "Caller[" + actor + ", " + scope.word() + ", " + means + "]";
  }
}
