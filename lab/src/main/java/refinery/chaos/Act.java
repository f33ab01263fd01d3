package refinery.chaos;

import java.time.Duration;
import java.util.Random;

/**
 * Something that a person does to a survey, a batch or a job. The target is given by numbers, taken
 * modulo the number of targets at that moment.
 *
 * @param pause time before it
 * @param survey number of the survey
 * @param pick number of the batch or job
 * @param priority the new one, if the act sets one
 */
record Act(Duration pause, Kind kind, int survey, int pick, int priority) {

  enum Kind {
    CANCEL_SURVEY("surveys cancelled", 4),
    RETRY_SURVEY("surveys retried", 4),
    CANCEL_AND_RETRY_SURVEY("surveys cancelled and retried at once", 3),
    REPRIORITISE_SURVEY("surveys given another priority", 3),
    RETRY_BATCH("batches retried", 3),
    REPROCESS_BATCH("batches reprocessed", 3),
    RELEASE_BATCH("batches whose raw data was let go", 1),
    CANCEL_JOB("jobs of surveys cancelled", 3),
    RETRY_JOB("jobs of surveys retried", 2),
    REPRIORITISE_JOB("jobs of surveys given another priority", 2);

    private final String words;
    private final int weight;

    Kind(String words, int weight) {
      this.words = words;
      this.weight = weight;
    }

    /** The line of the tally that counts this kind. */
    String words() {
      return words;
    }
  }

  /** The next act; the sequence depends on the seed of {@code random} alone. */
  static Act next(Random random) {
    return new Act(
        Duration.ofMillis(200 + random.nextInt(2_800)),
        kind(random),
        random.nextInt(1 << 20),
        random.nextInt(1 << 20),
        random.nextInt(101));
  }

  private static Kind kind(Random random) {
    int all = 0;
    for (Kind kind : Kind.values()) {
      all += kind.weight;
    }
    int dice = random.nextInt(all);
    for (Kind kind : Kind.values()) {
      dice -= kind.weight;
      if (dice < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("the weights do not add up");
  }
}
