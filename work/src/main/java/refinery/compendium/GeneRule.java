package refinery.compendium;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import refinery.expression.UnusableInput;

/** Which genes a matrix has when its tables do not have the same. */
public enum GeneRule {
  /** Those that all tables have. */
  INNER("inner"),
  /** Those that any table has; absent values are NaN, never 0. */
  OUTER("outer");

  private final String word;

  GeneRule(String word) {
    this.word = word;
  }

  public String word() {
    return word;
  }

  /**
   * The joined rows, in the order of their names' bytes.
   *
   * @param tables the row names of each different table; samples of one index share one
   */
  public JoinedRows join(List<List<String>> tables) throws UnusableInput {
    Map<String, Integer> found = new TreeMap<>();
    for (int table = 0; table < tables.size(); table++) {
      Set<String> own = new HashSet<>();
      for (String name : tables.get(table)) {
        if (!own.add(name)) {
          throw new UnusableInput("table %d has %s twice".formatted(table + 1, name));
        }
        found.merge(name, 1, Integer::sum);
      }
    }
    List<String> rows = new ArrayList<>();
    found.forEach(
        (name, times) -> {
          if (this == OUTER || times == tables.size()) {
            rows.add(name);
          }
        });
    if (rows.isEmpty()) {
      throw new UnusableInput(
          "the %d tables have no gene in common, so genes = inner leaves nothing"
              .formatted(tables.size()));
    }
    return new JoinedRows(rows, tables);
  }
}
