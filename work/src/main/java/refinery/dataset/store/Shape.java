package refinery.dataset.store;

import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * What all groups of a store have in common.
 *
 * @param measures in the order in which a sample's values are given
 * @param features ids of the rows, in the order of the rows; later versions add to the end
 */
public record Shape(Level level, List<Measure> measures, List<String> features) {
  /** Features of a tile. */
  static final int TILE = 32;

  private static final int CELLS = 1 << 22;
  private static final int LEAST_SAMPLES = 8;
  private static final int MOST_SAMPLES = 1024;

  public Shape {
    measures = List.copyOf(measures);
    features = List.copyOf(features);
    distinct(measures, "measure");
    distinct(features, "feature");
    if (measures.isEmpty() || features.isEmpty()) {
      throw new IllegalArgumentException("a dataset needs at least one measure and one feature");
    }
  }

  private static void distinct(Collection<?> things, String what) {
    Set<Object> seen = new HashSet<>();
    for (Object thing : things) {
      if (!seen.add(thing)) {
        throw new IllegalArgumentException("the " + what + " " + thing + " is given twice");
      }
    }
  }

  /** How many samples a full group has, so that its values fit in memory however many rows. */
  int groupSize() {
    int size = CELLS / features.size() / LEAST_SAMPLES * LEAST_SAMPLES;
    return Math.clamp(size, LEAST_SAMPLES, MOST_SAMPLES);
  }

  static int tiles(int features) {
    return Math.ceilDiv(features, TILE);
  }

  /** How many features a tile has. */
  static int rows(int tile, int features) {
    return Math.min(TILE, features - tile * TILE);
  }
}
