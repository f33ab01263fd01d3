package refinery.job;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.DoubleRange;
import org.junit.jupiter.api.Test;
import refinery.entity.Decision;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobState;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Urgency;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

/** The job's life as a specification: tables for the rules, generated commands for the promises. */
class JobLogicTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final NodeId NODE = new NodeId("node-1");
  private static final NodeId OTHER = new NodeId("node-2");
  private static final Resources LARGEST = Resources.of(2000, 4L << 30, 100L << 30);
  private static final BatchId A = new BatchId("batch-a");
  private static final BatchId B = new BatchId("batch-b");

  private final JobLogic logic =
      new JobLogic(new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofMinutes(5)));
  private final TestInbox<JobReply> inbox = TestInbox.create();

  private Optional<Job> state = Optional.empty();
  private Decision<JobEvent, JobEffect> last = Decision.nothing();

  private static JobSpec spec(JobKind kind, BatchId... owners) {
    return new JobSpec(
        new JobId("job-x"),
        kind,
        Optional.empty(),
        List.of(owners),
        "salmon-quant",
        0,
        10,
        Resources.of(1000, 1L << 30, 1L << 30),
        new Work.Process("salmon-quant", List.of(), List.of(), Map.of(), Map.of(), List.of()),
        NOW);
  }

  private JobLogicTest given(JobCommand... commands) {
    for (JobCommand command : commands) {
      when(command, NOW);
    }
    return this;
  }

  private void when(JobCommand command, Instant now) {
    when(command, new Moment("job-x", now, 0.5, 0));
  }

  private void when(JobCommand command, Moment moment) {
    last = logic.decide(state, command, moment);
    for (JobEvent event : last.events()) {
      state = logic.evolve(state, event);
    }
  }

  private JobCommand submit(BatchId... owners) {
    return new JobCommand.Submit(spec(JobKind.PROCESS, owners), Optional.empty(), inbox.getRef());
  }

  private JobCommand download(BatchId... owners) {
    return new JobCommand.Submit(spec(JobKind.DOWNLOAD, owners), Optional.empty(), inbox.getRef());
  }

  private JobCommand download(BatchId owner, int priority, String md5) {
    Location location =
        new Location(
            "ena",
            "https://a.org/r",
            "fastq.gz",
            OptionalLong.of(1),
            Optional.of(Location.Checksum.md5(md5)));
    List<SourceFile> files = List.of(new SourceFile("r.fastq.gz", "fastq.gz", List.of(location)));
    JobSpec as = spec(JobKind.DOWNLOAD, owner);
    return new JobCommand.Submit(
        new JobSpec(
            as.id(),
            as.kind(),
            as.surveyId(),
            as.batchIds(),
            "",
            priority,
            as.order(),
            as.resources(),
            new Work.Download("ena:r", "r", files, Map.of()),
            NOW),
        Optional.empty(),
        inbox.getRef());
  }

  private JobCommand start(long assignment) {
    return new JobCommand.Start(NODE, 1, assignment, true, inbox.getRef());
  }

  private JobCommand finish(int attempt, Outcome outcome) {
    return new JobCommand.Finish(attempt, outcome, LARGEST, inbox.getRef());
  }

  private static Outcome success() {
    return new Outcome.Succeeded(
        new JobResult.Processed(List.of(), Map.of(), "f", Optional.empty()),
        new Usage(1, 1),
        List.of());
  }

  private static Outcome failure(FailureClass failureClass) {
    return new Outcome.Failed(Failure.of(failureClass, "why"), Usage.NONE, List.of());
  }

  private Job job() {
    return state.orElseThrow();
  }

  private List<JobReply> replies() {
    return last.effects().stream()
        .filter(effect -> effect instanceof JobEffect.Reply)
        .map(effect -> ((JobEffect.Reply) effect).reply())
        .toList();
  }

  @Test
  void submittingTwiceMakesOneJob() {
    given(submit(A), submit(A));
    assertThat(last.events()).isEmpty();
    assertThat(replies())
        .containsExactly(new JobReply.Accepted(new JobId("job-x"), new Urgency(0, 0), true));
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
  }

  @Test
  void aBatchThatIsNamedTwiceIsOneOwner() {
    given(submit(A, A));
    assertThat(job().owners()).containsExactly(A);
    assertThat(job().demand().wanted()).containsOnlyKeys(A.value());
  }

  @Test
  void aRepeatedStartOfTheSameAssignmentIsGrantedTheSameAttempt() {
    given(submit(A), start(7), start(7));
    assertThat(last.events()).isEmpty();
    assertThat(((JobReply.Granted) replies().getFirst()).attempt()).isEqualTo(1);
    given(start(8));
    assertThat(replies().getFirst()).isInstanceOf(JobReply.Refused.class);
  }

  @Test
  void aStartPlacedByAnOlderSchedulerIsRefused() {
    given(submit(A), new JobCommand.Start(NODE, 5, 1, true, inbox.getRef()));
    given(new JobCommand.Lose(1, NODE, "gone", LossCause.MOVED, Optional.empty()));
    given(new JobCommand.Start(NODE, 4, 9, true, inbox.getRef()));
    assertThat(replies().getFirst()).isInstanceOf(JobReply.Refused.class);
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
  }

  @Test
  void aResultOfALostAttemptIsStaleAndTheNextOneCounts() {
    given(
        submit(A),
        start(1),
        new JobCommand.Lose(1, NODE, "node went down", LossCause.MOVED, Optional.empty()));
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
    assertThat(job().charges().total()).isZero();
    given(start(2), finish(1, success()));
    assertThat(replies()).containsExactly(new JobReply.Stale(new JobId("job-x"), 1));
    given(finish(2, success()));
    assertThat(job().state()).isEqualTo(JobState.SUCCEEDED);
    given(finish(2, success()));
    assertThat(replies()).containsExactly(new JobReply.FinishAccepted(new JobId("job-x"), 2));
    assertThat(last.events()).isEmpty();
  }

  private JobCommand nodeEnds(LossCause cause) {
    return new JobCommand.Lose(job().attempt(), NODE, "restarted", cause, Optional.empty());
  }

  /** Begins the next attempt, whatever had to be waited for. */
  private void startNext() {
    when(logic.wake(), NOW.plus(Duration.ofDays(1)));
    given(start(job().attempt() + 1L));
    assertThat(job().state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aJobThatEndsItsNodesIsGivenUpAtTheThird() {
    given(submit(A), start(1));
    given(nodeEnds(LossCause.NODE_ENDED_AT_START));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().charges().total()).isEqualTo(1);
    startNext();
    given(nodeEnds(LossCause.NODE_ENDED_AT_START));
    startNext();
    given(nodeEnds(LossCause.NODE_ENDED_AT_START));
    assertThat(job().state()).isEqualTo(JobState.FAILED);
    assertThat(job().history().failure().orElseThrow().failureClass())
        .isEqualTo(FailureClass.NODE_LOST);
    assertThat(job().history().failure().orElseThrow().message())
        .startsWith("ended 3 nodes")
        .contains(NODE.value());

    given(new JobCommand.Retry(Optional.empty(), inbox.getRef()));
    startNext();
    given(nodeEnds(LossCause.NODE_ENDED_AT_START));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
  }

  /** So that only what ends nodes itself is there when they end again. */
  @Test
  void aJobWithWhichANodeEndedBeginsAloneUntilItCameThrough() {
    given(submit(A), new JobCommand.Start(NODE, 1, 1, false, inbox.getRef()));
    assertThat(job().state()).isEqualTo(JobState.RUNNING);
    given(nodeEnds(LossCause.NODE_ENDED_AT_START));
    when(logic.wake(), NOW.plus(Duration.ofDays(1)));
    replies();
    given(new JobCommand.Start(NODE, 1, 2, false, inbox.getRef()));
    assertThat(replies()).containsExactly(new JobReply.BeginsAlone(job().id(), 2));
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
    given(new JobCommand.Start(NODE, 1, 2, true, inbox.getRef()));
    assertThat(job().state()).isEqualTo(JobState.RUNNING);
    given(finish(2, failure(FailureClass.TRANSIENT)));
    when(logic.wake(), NOW.plus(Duration.ofDays(2)));
    given(new JobCommand.Start(NODE, 1, 3, false, inbox.getRef()));
    assertThat(job().state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void aLongJobOutlivesItsNodesUnchargedUnlessItNeverComesThrough() {
    given(submit(A), start(1));
    for (int death = 1; death < RetryPolicy.NODES_IN_ALL; death++) {
      given(nodeEnds(LossCause.NODE_ENDED));
      assertThat(job().state()).isEqualTo(death < 3 ? JobState.QUEUED : JobState.WAITING);
      startNext();
    }
    assertThat(job().charges().total()).isZero();
    given(nodeEnds(LossCause.NODE_ENDED));
    assertThat(job().state()).isEqualTo(JobState.FAILED);
    assertThat(job().history().failure().orElseThrow().message()).startsWith("ended 20 nodes");
  }

  @Test
  void anAttemptThatEndsOtherwiseClearsAJobOfTheNodesItMet() {
    given(submit(A), start(1));
    given(nodeEnds(LossCause.NODE_ENDED_AT_START));
    startNext();
    given(nodeEnds(LossCause.NODE_ENDED_AT_START));
    startNext();
    given(finish(3, failure(FailureClass.TRANSIENT)));
    startNext();
    given(nodeEnds(LossCause.NODE_ENDED_AT_START));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
  }

  @Test
  void whatIsNotChargedDoesNotUseTheBudgetUp() {
    RetryPolicy policy = new RetryPolicy(3, Duration.ofSeconds(1), Duration.ofMinutes(5));
    assertThat(
            policy.after(
                Failure.of(FailureClass.NODE_LOST, "drained"),
                1,
                12,
                Resources.NONE,
                LARGEST,
                NOW,
                0.5))
        .isEqualTo(new RetryPolicy.Verdict.Requeue());
    assertThat(
            policy.after(
                Failure.of(FailureClass.CORRUPT, "bad"), 1, 12, Resources.NONE, LARGEST, NOW, 0.5))
        .isEqualTo(new RetryPolicy.Verdict.GiveUp());
  }

  /** After the first node soon, since a fail-over waits for it; after the second for long. */
  @Property(tries = 50)
  void jobsThatBeganTogetherDoNotBeginTogetherAgain(
      @ForAll @DoubleRange(min = 0, max = 1) double jitter) {
    state = Optional.empty();
    given(submit(A), start(1));
    assertThat(waitAfterAnotherNode(jitter)).isEqualTo(1_000 + (long) (6_000 * jitter));
    startNext();
    assertThat(waitAfterAnotherNode(jitter)).isEqualTo(1_000 + (long) (120_000 * jitter));
  }

  private long waitAfterAnotherNode(double jitter) {
    when(nodeEnds(LossCause.NODE_ENDED_AT_START), new Moment("job-x", NOW, jitter, 0));
    return last.events().stream()
        .filter(JobEvent.RetryScheduled.class::isInstance)
        .map(event -> Duration.between(NOW, ((JobEvent.RetryScheduled) event).retryAt()).toMillis())
        .findFirst()
        .orElseThrow();
  }

  @Test
  void losingAnAttemptOfAnotherNodeChangesNothing() {
    given(
        submit(A),
        start(1),
        new JobCommand.Lose(1, OTHER, "wrong", LossCause.MOVED, Optional.empty()));
    assertThat(job().state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  void transientFailuresAreRetriedWithBackOffAndThenGivenUp() {
    given(submit(A), start(1), finish(1, failure(FailureClass.TRANSIENT)));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().phase().nextAttemptAt()).contains(NOW.plusSeconds(1));
    when(logic.wake(), NOW);
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    when(logic.wake(), NOW.plusSeconds(1));
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
    given(start(2), finish(2, failure(FailureClass.TRANSIENT)));
    assertThat(job().phase().nextAttemptAt()).contains(NOW.plusSeconds(2));
    when(logic.wake(), NOW.plusSeconds(9));
    given(start(3), finish(3, failure(FailureClass.TRANSIENT)));
    assertThat(job().state()).isEqualTo(JobState.FAILED);
  }

  @Test
  void outOfMemoryDoublesMemoryUpToTheLargestNodeOnly() {
    given(submit(A), start(1), finish(1, failure(FailureClass.OUT_OF_MEMORY)));
    assertThat(job().demand().resources().memory()).isEqualTo(2L << 30);
    when(logic.wake(), NOW);
    given(start(2), finish(2, failure(FailureClass.OUT_OF_MEMORY)));
    assertThat(job().demand().resources().memory()).isEqualTo(4L << 30);
    when(logic.wake(), NOW);
    given(start(3), finish(3, failure(FailureClass.OUT_OF_MEMORY)));
    assertThat(job().state()).isEqualTo(JobState.FAILED);
  }

  private JobCommand learned(long memory, long declared) {
    JobSpec spec = spec(JobKind.PROCESS, A);
    return new JobCommand.Submit(
        new JobSpec(
            spec.id(),
            spec.kind(),
            spec.surveyId(),
            spec.batchIds(),
            spec.pipeline(),
            spec.priority(),
            spec.order(),
            spec.resources().withMemory(memory),
            spec.work(),
            spec.createdAt(),
            Optional.of(spec.resources().withMemory(declared)),
            Optional.empty()),
        Optional.empty(),
        inbox.getRef());
  }

  private String reservation() {
    return JobViews.view(job()).reservation().orElseThrow().from();
  }

  @Test
  void anAttemptThatNeedsMoreThanWasLearnedHasAtLeastWhatIsDeclared() {
    given(submit(A));
    assertThat(reservation()).isEqualTo("declared");
    state = Optional.empty();
    given(learned(1L << 28, 3L << 30));
    assertThat(reservation()).isEqualTo("learned");
    assertThat(JobViews.view(job()).reservation().orElseThrow().declared().memory())
        .isEqualTo(3L << 30);
    given(start(1), finish(1, failure(FailureClass.OUT_OF_MEMORY)));
    assertThat(job().demand().resources().memory()).isEqualTo(3L << 30);
    assertThat(reservation()).isEqualTo("raised");
    when(logic.wake(), NOW);
    given(start(2), finish(2, failure(FailureClass.OUT_OF_MEMORY)));
    assertThat(job().demand().resources().memory()).isEqualTo(4L << 30);
  }

  @Test
  void permanentAndAbsentFailAtOnceAndARetryByHandStartsAfresh() {
    for (FailureClass failureClass : EnumSet.of(FailureClass.PERMANENT, FailureClass.ABSENT)) {
      state = Optional.empty();
      given(submit(A), start(1), finish(1, failure(failureClass)));
      assertThat(job().state()).isEqualTo(JobState.FAILED);
      given(new JobCommand.Retry(Optional.empty(), inbox.getRef()));
      assertThat(job().state()).isEqualTo(JobState.QUEUED);
      assertThat(job().attempt()).isEqualTo(1);
      given(start(2));
      assertThat(job().attempt()).isEqualTo(2);
    }
  }

  @Test
  void anAttemptThatOutgrowsItsDiskStartsAnewWithAsMuch() {
    given(submit(A), start(1), finish(1, new Outcome.Outgrown("needs 50 GiB", 50L << 30)));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().demand().resources().disk()).isEqualTo(50L << 30);
    assertThat(job().charges().total()).isZero();
    assertThat(job().phase().waitingFor()).contains("needs 50 GiB");
    given(logic.wake());
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
  }

  @Test
  void aDemandThatDoesNotGrowOrGrowsForEverIsCharged() {
    given(submit(A), start(1), finish(1, new Outcome.Outgrown("needs", 1)));
    assertThat(job().charges().total()).isEqualTo(1);
    assertThat(job().history().failure().orElseThrow().failureClass())
        .isEqualTo(FailureClass.OUT_OF_DISK);
    for (int attempt = 2; job().charges().total() == 1; attempt++) {
      assertThat(attempt).isLessThan(10);
      when(logic.wake(), NOW.plus(Duration.ofDays(1)));
      given(start(attempt), finish(attempt, new Outcome.Outgrown("needs", (40L + attempt) << 30)));
    }
    assertThat(job().history().failure().orElseThrow().failureClass())
        .isEqualTo(FailureClass.OUT_OF_DISK);
  }

  @Test
  void aVolumeThatSomebodyElseFilledIsNotTheJobsFault() {
    Failure full = Failure.of(FailureClass.OUT_OF_DISK, "critical: 1 KiB free");
    Outcome crowded = new Outcome.Crowded(full, Usage.NONE, List.of());
    Resources before = spec(JobKind.PROCESS, A).resources();
    given(submit(A), start(1), finish(1, crowded));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().demand().resources()).isEqualTo(before);
    assertThat(job().charges().total()).isZero();
    assertThat(job().phase().waitingFor()).contains(full.message());
    for (int attempt = 2; job().charges().total() == 0; attempt++) {
      assertThat(job().demand().resources()).isEqualTo(before);
      assertThat(attempt).as("it is charged at last").isLessThan(30);
      when(logic.wake(), NOW.plus(Duration.ofDays(attempt)));
      given(start(attempt), finish(attempt, crowded));
    }
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().attempt()).isGreaterThan(20);
  }

  @Test
  void whatAJobMetOnAFullVolumeDoesNotCountWhenItNeedsMore() {
    Failure full = Failure.of(FailureClass.OUT_OF_DISK, "critical: 1 KiB free");
    Outcome crowded = new Outcome.Crowded(full, Usage.NONE, List.of());
    given(submit(A));
    for (int attempt = 1; attempt <= 10; attempt++) {
      given(start(attempt), finish(attempt, crowded));
      when(logic.wake(), NOW.plus(Duration.ofDays(attempt)));
    }
    given(start(11), finish(11, new Outcome.Outgrown("needs 50 GiB", 50L << 30)));
    assertThat(job().charges().total()).isZero();
    assertThat(job().demand().resources().disk()).isEqualTo(50L << 30);
    when(logic.wake(), NOW.plus(Duration.ofDays(11)));
    given(start(12), finish(12, crowded));
    assertThat(job().charges().total()).isZero();
  }

  @Test
  void aJobOutlastsADiskThatHasShrunkBelowItsDemand() {
    Resources shrunk = LARGEST.withDisk(1L << 20);
    given(submit(A), start(1));
    given(new JobCommand.Finish(1, failure(FailureClass.OUT_OF_DISK), shrunk, inbox.getRef()));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().demand().resources()).isEqualTo(spec(JobKind.PROCESS, A).resources());
  }

  @Test
  void aRetryThatWaitsSaysUntilWhenAndAfterWhat() {
    given(submit(A), start(1), finish(1, failure(FailureClass.TRANSIENT)));
    assertThat(job().state()).isEqualTo(JobState.WAITING);
    assertThat(job().phase().waitingFor().orElseThrow())
        .isEqualTo(
            "retry at "
                + job().phase().nextAttemptAt().orElseThrow()
                + " after transient: "
                + job().history().failure().orElseThrow().message());
  }

  @Test
  void cancellingARunningJobStopsItsAttemptAndItsResultIsStale() {
    given(submit(A), start(1), new JobCommand.Cancel("enough", Optional.empty(), inbox.getRef()));
    assertThat(last.effects())
        .contains(new JobEffect.StopAttempt(new JobId("job-x"), 1, NODE, "enough"));
    given(finish(1, success()));
    assertThat(replies()).containsExactly(new JobReply.Stale(new JobId("job-x"), 1));
    assertThat(job().state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void aDownloadIsSharedAndItsRawDataDiscardedWhenTheLastBatchLetsGo() {
    given(download(A), download(B), start(1), finish(1, success()));
    assertThat(logic.outstanding(state)).hasSize(2);
    given(new JobCommand.OwnerAcknowledged(A.value(), 1));
    assertThat(logic.outstanding(state)).hasSize(1);
    given(new JobCommand.LetGo(A, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef()));
    assertThat(job().rawDataDiscarded()).isFalse();
    given(new JobCommand.LetGo(B, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef()));
    assertThat(job().rawDataDiscarded()).isTrue();
    assertThat(job().state()).isEqualTo(JobState.SUCCEEDED);
    given(download(new BatchId("batch-late")));
    assertThat(replies()).containsExactly(new JobReply.RawDataGone(new JobId("job-x")));
  }

  @Test
  void whatWasLetGoBeforeItsSubmissionCameNeverRuns() {
    given(new JobCommand.LetGo(A, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef()));
    assertThat(replies()).containsExactly(new JobReply.Released(new JobId("job-x")));
    assertThat(logic.outstanding(state)).isEmpty();
    given(download(A));
    assertThat(replies()).containsExactly(new JobReply.RawDataGone(new JobId("job-x")));
    assertThat(job().state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  void aBatchThatLetGoBeforeItJoinedDoesNotJoin() {
    given(
        download(A),
        new JobCommand.LetGo(B, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef()),
        download(B));
    assertThat(replies()).containsExactly(new JobReply.RawDataGone(new JobId("job-x")));
    assertThat(job().owners()).containsExactly(A);
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
  }

  @Test
  void nobodyIsGivenOtherFilesThanWereAskedFor() {
    given(download(A, 0, "a"), download(B, 0, "b"));
    assertThat(replies()).containsExactly(new JobReply.RawDataGone(new JobId("job-x")));
    given(download(B, 0, "a"));
    assertThat(replies())
        .containsExactly(new JobReply.Accepted(new JobId("job-x"), new Urgency(0, 0), true));
  }

  @Test
  void aSharedDownloadHasTheHighestPriorityThatIsWanted() {
    given(download(A, 10, "a"), download(B, 70, "a"));
    assertThat(replies())
        .containsExactly(new JobReply.Accepted(new JobId("job-x"), new Urgency(70, 0), true));
    assertThat(job().demand().priority()).isEqualTo(70);
    given(wants(A, 20, 1));
    assertThat(replies())
        .containsExactly(new JobReply.PriorityKept(new JobId("job-x"), new Urgency(20, 1)));
    assertThat(job().demand().priority()).isEqualTo(70);
    given(new JobCommand.LetGo(B, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef()));
    assertThat(job().demand().priority()).isEqualTo(20);
  }

  private JobCommand wants(BatchId owner, int priority, long number) {
    return new JobCommand.WantPriority(
        owner.value(), new Urgency(priority, number), Optional.empty(), inbox.getRef());
  }

  @Test
  void whatAnOwnerSaidBeforeIsAnsweredWithWhatItSaidSince() {
    given(download(A, 10, "a"), wants(A, 70, 2), wants(A, 10, 3));
    assertThat(replies())
        .containsExactly(new JobReply.PriorityKept(new JobId("job-x"), new Urgency(10, 3)));
    given(wants(A, 70, 2));
    assertThat(replies())
        .containsExactly(new JobReply.PriorityKept(new JobId("job-x"), new Urgency(10, 3)));
    assertThat(job().demand().priority()).isEqualTo(10);
    given(download(A, 90, "a"));
    assertThat(replies())
        .containsExactly(new JobReply.Accepted(new JobId("job-x"), new Urgency(10, 3), true));
  }

  @Test
  void whatIsSaidOnceMoreDoesNotUndoWhatAPersonSetSince() {
    given(
        download(A, 10, "a"),
        wants(A, 70, 2),
        new JobCommand.SetPriority(5, Optional.empty(), inbox.getRef()),
        wants(A, 70, 2));
    assertThat(job().demand().priority()).isEqualTo(5);
  }

  @Test
  void aPriorityThatIsSetWhileAJobHasFailedIsThatOfItsRetry() {
    given(submit(A), start(1), finish(1, failure(FailureClass.PERMANENT)));
    given(wants(A, 90, 1), new JobCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
    assertThat(job().demand().priority()).isEqualTo(90);
    given(start(2), finish(2, failure(FailureClass.PERMANENT)));
    given(
        new JobCommand.SetPriority(30, Optional.empty(), inbox.getRef()),
        new JobCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(job().demand().priority()).isEqualTo(30);
  }

  @Test
  void aDownloadThatNoBatchNeedsAnyMoreIsCancelled() {
    given(
        download(A),
        start(1),
        new JobCommand.LetGo(A, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef()));
    assertThat(job().state()).isEqualTo(JobState.CANCELLED);
    assertThat(logic.outstanding(state)).isEmpty();
  }

  @Test
  void anAnnouncementIsRepeatedUntilTheSchedulerHasIt() {
    given(submit(A));
    assertThat(logic.outstanding(state)).hasSize(1);
    given(new JobCommand.Announced(1));
    assertThat(last.settled()).isEqualTo(logic.outstanding(state));
    assertThat(last.events()).isEmpty();
  }

  @Test
  void aJobThatTheSchedulerHasDroppedAnnouncesItselfAgainWhileItIsQueued() {
    given(submit(A), new JobCommand.Announced(1), new JobCommand.Reannounce());
    assertThat(last.effects()).isEqualTo(logic.outstanding(state));
    given(start(1), new JobCommand.Reannounce());
    assertThat(last.effects()).isEmpty();
  }

  @Test
  void aProcessJobThatItsBatchLetGoIsNotRunAgain() {
    given(submit(A), start(1), finish(1, failure(FailureClass.PERMANENT)));
    assertThat(job().state()).isEqualTo(JobState.FAILED);
    given(
        new JobCommand.LetGo(A, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef()),
        new JobCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(replies()).containsExactly(new JobReply.RawDataGone(new JobId("job-x")));
    assertThat(job().state()).isEqualTo(JobState.FAILED);
  }

  @Test
  void anOldRetryOfABatchThatHasLetTheJobGoIsNotTakenUp() {
    given(download(A), download(B), start(1), finish(1, failure(FailureClass.PERMANENT)));
    given(
        new JobCommand.LetGo(A, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef()),
        new JobCommand.Retry(Optional.of(A), Optional.empty(), inbox.getRef()));
    assertThat(replies()).endsWith(new JobReply.RawDataGone(new JobId("job-x")));
    assertThat(job().state()).isEqualTo(JobState.FAILED);
    given(new JobCommand.Retry(Optional.of(B), Optional.empty(), inbox.getRef()));
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
  }

  @Test
  void aPersonsJobIsTheSameOnlyWithTheSameWords() {
    given(submit(), submit());
    assertThat(replies())
        .containsExactly(new JobReply.Accepted(new JobId("job-x"), new Urgency(0, 0), true));
    given(new JobCommand.SetPriority(77, Optional.empty(), inbox.getRef()), submit());
    assertThat(replies())
        .containsExactly(new JobReply.Accepted(new JobId("job-x"), new Urgency(77, 0), true));
    JobSpec known = job().spec();
    JobSpec other =
        new JobSpec(
            known.id(),
            known.kind(),
            known.surveyId(),
            known.batchIds(),
            known.pipeline(),
            known.priority() + 1,
            known.order(),
            known.resources(),
            known.work(),
            known.createdAt());
    given(new JobCommand.Submit(other, Optional.empty(), inbox.getRef()));
    assertThat(replies().getFirst()).isInstanceOf(JobReply.Rejected.class);
  }

  @Test
  void aProcessJobIsShownByTheKeyThatIsSaidOfItsBatch() {
    JobSpec as = spec(JobKind.PROCESS, A);
    Work work =
        new Work.Process(
            as.pipeline(), List.of(), List.of(), Map.of(), Map.of("key", "SRR1"), List.of());
    JobSpec said =
        new JobSpec(
            as.id(),
            as.kind(),
            as.surveyId(),
            as.batchIds(),
            as.pipeline(),
            as.priority(),
            as.order(),
            as.resources(),
            work,
            NOW);
    given(new JobCommand.Submit(said, Optional.empty(), inbox.getRef()));
    assertThat(((ReadRow.Job) logic.row(state).orElseThrow()).view().key()).contains("SRR1");
  }

  @Test
  void unplaceableJobsComeBack() {
    given(submit(A), new JobCommand.SetPlaceable(Optional.of("needs 180 GB")));
    assertThat(job().state()).isEqualTo(JobState.UNPLACEABLE);
    given(new JobCommand.SetPlaceable(Optional.empty()));
    assertThat(job().state()).isEqualTo(JobState.QUEUED);
  }

  @Provide
  Arbitrary<List<JobCommand>> commands() {
    Arbitrary<Integer> attempts = Arbitraries.integers().between(1, 4);
    Arbitrary<Outcome> outcomes =
        Arbitraries.oneOf(
            Arbitraries.just(success()),
            Arbitraries.just(new Outcome.Outgrown("needs more", 50L << 30)),
            Arbitraries.just(
                new Outcome.Crowded(
                    Failure.of(FailureClass.OUT_OF_DISK, "full"), Usage.NONE, List.of())),
            Arbitraries.longs()
                .between(0, 1L << 40)
                .map(disk -> new Outcome.Outgrown("needs more", disk)),
            Arbitraries.of(FailureClass.values()).map(JobLogicTest::failure));
    Arbitrary<BatchId> owners = Arbitraries.of(A, B);
    Arbitrary<JobCommand> any =
        Arbitraries.oneOf(
            owners.map(this::download),
            attempts.map(number -> start(number)),
            Arbitraries.lazyOf(() -> attempts.flatMap(n -> outcomes.map(o -> finish(n, o)))),
            attempts.map(
                n -> new JobCommand.Lose(n, NODE, "lost", LossCause.MOVED, Optional.empty())),
            Arbitraries.just(new JobCommand.SetPlaceable(Optional.of("too large"))),
            Arbitraries.just(new JobCommand.SetPlaceable(Optional.empty())),
            Arbitraries.just(new JobCommand.Announced(1)),
            owners.map(owner -> new JobCommand.OwnerAcknowledged(owner.value(), 1)),
            owners.map(
                owner ->
                    new JobCommand.LetGo(
                        owner, JobKind.DOWNLOAD, Optional.empty(), inbox.getRef())),
            Arbitraries.just(new JobCommand.Cancel("x", Optional.empty(), inbox.getRef())),
            Arbitraries.just(new JobCommand.Retry(Optional.empty(), inbox.getRef())),
            Arbitraries.just(logic.wake()),
            Arbitraries.just(new JobCommand.Inspect(inbox.getRef())));
    return any.list().ofMaxSize(40);
  }

  @Property(tries = 500)
  void anySequenceOfCommandsKeepsThePromises(@ForAll("commands") List<JobCommand> commands) {
    JobHistory history = new JobHistory(JobTransitions.ofJobs());
    for (JobCommand command : commands) {
      history.give(command, new Moment("job-x", NOW.plusSeconds(3600), 0.5, 0));
    }
    history.checkReplayed();
  }
}
