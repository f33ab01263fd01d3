package refinery.http;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Keeps answers for a moment, so that many who ask the same cost one question; and longer the
 * longer they took, so that finding them takes a small part of the time however many ask and
 * however much is counted. What is being asked is not asked again meanwhile. A failure is not kept,
 * and at most {@value #MOST} answers are. Thread-safe.
 */
public final class Memo<T> {
  /** An answer is kept so many times as long as it took, but never longer than {@link #LONGEST}. */
  static final int TIMES = 20;

  static final Duration LONGEST = Duration.ofSeconds(15);

  /** After this time a question that has no answer is asked again. */
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  static final int MOST = 64;

  /** An answer that is there or comes, and until when it is kept. */
  private static final class Kept<T> {
    private final CompletionStage<T> answer;
    private volatile long until;

    Kept(CompletionStage<T> answer, long until) {
      this.answer = answer;
      this.until = until;
    }

    boolean isFresh(long now) {
      return until - now > 0;
    }
  }

  private final Map<String, Kept<T>> kept = new ConcurrentHashMap<>();
  private final Duration least;
  private final LongSupplier clock;

  /**
   * @param least how long an answer is kept that took no time
   */
  public Memo(Duration least) {
    this(least, System::nanoTime);
  }

  /**
   * @param clock nanoseconds since any time
   */
  Memo(Duration least, LongSupplier clock) {
    this.least = least;
    this.clock = clock;
  }

  public CompletionStage<T> get(String key, Supplier<CompletionStage<T>> question) {
    long now = clock.getAsLong();
    if (kept.size() >= MOST) {
      makeRoom(now);
    }
    return kept.compute(
            key, (same, old) -> old != null && old.isFresh(now) ? old : asked(key, now, question))
        .answer;
  }

  /** Answers that are no longer kept go; if there is none, half of all. */
  private void makeRoom(long now) {
    kept.values().removeIf(old -> !old.isFresh(now));
    if (kept.size() >= MOST) {
      List.copyOf(kept.keySet()).subList(0, MOST / 2).forEach(kept::remove);
    }
  }

  /** How many answers are kept. */
  int size() {
    return kept.size();
  }

  private Kept<T> asked(String key, long now, Supplier<CompletionStage<T>> question) {
    Kept<T> asked = new Kept<>(question.get(), now + PATIENCE.toNanos());
    var unused =
        asked.answer.whenComplete(
            (answer, error) -> {
              long end = clock.getAsLong();
              asked.until = error == null ? end + time(end - now) : end;
            });
    return asked;
  }

  private long time(long took) {
    return Math.min(LONGEST.toNanos(), Math.max(least.toNanos(), TIMES * took));
  }
}
