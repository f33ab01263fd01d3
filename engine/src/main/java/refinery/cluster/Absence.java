package refinery.cluster;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Measures how long things have been missing without interruption. Not thread-safe. */
final class Absence {
  private final Duration patience;
  private final InstantSource clock;
  private final Map<String, Instant> since = new HashMap<>();

  Absence(Duration patience, InstantSource clock) {
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * Takes note of everything that is missing now.
   *
   * @return what has been missing for longer than the patience, sorted
   */
  Set<String> see(Set<String> missing) {
    Instant now = clock.instant();
    since.keySet().retainAll(missing);
    Set<String> gone = new TreeSet<>();
    for (String thing : missing) {
      Instant begun = since.computeIfAbsent(thing, unseen -> now);
      if (now.isAfter(begun.plus(patience))) {
        gone.add(thing);
      }
    }
    return gone;
  }
}
