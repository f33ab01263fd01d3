package refinery.scale;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How long answers took, and how late the asking thread woke up between them. An answer that took
 * no longer than such a delay may have waited for the machine rather than the node. In seconds;
 * used by one thread.
 */
final class Answers {
  private final List<Double> took = new ArrayList<>();
  private double latest;

  void add(double seconds) {
    took.add(seconds);
  }

  void woke(double late) {
    latest = Math.max(latest, late);
  }

  double median() {
    return notSlower(50);
  }

  /** The 99th percentile. */
  double slow() {
    return notSlower(99);
  }

  double longest() {
    return notSlower(100);
  }

  double latest() {
    return latest;
  }

  private double notSlower(int percent) {
    List<Double> sorted = took.stream().sorted().toList();
    return sorted.isEmpty()
        ? Double.NaN
        : sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%d answers in ms: median %.0f, 99 %% %.0f, longest %.0f; the asking thread woke %.0f late",
        took.size(),
        median() * 1000,
        slow() * 1000,
        longest() * 1000,
        latest * 1000);
  }
}
