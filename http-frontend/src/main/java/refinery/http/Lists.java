package refinery.http;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import refinery.protocol.query.ReadModel.Filter;

/** Reads the query parameters of a list into a filter, and checks each of them. */
final class Lists {
  private static final int DEFAULT_LIMIT = 100;
  private static final int LARGEST_LIMIT = 1000;

  /** Parameters that select a page; all others filter. */
  static final Set<String> PAGING = Set.of("limit", "cursor");

  private Lists() {}

  static Set<String> parameters(String... filters) {
    Set<String> all = new TreeSet<>(PAGING);
    all.addAll(List.of(filters));
    return all;
  }

  /**
   * @param checks by parameter; a check throws {@link IllegalArgumentException} with the reason
   * @throws Problem a 400 with everything that is wrong
   */
  static Filter filter(Exchange exchange, Map<String, Consumer<String>> checks) {
    List<Problem.Wrong> wrongs = new ArrayList<>();
    Map<String, String> values = new HashMap<>();
    exchange
        .query()
        .forEach(
            (name, value) -> {
              if (!PAGING.contains(name) && !value.isEmpty()) {
                values.put(name, value);
                check(name, value, checks, wrongs);
              }
            });
    int limit = limit(exchange, wrongs);
    if (!wrongs.isEmpty()) {
      throw Problem.badRequest(wrongs);
    }
    return new Filter(values, limit, exchange.parameter("cursor").filter(text -> !text.isEmpty()));
  }

  /** A check that accepts only these words. */
  static Consumer<String> oneOf(List<String> words) {
    return value -> {
      if (!words.contains(value)) {
        throw new IllegalArgumentException("must be one of " + String.join(", ", words));
      }
    };
  }

  private static void check(
      String name, String value, Map<String, Consumer<String>> checks, List<Problem.Wrong> wrongs) {
    if (value.indexOf('\0') >= 0 || value.length() > 1000) {
      wrongs.add(new Problem.Wrong("?" + name, "must be text of at most 1000 characters"));
      return;
    }
    try {
      checks.getOrDefault(name, any -> {}).accept(value);
    } catch (IllegalArgumentException e) {
      wrongs.add(new Problem.Wrong("?" + name, e.getMessage()));
    }
  }

  private static int limit(Exchange exchange, List<Problem.Wrong> wrongs) {
    String text = exchange.query().getOrDefault("limit", Integer.toString(DEFAULT_LIMIT));
    if (text.matches("\\d{1,4}")) {
      int limit = Integer.parseInt(text);
      if (limit >= 1 && limit <= LARGEST_LIMIT) {
        return limit;
      }
    }
    wrongs.add(new Problem.Wrong("?limit", "must be an integer from 1 to " + LARGEST_LIMIT));
    return DEFAULT_LIMIT;
  }
}
