package refinery.dashboard;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Several times in milliseconds, shown as their median and the longest. */
final class Times {
  private final List<Double> all = new ArrayList<>();

  void add(double milliseconds) {
    all.add(milliseconds);
  }

  @Override
  public String toString() {
    List<Double> sorted = all.stream().sorted().toList();
    return sorted.isEmpty()
        ? "-"
        : String.format(Locale.ROOT, "%.0f, %.0f", sorted.get(sorted.size() / 2), sorted.getLast());
  }
}
