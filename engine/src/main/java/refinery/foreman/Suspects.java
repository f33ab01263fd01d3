package refinery.foreman;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import refinery.readmodel.NodeQueries.Unsettled;

/**
 * The entities that looked stuck in the last look. The row is read before the scheduler is asked,
 * so a job that moves in between looks stuck once. Therefore an entity counts as stuck only when
 * two looks find the same version of its row in the same plight. Bounded: beyond the limit no new
 * suspects are added. Not thread-safe.
 */
final class Suspects {
  private record Suspect(long sequenceNumber, Plight plight, Instant since, long look) {}

  private final Map<String, Suspect> suspects = new HashMap<>();
  private final int limit;
  private final Duration stands;

  Suspects(int limit, Duration stands) {
    this.limit = limit;
    this.stands = stands;
  }

  /**
   * True when this plight has stood long enough; also restarts its time, so that it has to stand as
   * long again.
   */
  boolean confirms(Unsettled row, Plight plight, Instant now, long look) {
    String key = row.kind() + "|" + row.id();
    Suspect found = new Suspect(row.sequenceNumber(), plight, now, look);
    Optional<Suspect> before =
        Optional.ofNullable(suspects.get(key))
            .filter(
                known ->
                    known.sequenceNumber() == row.sequenceNumber() && known.plight() == plight);
    boolean confirmed =
        before
            .filter(known -> known.look() < look && !known.since().plus(stands).isAfter(now))
            .isPresent();
    if (suspects.containsKey(key) || suspects.size() < limit) {
      Instant since = confirmed ? now : before.map(Suspect::since).orElse(now);
      suspects.put(key, new Suspect(found.sequenceNumber(), plight, since, look));
    }
    return confirmed;
  }

  /** Forgets all suspects that this look did not find again. */
  void endLook(long look) {
    suspects.values().removeIf(suspect -> suspect.look() < look);
  }

  int size() {
    return suspects.size();
  }
}
