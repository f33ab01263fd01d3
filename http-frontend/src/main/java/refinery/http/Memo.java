package refinery.http;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * Keeps answers for a moment, so that many who ask the same cost one question. A failure is not
 * kept. Thread-safe.
 */
final class Memo<T> {
  private static final int MOST = 64;

  private record Kept<T>(long until, CompletionStage<T> answer) {}

  private final Map<String, Kept<T>> kept = new ConcurrentHashMap<>();
  private final Duration time;

  Memo(Duration time) {
    this.time = time;
  }

  CompletionStage<T> get(String key, Supplier<CompletionStage<T>> question) {
    long now = System.nanoTime();
    if (kept.size() > MOST) {
      kept.values().removeIf(old -> old.until() - now < 0);
    }
    Kept<T> found =
        kept.compute(
            key,
            (same, old) ->
                old != null && old.until() - now > 0
                    ? old
                    : new Kept<>(now + time.toNanos(), question.get()));
    found.answer().whenComplete((answer, error) -> forget(key, found, error != null));
    return found.answer();
  }

  private void forget(String key, Kept<T> found, boolean failed) {
    if (failed) {
      kept.remove(key, found);
    }
  }
}
