package refinery.http.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.jwk.source.JWKSource;
import com.nimbusds.jose.jwk.source.JWKSourceBuilder;
import com.nimbusds.jose.jwk.source.RateLimitReachedException;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jose.util.DefaultResourceRetriever;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.text.ParseException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import refinery.protocol.Actor;
import refinery.protocol.Json;

/**
 * Verifies the tokens that an institute's login has signed (OpenID Connect). Its keys are read from
 * the address that its discovery document names, kept for five minutes, read again for a key that
 * is not known (at most twice in half a minute), and kept for an hour while the issuer is away.
 * Thread-safe; works on two threads of its own, and refuses more than waits for them.
 */
public final class Issuer implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 3_000;
  private static final int LARGEST = 256 * 1024;
  private static final long KEEP_MILLIS = 300_000;
  private static final long REFRESH_MILLIS = 15_000;
  private static final long PAUSE_MILLIS = 30_000;
  private static final long AWAY_MILLIS = 3_600_000;
  private static final int THREADS = 2;
  private static final int WAITING = 200;
  private static final int LONGEST = 16 * 1024;

  /** What became of a token. */
  public sealed interface Verdict {
    record Accepted(Caller caller) implements Verdict {}

    /** It is no token of the issuer for us, or not any more. */
    record Refused(String why) implements Verdict {}

    /** Its keys cannot be had now. */
    record Away(String why) implements Verdict {}
  }

  private final OidcConfig config;
  private final DefaultResourceRetriever web =
      new DefaultResourceRetriever(TIMEOUT_MILLIS, TIMEOUT_MILLIS, LARGEST);
  private final ThreadPoolExecutor threads;
  private volatile Optional<DefaultJWTProcessor<SecurityContext>> processor = Optional.empty();

  public Issuer(OidcConfig config) {
    this.config = config;
    this.threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "issuer");
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  /** True if a text looks like a signed token of an issuer: three parts with dots. */
  public static boolean isMeant(String token) {
    return token.length() <= LONGEST
        && token.matches("[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*");
  }

  /** Judges a token; does not block, and never fails. */
  public CompletionStage<Verdict> judge(String token) {
    try {
      return CompletableFuture.supplyAsync(() -> judged(token), threads);
    } catch (RejectedExecutionException e) {
      return CompletableFuture.completedFuture(
          new Verdict.Away("too many tokens wait to be verified"));
    }
  }

  private Verdict judged(String token) {
    try {
      JWTClaimsSet claims = processor().process(token, null);
      return accepted(claims);
    } catch (RateLimitReachedException e) {
      return new Verdict.Refused("its key is not known, and the issuer was asked just now");
    } catch (KeySourceException | IOException e) {
      return new Verdict.Away("the keys of " + config.issuer() + " cannot be read");
    } catch (BadJOSEException | JOSEException | ParseException | IllegalArgumentException e) {
      return new Verdict.Refused(e.getMessage());
    }
  }

  private Verdict accepted(JWTClaimsSet claims) throws ParseException {
    Set<String> values = values(claims);
    Optional<Scope> scope =
        Scope.GIVEN.stream()
            .filter(each -> config.scopes().get(each).stream().anyMatch(values::contains))
            .max(Comparator.naturalOrder());
    String name = Optional.ofNullable(claims.getStringClaim(config.actorClaim())).orElse("");
    if (scope.isEmpty()) {
      return new Verdict.Refused(
          "its claim "
              + config.scopeClaim()
              + " has none of the values of"
              + " refinery.http.auth.oidc.scopes");
    }
    Instant until = claims.getExpirationTime().toInstant().plus(config.clockSkew());
    return new Verdict.Accepted(
        new Caller(new Actor(name), scope.get(), Caller.Means.ISSUER, Optional.empty(), until));
  }

  /** The words of a text, or the texts of a list. */
  private Set<String> values(JWTClaimsSet claims) {
    Object at = claims.getClaims();
    for (String key : config.scopeClaim().split("\\.")) {
      at = at instanceof Map<?, ?> map ? map.get(key) : null;
    }
    return switch (at) {
      case null -> Set.of();
      case Collection<?> list -> list.stream().map(String::valueOf).collect(Collectors.toSet());
      default -> Set.copyOf(new java.util.HashSet<>(Arrays.asList(at.toString().split("\\s+"))));
    };
  }

  /** Made once the issuer has told where its keys are. */
  private synchronized DefaultJWTProcessor<SecurityContext> processor() throws IOException {
    if (processor.isEmpty()) {
      processor = Optional.of(made(keysAddress()));
    }
    return processor.get();
  }

  private URL keysAddress() throws IOException {
    String base = config.issuer().toString().replaceAll("/+$", "");
    URL discovery = URI.create(base + "/.well-known/openid-configuration").toURL();
    var document = Json.MAPPER.readTree(web.retrieveResource(discovery).getContent());
    if (!document.path("issuer").asText().equals(config.issuer().toString())) {
      throw new IOException(discovery + " is of another issuer");
    }
    URI keys = URI.create(document.path("jwks_uri").asText());
    if (!"https".equals(keys.getScheme()) && !"http".equals(config.issuer().getScheme())) {
      throw new IOException(discovery + " names keys without https");
    }
    return keys.toURL();
  }

  private DefaultJWTProcessor<SecurityContext> made(URL keys) {
    JWKSource<SecurityContext> source =
        JWKSourceBuilder.create(keys, web)
            .cache(KEEP_MILLIS, REFRESH_MILLIS)
            .rateLimited(PAUSE_MILLIS)
            .outageTolerant(AWAY_MILLIS)
            .build();
    DefaultJWTProcessor<SecurityContext> made = new DefaultJWTProcessor<>();
    made.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(
            JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
    made.setJWSKeySelector(
        new JWSVerificationKeySelector<>(
            config.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet()),
            source));
    DefaultJWTClaimsVerifier<SecurityContext> verifier =
        new DefaultJWTClaimsVerifier<>(
            config.audience(),
            new JWTClaimsSet.Builder().issuer(config.issuer().toString()).build(),
            Set.copyOf(List.of("exp", "iss", "aud", config.actorClaim())));
    verifier.setMaxClockSkew((int) config.clockSkew().toSeconds());
    made.setJWTClaimsSetVerifier(verifier);
    return made;
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
