package refinery.localarchive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The faults that are still to happen, in the order in which they were added. Thread-safe. */
final class Faults {
  private static final int MOST = 1_000;
  private final List<Fault> pending = new ArrayList<>();

  synchronized void add(Fault fault) {
    if (pending.size() >= MOST) {
      throw new IllegalStateException("more than " + MOST + " faults wait");
    }
    pending.add(fault);
  }

  synchronized void clear() {
    pending.clear();
  }

  /** Takes the first fault for this target, and counts it down. */
  synchronized Optional<Fault> next(String target) {
    for (int i = 0; i < pending.size(); i++) {
      Fault fault = pending.get(i);
      if (fault.match().matcher(target).find()) {
        if (fault.times() == 1) {
          pending.remove(i);
        } else if (fault.times() > 1) {
          pending.set(i, fault.times(fault.times() - 1));
        }
        return Optional.of(fault);
      }
    }
    return Optional.empty();
  }
}
