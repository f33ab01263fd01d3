package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.JobId;
import refinery.protocol.job.LossCause;

/** What a node's next life knows of its last. */
class LogbookTest {
  private static final JobId A = JobId.of("job-a");
  private static final JobId B = JobId.of("job-b");

  @TempDir private Path temp;

  @Test
  void tellsWhatHadBegunAndNotEnded() throws IOException {
    Path file = temp.resolve("attempts.log");
    assertThat(Logbook.read(file)).isEmpty();
    try (Logbook book = Logbook.open(file)) {
      book.begun(A, 1);
      book.begun(B, 4);
      book.ended(A, 1);
      book.begun(A, 2);
      book.beat();
    }
    Files.writeString(file, "+ job-c 1 12", StandardOpenOption.APPEND);
    Files.writeString(file, "\n\n  \n+ job-d", StandardOpenOption.APPEND);
    assertThat(Logbook.read(file))
        .extracting(Executor.Unfinished::job, Executor.Unfinished::attempt)
        .contains(
            org.assertj.core.groups.Tuple.tuple(B, 4), org.assertj.core.groups.Tuple.tuple(A, 2))
        .doesNotContain(org.assertj.core.groups.Tuple.tuple(A, 1));
    try (Logbook next = Logbook.open(file)) {
      next.beat();
    }
    assertThat(Logbook.read(file)).isEmpty();
  }

  @Test
  void theLastSignOfLifeSaysHowLongAnAttemptHadRun() throws IOException {
    Path file = temp.resolve("attempts.log");
    Files.writeString(file, "+ job-a 1 1000000000\n+ job-b 1 9500000000\n. 10000000000\n");
    List<Executor.Unfinished> found = Logbook.read(file);
    assertThat(found)
        .extracting(Executor.Unfinished::ran)
        .containsExactly(Duration.ofSeconds(9), Duration.ofMillis(500));
    assertThat(found)
        .extracting(LastLife::cause)
        .containsExactly(LossCause.NODE_ENDED, LossCause.NODE_ENDED_AT_START);
  }

  /** Another file that could not take the place of this one is never read again. */
  @Test
  void goesOnInItsFileWhereItCannotBeginAnew() throws IOException {
    Path file = temp.resolve("attempts.log");
    Path next = temp.resolve("attempts.log.new");
    try (Logbook book = Logbook.open(file)) {
      for (int i = 0; i < 50_000; i++) {
        book.begun(B, i);
        book.ended(B, i);
      }
      Files.delete(file);
      Files.createFile(Files.createDirectory(file).resolve("in-the-way"));
      book.beat();
      long written = Files.size(next);
      book.begun(A, 1);
      assertThat(Files.size(next)).isEqualTo(written);
    }
  }

  @Test
  void doesNotGrowWithTheNumberOfAttempts() throws IOException {
    Path file = temp.resolve("attempts.log");
    try (Logbook book = Logbook.open(file)) {
      book.begun(A, 1);
      for (int i = 0; i < 50_000; i++) {
        book.begun(B, i);
        book.ended(B, i);
        if (i % 1000 == 0) {
          book.beat();
        }
      }
      book.beat();
      assertThat(Files.size(file)).isLessThan(2L << 20);
    }
    assertThat(Logbook.read(file)).extracting(Executor.Unfinished::job).containsExactly(A);
  }
}
