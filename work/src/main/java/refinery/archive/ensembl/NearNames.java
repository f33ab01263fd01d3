package refinery.archive.ensembl;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** Finds names that a person may have meant. Pure. */
final class NearNames {
  private static final int MOST = 3;

  private NearNames() {}

  /** Up to three names that contain the wanted one or differ by a few letters, nearest first. */
  static List<String> of(String wanted, Collection<String> names) {
    int limit = Math.max(2, wanted.length() / 3);
    record Near(String name, int distance) {}
    return names.stream()
        .map(name -> new Near(name, name.contains(wanted) ? 0 : distance(wanted, name, limit)))
        .filter(near -> near.distance() <= limit)
        .sorted(Comparator.comparingInt(Near::distance).thenComparing(Near::name))
        .limit(MOST)
        .map(Near::name)
        .toList();
  }

  /**
   * The Levenshtein distance, or {@code limit + 1} if the lengths alone differ by more than the
   * limit.
   */
  static int distance(String one, String other, int limit) {
    if (Math.abs(one.length() - other.length()) > limit) {
      return limit + 1;
    }
    int[] row = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int same = diagonal + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(same, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[other.length()];
  }
}
