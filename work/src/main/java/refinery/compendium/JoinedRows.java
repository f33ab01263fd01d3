package refinery.compendium;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rows of a joined matrix, and where each table has them. */
public final class JoinedRows {
  private final List<String> names;

  /** By table and row of the matrix; -1 is absent. */
  private final int[][] places;

  JoinedRows(List<String> names, List<List<String>> tables) {
    this.names = List.copyOf(names);
    this.places = new int[tables.size()][];
    for (int table = 0; table < places.length; table++) {
      Map<String, Integer> place = new HashMap<>();
      for (String name : tables.get(table)) {
        place.put(name, place.size());
      }
      places[table] = names.stream().mapToInt(name -> place.getOrDefault(name, -1)).toArray();
    }
  }

  public List<String> names() {
    return names;
  }

  /** The number of rows that a table does not have. */
  public int absent(int table) {
    return (int) Arrays.stream(places[table]).filter(place -> place < 0).count();
  }

  /** A column of a table as one of the matrix. */
  public double[] column(int table, double[] values) {
    double[] joined = new double[names.size()];
    for (int row = 0; row < joined.length; row++) {
      int place = places[table][row];
      joined[row] = place < 0 ? Double.NaN : values[place];
    }
    return joined;
  }
}
