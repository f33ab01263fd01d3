package refinery.http;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/**
 * The answer to a question that is not asked more often than once in a while, however many want to
 * know. Thread-safe.
 */
final class Repeated<T> {
  private final long keepNanos;
  private final Supplier<CompletionStage<T>> question;
  private Optional<Asked<T>> last = Optional.empty();

  private record Asked<T>(long at, CompletionStage<T> answer) {}

  /**
   * @param question must not block; its answer is kept, also when it failed
   */
  Repeated(Duration keep, Supplier<CompletionStage<T>> question) {
    this.keepNanos = keep.toNanos();
    this.question = question;
  }

  synchronized CompletionStage<T> get() {
    long now = System.nanoTime();
    if (last.filter(known -> now - known.at() < keepNanos).isEmpty()) {
      last = Optional.of(new Asked<>(now, question.get()));
    }
    return last.orElseThrow().answer();
  }
}
