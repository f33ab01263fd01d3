package refinery.scheduling;

import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/** The named tokens of the cluster, each with a limit and a count of those taken. */
final class Tokens {
  private final PackingPolicy policy;
  private final Map<String, Token> byName = new TreeMap<>();

  Tokens(PackingPolicy policy) {
    this.policy = policy;
  }

  Token named(String name) {
    return byName.computeIfAbsent(name, key -> new Token(key, policy.tokenLimit(key)));
  }

  Collection<Token> all() {
    return byName.values();
  }

  /** A token. More than its limit are taken only when leases were adopted. */
  static final class Token {
    private final String name;
    private final int limit;
    private int taken;

    Token(String name, int limit) {
      this.name = name;
      this.limit = limit;
    }

    String name() {
      return name;
    }

    int limit() {
      return limit;
    }

    int taken() {
      return taken;
    }

    int free() {
      return limit - taken;
    }

    void take(int count) {
      taken += count;
    }
  }
}
