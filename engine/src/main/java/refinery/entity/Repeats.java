package refinery.entity;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Says when each outstanding effect is performed again. Every effect has its own pauses, which
 * begin with {@code first} and double up to {@code last}; what else the entity does does not
 * matter, so a busy entity repeats nothing more often than an idle one. Times are those of {@link
 * System#nanoTime()}. Not thread-safe; lost with the actor, which then begins anew.
 *
 * @param <X> effects
 */
final class Repeats<X> {
  private record Due(long at, Duration pause) {}

  private final Duration first;
  private final Duration last;
  private final Map<X, Due> due = new HashMap<>();
  private final Set<X> settled = new HashSet<>();

  Repeats(Duration first, Duration last) {
    this.first = first;
    this.last = last;
  }

  /** These effects are not repeated any more, as long as they stay outstanding without a break. */
  void settle(Collection<X> effects) {
    settled.addAll(effects);
  }

  /**
   * The outstanding effects that are new and so are to be performed now. Forgets all that is not
   * outstanding any more.
   */
  List<X> begun(List<X> outstanding, long now) {
    retain(outstanding);
    List<X> begun =
        outstanding.stream()
            .filter(effect -> !settled.contains(effect) && !due.containsKey(effect))
            .toList();
    begun.forEach(effect -> due.put(effect, new Due(now + first.toNanos(), first)));
    return begun;
  }

  /**
   * The outstanding effects whose repeat is due now; also schedules the next, after twice the
   * pause.
   */
  List<X> due(List<X> outstanding, long now) {
    retain(outstanding);
    List<X> again =
        outstanding.stream()
            .filter(effect -> !settled.contains(effect) && isDue(effect, now))
            .toList();
    for (X effect : again) {
      Due before = due.get(effect);
      Duration pause = before == null ? first : shorter(before.pause().multipliedBy(2), last);
      due.put(effect, new Due(now + pause.toNanos(), pause));
    }
    return again;
  }

  /** How long until the next repeat; empty when nothing is left to repeat. */
  Optional<Duration> next(List<X> outstanding, long now) {
    retain(outstanding);
    return outstanding.stream()
        .filter(effect -> !settled.contains(effect))
        .map(effect -> due.getOrDefault(effect, new Due(now, first)).at() - now)
        .min(Long::compare)
        .map(nanos -> Duration.ofNanos(Math.max(1_000_000, nanos)));
  }

  /** True when every outstanding effect is settled. */
  boolean isDone(List<X> outstanding) {
    return settled.containsAll(outstanding);
  }

  private boolean isDue(X effect, long now) {
    Due when = due.get(effect);
    return when == null || when.at() - now <= 0;
  }

  private void retain(List<X> outstanding) {
    if (!due.isEmpty() || !settled.isEmpty()) {
      Set<X> still = new HashSet<>(outstanding);
      due.keySet().retainAll(still);
      settled.retainAll(still);
    }
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
