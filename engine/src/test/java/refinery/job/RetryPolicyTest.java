package refinery.job;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import refinery.entity.Moment;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

/**
 * What a job does when its attempts go on to fail in one class, by the shipped policy. The rows are
 * those that {@code FailureTableTest} shows with real tools: there the class, here what follows it.
 */
class RetryPolicyTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Resources RESERVED = Resources.of(1000, 1L << 30, 1L << 30);
  private static final Resources LARGEST = Resources.of(2000, 4L << 30, 4L << 30);

  private final RetryPolicy policy =
      RetryPolicy.from(ConfigFactory.parseResources("retry.conf").getConfig("refinery"));
  private final JobLogic logic = new JobLogic(policy);
  private final TestInbox<JobReply> inbox = TestInbox.create();
  private Optional<Job> state = Optional.empty();

  @ParameterizedTest
  @CsvFileSource(resources = "/refinery/testing/failures.csv", delimiter = '|', numLinesToSkip = 3)
  void whatFollowsIsWhatTheTableSays(
      String pipeline, String trouble, FailureClass failureClass, String next) {
    assertThat(String.join(", ", followed(pipeline, failureClass)))
        .as(pipeline + " " + trouble)
        .isEqualTo(next);
  }

  /** A stall is tried once more, after the back-off: a second one is the tool's or the input's. */
  @Test
  void aStallIsRetriedOnceAfterTheBackOff() {
    begin("kallisto-quant");
    fail(1, FailureClass.STALLED, NOW);
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().phase().nextAttemptAt()).contains(NOW.plus(policy.backoff(1, 0.5)));
    assertThat(job().demand().resources()).isEqualTo(RESERVED);
    tell(logic.wake(), NOW.plus(policy.backoff(1, 0.5)));
    fail(2, FailureClass.STALLED, NOW);
    assertThat(job().state()).isEqualTo(JobState.FAILED);
  }

  /**
   * Disk is doubled up to the largest node's; unlike memory it also waits for others to free it.
   */
  @Test
  void outOfDiskDoublesDiskAloneAndWaits() {
    begin("kallisto-quant");
    fail(1, FailureClass.OUT_OF_DISK, NOW);
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().phase().nextAttemptAt()).contains(NOW.plus(policy.backoff(1, 0.5)));
    assertThat(job().demand().resources()).isEqualTo(RESERVED.withDisk(2L << 30));
  }

  /** What a job does until it ends, an attempt after the other. */
  private List<String> followed(String pipeline, FailureClass failureClass) {
    begin(pipeline);
    List<String> followed = new ArrayList<>();
    for (int attempt = 1; job().state() != JobState.FAILED; attempt++) {
      Resources before = job().demand().resources();
      fail(attempt, failureClass, NOW.plus(Duration.ofDays(attempt)));
      followed.add(words(before));
      tell(logic.wake(), NOW.plus(Duration.ofDays(attempt + 1)));
    }
    return followed;
  }

  private String words(Resources before) {
    Resources after = job().demand().resources();
    if (job().state() == JobState.FAILED) {
      return "given up";
    }
    if (after.memory() > before.memory()) {
      return (after.memory() >> 30) + " GiB memory";
    }
    return after.disk() > before.disk() ? (after.disk() >> 30) + " GiB disk" : "again";
  }

  private void begin(String pipeline) {
    Work work = new Work.Process(pipeline, List.of(), List.of(), Map.of(), Map.of(), List.of());
    JobSpec spec =
        new JobSpec(
            new JobId("job-x"),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(new BatchId("batch-a")),
            pipeline,
            0,
            10,
            RESERVED,
            work,
            NOW);
    tell(new JobCommand.Submit(spec, Optional.empty(), inbox.getRef()), NOW);
  }

  private void fail(int attempt, FailureClass failureClass, Instant now) {
    tell(new JobCommand.Start(new NodeId("node-1"), 1, attempt, true, inbox.getRef()), now);
    Outcome failed = new Outcome.Failed(Failure.of(failureClass, "why"), Usage.NONE, List.of());
    tell(new JobCommand.Finish(attempt, failed, LARGEST, inbox.getRef()), now);
  }

  private void tell(JobCommand command, Instant now) {
    logic
        .decide(state, command, new Moment("job-x", now, 0.5, 0))
        .events()
        .forEach(event -> state = logic.evolve(state, event));
  }

  private Job job() {
    return state.orElseThrow();
  }
}
