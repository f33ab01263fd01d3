package refinery.http.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The tokens that are accepted now. They may be replaced while requests are answered: the next
 * request is judged by the new ones. Thread-safe.
 */
public final class Tokens {
  private volatile List<BearerToken> current;

  public Tokens(List<BearerToken> first) {
    this.current = List.copyOf(first);
  }

  public List<BearerToken> current() {
    return current;
  }

  /**
   * Accepts these from now on, and no others.
   *
   * @throws IllegalArgumentException when there are none, but there were some: nobody may open a
   *     node to all by mistake, so that needs a restart
   */
  public void replace(List<BearerToken> others) {
    if (others.isEmpty() && !current.isEmpty()) {
      throw new IllegalArgumentException(
          "is empty now, which would open the node to everybody; to do that, start it anew");
    }
    current = List.copyOf(others);
  }

  /** The token with this text. */
  public Optional<BearerToken> find(String text) {
    return withDigest(BearerToken.sha256(text));
  }

  /** Compares all tokens, so that the time it takes does not tell which one matched. */
  Optional<BearerToken> withDigest(String sha256) {
    List<BearerToken> found = new ArrayList<>();
    for (BearerToken token : current) {
      if (token.isOf(sha256)) {
        found.add(token);
      }
    }
    return found.stream().findFirst();
  }

  /** True if a token with this digest still has at least this scope. */
  public boolean holds(String sha256, Scope scope) {
    return withDigest(sha256).filter(token -> token.scope().covers(scope)).isPresent();
  }
}
