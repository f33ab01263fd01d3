package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class MemoTest {
  private final AtomicLong now = new AtomicLong();
  private final Memo<String> memo = new Memo<>(Duration.ofSeconds(3), now::get);
  private final List<CompletableFuture<String>> asked = new ArrayList<>();

  private CompletionStage<String> ask() {
    return memo.get(
        "key",
        () -> {
          asked.add(new CompletableFuture<>());
          return asked.getLast();
        });
  }

  private void pass(long milliseconds) {
    now.addAndGet(TimeUnit.MILLISECONDS.toNanos(milliseconds));
  }

  @Test
  void anAnswerIsKeptForAMoment() {
    ask();
    asked.getFirst().complete("one");
    pass(2_999);
    assertThat(ask()).isCompletedWithValue("one");
    pass(1);
    assertThat(ask()).isNotDone();
    assertThat(asked).hasSize(2);
  }

  @Test
  void aDearOneIsKeptForLongerAndIsNotAskedAgainMeanwhile() {
    ask();
    pass(400);
    ask();
    assertThat(asked).hasSize(1);
    asked.getFirst().complete("dear");
    pass(400 * Memo.TIMES - 1);
    assertThat(ask()).isCompletedWithValue("dear");
    pass(1);
    ask();
    assertThat(asked).hasSize(2);
    pass(10_000);
    asked.getLast().complete("very dear");
    pass(Memo.LONGEST.toMillis());
    ask();
    assertThat(asked).hasSize(3);
  }

  @Test
  void aFailureIsNotKept() {
    CompletionStage<String> first = ask();
    asked.getFirst().completeExceptionally(new IllegalStateException("away"));
    assertThat(first).isCompletedExceptionally();
    assertThat(ask()).isNotDone();
    assertThat(asked).hasSize(2);
  }

  @Test
  void whateverIsAskedOnlySoMuchIsKept() {
    for (int i = 0; i < 10 * Memo.MOST; i++) {
      memo.get("key " + i, () -> CompletableFuture.completedFuture("answer"));
      assertThat(memo.size()).isLessThanOrEqualTo(Memo.MOST);
    }
    ask();
    ask();
    assertThat(asked).as("what was asked last is kept").hasSize(1);
  }
}
