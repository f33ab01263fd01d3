package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.event.Level;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Urgency;
import refinery.protocol.job.Usage;
import refinery.protocol.scheduling.AgentCommand.Assign;
import refinery.protocol.scheduling.AgentCommand.Assignment;
import refinery.protocol.scheduling.AgentCommand.SetDraining;
import refinery.protocol.scheduling.AgentCommand.Stop;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.Unreported;

class HandshakeTest {
  private static final JobId JOB = JobId.of("job-1");
  private static final NodeIdentity NODE = new NodeIdentity(NodeId.of("node-1"), 5);
  private static final Resources ONE = Resources.of(1_000, 1, 1);
  private static final Resources WHOLE = Resources.of(2_000, 10, 10);
  private static final long MILLI = 1_000_000;
  private static final Outcome DONE =
      new Outcome.Succeeded(
          new JobResult.Processed(List.of(), Map.of(), "", Optional.empty()),
          Usage.NONE,
          List.of());
  private static final Outcome BROKEN =
      new Outcome.Failed(Failure.of(FailureClass.NODE_LOST, "stopped"), Usage.NONE, List.of());

  private final Handshake handshake = before(List.of());

  HandshakeTest() {
    handshake.lastLifeEnded(List.of(), 0);
  }

  /** Asks again after 200 ms, then after 400 ms each. */
  private static Handshake before(List<Executor.Unfinished> lastLife) {
    Handshake handshake =
        new Handshake(
            NODE,
            "akka://test",
            List.of("processor"),
            Workbench.config("refinery.agent.unreported-at-most = 2"),
            new Capacity(WHOLE, 10, Optional.empty()));
    if (!lastLife.isEmpty()) {
      assertThat(handshake.lastLifeEnded(lastLife, 0)).hasSize(lastLife.size());
    }
    return handshake;
  }

  private static Slot.Key key(long assignment) {
    return new Slot.Key(JOB, 7, assignment);
  }

  private List<AgentEffect> assign(long assignment) {
    return handshake.assigned(
        new Assign(7, List.of(new Assignment(JOB, assignment, ONE)), WHOLE), 0);
  }

  private List<AgentEffect> reply(JobReply reply) {
    return handshake.jobReplied(reply, 0);
  }

  private List<AgentEffect> grant(long assignment, int attempt) {
    return reply(new JobReply.Granted(JOB, attempt, assignment, Workbench.spec(JOB.value(), ONE)));
  }

  private void runs(long assignment, int attempt) {
    assertThat(assign(assignment))
        .containsExactly(new AgentEffect.AskToStart(key(assignment), false));
    assertThat(grant(assignment, attempt))
        .containsExactly(
            new AgentEffect.Run(key(assignment), Workbench.spec(JOB.value(), ONE), attempt, ONE));
  }

  private static AgentEffect.StopRun stopped(long assignment, String reason) {
    return new AgentEffect.StopRun(
        key(assignment), Failure.of(FailureClass.NODE_LOST, "stopped: " + reason));
  }

  private static AgentEffect.TellLoss loss(int attempt, String reason) {
    return new AgentEffect.TellLoss(JOB, attempt, reason, LossCause.MOVED);
  }

  private static List<AgentEffect> words(List<AgentEffect> effects) {
    return effects.stream().filter(effect -> !(effect instanceof AgentEffect.Report)).toList();
  }

  private static AgentEffect.Report report(List<AgentEffect> effects) {
    return effects.stream()
        .filter(AgentEffect.Report.class::isInstance)
        .map(AgentEffect.Report.class::cast)
        .reduce((first, last) -> last)
        .orElseThrow();
  }

  @Test
  void asksAgainWithGrowingPausesUntilTheJobAnswers() {
    assign(1);
    AgentEffect ask = new AgentEffect.AskToStart(key(1), false);
    assertThat(words(handshake.beat(199 * MILLI))).isEmpty();
    assertThat(words(handshake.beat(200 * MILLI))).containsExactly(ask);
    assertThat(words(handshake.beat(599 * MILLI))).isEmpty();
    assertThat(words(handshake.beat(600 * MILLI))).containsExactly(ask);
    assertThat(words(handshake.beat(999 * MILLI))).isEmpty();
    assertThat(words(handshake.beat(1_000 * MILLI))).containsExactly(ask);
    grant(1, 1);
    assertThat(words(handshake.beat(9_000 * MILLI))).isEmpty();
  }

  @Test
  void tellsTheEndUntilItIsConfirmed() {
    runs(1, 1);
    AgentEffect end = new AgentEffect.TellEnd(JOB, 1, DONE, WHOLE);
    assertThat(handshake.ended(key(1), DONE, 0))
        .containsExactly(new AgentEffect.SendReleasedSoon(), end);
    assertThat(handshake.slots().used()).isEqualTo(Resources.NONE);
    List<AgentEffect> later = handshake.beat(200 * MILLI);
    assertThat(later)
        .startsWith(end, new AgentEffect.TellReleased(5, List.of(new Held(JOB, 7, 1, 1, ONE))));
    assertThat(report(later).unreported()).containsExactly(new Unreported(JOB, 1));
    reply(new JobReply.FinishAccepted(JOB, 2));
    assertThat(handshake.slots().isEmpty()).isFalse();
    reply(new JobReply.FinishAccepted(JOB, 1));
    assertThat(handshake.slots().isEmpty()).isTrue();
    assertThat(words(handshake.beat(9_000 * MILLI))).isEmpty();
  }

  static Stream<JobReply> otherReplies() {
    return Stream.of(
        new JobReply.Accepted(JOB, Urgency.first(50), false),
        new JobReply.RawDataGone(JOB),
        new JobReply.Cancelled(JOB),
        new JobReply.Released(JOB),
        new JobReply.Retried(JOB),
        new JobReply.PrioritySet(JOB, 50),
        new JobReply.PriorityKept(JOB, Urgency.first(50)),
        new JobReply.Rejected(JOB, "no"),
        new JobReply.State(JOB, 1, Json.MAPPER.createObjectNode()));
  }

  @ParameterizedTest
  @MethodSource("otherReplies")
  void aReplyToWhatWasNotAskedIsNotedAndChangesNothing(JobReply reply) {
    assign(1);
    runs(2, 1);
    assertThat(reply(reply))
        .singleElement()
        .isInstanceOfSatisfying(
            AgentEffect.Note.class, note -> assertThat(note.level()).isEqualTo(Level.WARN));
    assertThat(handshake.slots().all())
        .extracting(Slot::phase)
        .containsExactly(Slot.Phase.STARTING, Slot.Phase.RUNNING);
  }

  @Test
  void aGrantForWhatIsNotHeldIsHandedBack() {
    assertThat(grant(1, 4)).containsExactly(loss(4, "not held by its node any more"));
  }

  @Test
  void aNewerAttemptEndsTheOlderOfWhichNobodyHears() {
    runs(1, 1);
    assign(2);
    assertThat(grant(2, 2)).first().isEqualTo(stopped(1, "attempt 2 has begun"));
    assertThat(handshake.ended(key(1), BROKEN, 0))
        .containsExactly(new AgentEffect.SendReleasedSoon());
    assertThat(handshake.slots().all()).singleElement().matches(slot -> slot.attempt() == 2);
  }

  @Test
  void anAttemptThatTheJobHasLeftIsStoppedAndForgotten() {
    runs(1, 1);
    assertThat(reply(new JobReply.Stale(JOB, 2))).isEmpty();
    assertThat(reply(new JobReply.Stale(JOB, 1)))
        .containsExactly(stopped(1, "the job has moved on"));
    handshake.ended(key(1), BROKEN, 0);
    assertThat(handshake.slots().isEmpty()).isTrue();
  }

  @Test
  void aStopBeforeTheGrantHoldsForThatAttemptAlone() {
    assign(1);
    assertThat(handshake.stop(new Stop(JOB, 1, "cancelled"))).isEmpty();
    assertThat(grant(1, 1)).containsExactly(new AgentEffect.SendReleasedSoon());
    assign(2);
    handshake.stop(new Stop(JOB, 1, "cancelled"));
    assertThat(grant(2, 2)).hasExactlyElementsOfTypes(AgentEffect.Run.class);
  }

  @Test
  void whatSucceedsAsItIsHandedBackCounts() {
    runs(1, 1);
    assertThat(drain(Duration.ZERO, 0)).startsWith(stopped(1, "drained"));
    assertThat(handshake.ended(key(1), DONE, 0))
        .contains(new AgentEffect.TellEnd(JOB, 1, DONE, WHOLE));
  }

  @Test
  void whatFailsAsItIsHandedBackIsLostAndNotCharged() {
    runs(1, 1);
    drain(Duration.ZERO, 0);
    assertThat(handshake.ended(key(1), BROKEN, 0)).contains(loss(1, "drained"));
  }

  private List<AgentEffect> drain(Duration left, long nowNanos) {
    DrainOrder order =
        new DrainOrder(Optional.empty(), Instant.EPOCH, Optional.of(Instant.EPOCH.plus(left)));
    return handshake.drain(new SetDraining(Optional.of(order), left), nowNanos);
  }

  private List<AgentEffect> undrain() {
    return handshake.drain(new SetDraining(Optional.empty(), Duration.ZERO), 0);
  }

  @Test
  void whatRunsMayEndUntilTheDeadlineOfADrain() {
    runs(1, 1);
    assertThat(words(drain(Duration.ofMillis(500), 100 * MILLI))).isEmpty();
    assertThat(handshake.description().drain()).isPresent();
    assertThat(report(assign(2)).held()).hasSize(1);
    assertThat(words(handshake.beat(599 * MILLI))).isEmpty();
    assertThat(words(handshake.beat(600 * MILLI))).containsExactly(stopped(1, "drained"));
    assertThat(words(handshake.beat(900 * MILLI))).isEmpty();
    assertThat(handshake.ended(key(1), BROKEN, 900 * MILLI)).contains(loss(1, "drained"));
  }

  @Test
  void whatFailsBeforeTheDeadlineOfADrainHasFailed() {
    runs(1, 1);
    drain(Duration.ofMillis(500), 0);
    assertThat(handshake.ended(key(1), BROKEN, 0))
        .contains(new AgentEffect.TellEnd(JOB, 1, BROKEN, WHOLE));
  }

  @Test
  void anUndrainBeforeTheDeadlineCancelsTheDrain() {
    runs(1, 1);
    drain(Duration.ofMillis(500), 0);
    assertThat(report(undrain()).node().drain()).isEmpty();
    assertThat(words(handshake.beat(600 * MILLI))).isEmpty();
    assertThat(assign(2)).contains(new AgentEffect.AskToStart(key(2), false));
  }

  @Test
  void theLastDeadlineOfADrainCounts() {
    runs(1, 1);
    drain(Duration.ofMillis(500), 0);
    drain(Duration.ofMillis(900), 0);
    assertThat(words(handshake.beat(600 * MILLI))).isEmpty();
    assertThat(words(drain(Duration.ZERO, 700 * MILLI))).containsExactly(stopped(1, "drained"));
  }

  @Test
  void whoLeavesWaitsForNoDeadlineAndTakesNoWorkAgain() {
    runs(1, 1);
    drain(Duration.ofMillis(500), 0);
    assertThat(handshake.leave(Instant.EPOCH, 0)).startsWith(stopped(1, "drained"));
    assertThat(undrain()).isEmpty();
    assertThat(handshake.description().drain()).isPresent();
  }

  @Test
  void aGrantWhileDrainingIsHandedBack() {
    assign(1);
    drain(Duration.ZERO, 0);
    assertThat(grant(1, 1)).contains(loss(1, "drained"));
    assertThat(reply(new JobReply.Lost(JOB))).isEmpty();
    assertThat(handshake.slots().isEmpty()).isTrue();
  }

  @Test
  void givesBackWhatDoesNotFitAndReports() {
    assign(1);
    assign(2);
    List<AgentEffect> effects = assign(3);
    assertThat(effects)
        .startsWith(
            new AgentEffect.SendReleasedSoon(),
            new AgentEffect.TellReleased(5, List.of(new Held(JOB, 7, 3, 0, ONE))));
    assertThat(report(effects).held()).hasSize(2);
  }

  @Test
  void takesNoWorkWhileTooManyEndsAreUnconfirmed() {
    for (int attempt = 1; attempt <= 2; attempt++) {
      runs(attempt, attempt);
      handshake.ended(key(attempt), DONE, 0);
    }
    assertThat(handshake.description().takesNoWork()).startsWith("2 results wait");
    assertThat(report(assign(3)).held()).isEmpty();
    reply(new JobReply.FinishAccepted(JOB, 1));
    assertThat(assign(4)).contains(new AgentEffect.AskToStart(key(4), false));
  }

  @Test
  void theJobsOfTheLastLifeAreToldBeforeItReports() {
    Executor.Unfinished young = new Executor.Unfinished(JOB, 3, Duration.ofMillis(200));
    Handshake next = before(List.of(young));
    AgentEffect told =
        new AgentEffect.TellLoss(
            JOB, 3, "node node-1 was restarted", LossCause.NODE_ENDED_AT_START);
    assertThat(next.beat(MILLI)).containsExactly(told);
    assertThat(next.toolsKnown(Map.of("salmon", "1"))).isEmpty();
    List<AgentEffect> first = next.jobReplied(new JobReply.Lost(JOB), 2 * MILLI);
    assertThat(report(first).sequence()).isEqualTo(1);
    assertThat(report(first).node().tools()).containsEntry("salmon", "1");
    assertThat(report(next.beat(3 * MILLI)).sequence()).isEqualTo(2);
  }

  @Test
  void aLastLifeThatNobodyAnswersForDoesNotKeepItFromWorkForEver() {
    Handshake next = before(List.of(new Executor.Unfinished(JOB, 3, Duration.ofHours(1))));
    assertThat(next.beat(20_000 * MILLI))
        .containsExactly(
            new AgentEffect.TellLoss(JOB, 3, "node node-1 was restarted", LossCause.NODE_ENDED));
    assertThat(report(next.beat(20_001 * MILLI)).held()).isEmpty();
  }

  @Test
  void takesNothingBeforeItsLastLifeHasEnded() {
    Handshake next = before(List.of());
    assertThat(next.assigned(new Assign(7, List.of(new Assignment(JOB, 1, ONE)), WHOLE), 0))
        .containsExactly(new AgentEffect.SendReleasedSoon());
    assertThat(next.slots().isEmpty()).isTrue();
  }

  @Test
  void aChangeOfWhatItOffersIsReportedAtOnceAndOthersWithTheNextBeat() {
    assertThat(handshake.capacityKnown(new Capacity(WHOLE, 9, Optional.empty()))).isEmpty();
    assertThat(report(handshake.beat(0)).node().dataDirectoryFree()).isEqualTo(9);
    assertThat(
            report(handshake.capacityKnown(new Capacity(WHOLE, 9, Optional.of("full"))))
                .node()
                .takesNoWork())
        .isEqualTo("full");
    assertThat(report(handshake.capacityKnown(new Capacity(ONE, 9, Optional.empty()))).node())
        .matches(node -> node.capacity().equals(ONE) && node.takesNoWork().isEmpty());
  }

  @Test
  void leavesOnceAllHaveConfirmed() {
    runs(1, 1);
    assertThat(handshake.leave(Instant.EPOCH, 0)).startsWith(stopped(1, "drained"));
    assertThat(handshake.ended(key(1), BROKEN, 0)).doesNotContain(new AgentEffect.Left());
    assertThat(reply(new JobReply.Lost(JOB)))
        .endsWith(
            new AgentEffect.TellReleased(5, List.of(new Held(JOB, 7, 1, 1, ONE))),
            new AgentEffect.Left());
    assertThat(words(handshake.leave(Instant.EPOCH, 0))).containsExactly(new AgentEffect.Left());
  }

  private List<AgentEffect> assignSmall(String job, long assignment, long millis) {
    return words(
        handshake.assigned(
            new Assign(
                7,
                List.of(
                    new Assignment(JobId.of("job-" + job), assignment, Resources.of(100, 1, 1))),
                WHOLE),
            millis * MILLI));
  }

  private List<AgentEffect> grantSmall(String job, long assignment, long millis) {
    return handshake.jobReplied(
        new JobReply.Granted(
            JobId.of("job-" + job),
            1,
            assignment,
            Workbench.spec("job-" + job, Resources.of(100, 1, 1))),
        millis * MILLI);
  }

  private static AgentEffect asks(String job, long assignment, boolean alone) {
    return new AgentEffect.AskToStart(new Slot.Key(JobId.of("job-" + job), 7, assignment), alone);
  }

  private List<AgentEffect> beatAt(long millis) {
    return words(handshake.beat(millis * MILLI));
  }

  private List<AgentEffect> beginsAlone(String job, long assignment, long millis) {
    return handshake
        .jobReplied(new JobReply.BeginsAlone(JobId.of("job-" + job), assignment), millis * MILLI)
        .stream()
        .filter(effect -> !(effect instanceof AgentEffect.Note))
        .toList();
  }

  /** The window in which nothing else begins is 1,500 ms and a heartbeat. */
  @Test
  void whatMayHaveEndedNodesBeginsAlone() {
    long window = 1_500 + Workbench.config().heartbeat().toMillis();
    assignSmall("ordinary", 1, 0);
    grantSmall("ordinary", 1, 0);
    assertThat(assignSmall("suspect-a", 2, 10)).containsExactly(asks("suspect-a", 2, false));
    assertThat(assignSmall("suspect-b", 3, 10)).containsExactly(asks("suspect-b", 3, false));
    assertThat(beginsAlone("suspect-a", 2, 20)).as("the ordinary one has just begun").isEmpty();
    assertThat(beginsAlone("suspect-b", 3, 20)).isEmpty();
    assertThat(assignSmall("later", 4, 30)).as("waits behind them").isEmpty();
    assertThat(beatAt(window - 1)).isEmpty();
    assertThat(beatAt(window)).containsExactly(asks("suspect-a", 2, true));
    grantSmall("suspect-a", 2, window + 5);
    assertThat(beatAt(2 * window + 4)).isEmpty();
    assertThat(beatAt(2 * window + 5)).containsExactly(asks("later", 4, false));
    grantSmall("later", 4, 2 * window + 6);
    assertThat(assignSmall("last", 5, 2 * window + 7)).isEmpty();
    assertThat(beatAt(3 * window + 6)).containsExactly(asks("suspect-b", 3, true));
    assertThat(
            handshake.jobReplied(
                new JobReply.Refused(JobId.of("job-suspect-b"), 3, "cancelled"),
                (3 * window + 7) * MILLI))
        .contains(asks("last", 5, false));
    assertThat(assignSmall("free", 6, 3 * window + 8)).containsExactly(asks("free", 6, false));
  }

  @Test
  void aJobThatDoesNotAnswerHoldsNobodyUpForLong() {
    assignSmall("suspect", 1, 0);
    beginsAlone("suspect", 1, 0);
    assertThat(assignSmall("behind", 2, 1)).isEmpty();
    assertThat(beatAt(9_999)).doesNotContain(asks("behind", 2, false));
    assertThat(beatAt(10_000)).contains(asks("behind", 2, false));
  }

  /** A grant that was asked for at an earlier turn may come while it waits for the next. */
  @Test
  void whatBeganWhileItWaitedForItsTurnIsToldOfAlsoAfterADrain() {
    assignSmall("ordinary", 1, 0);
    grantSmall("ordinary", 1, 0);
    assignSmall("suspect", 2, 10);
    beginsAlone("suspect", 2, 20);
    grantSmall("suspect", 2, 30);
    handshake.ended(new Slot.Key(JobId.of("job-suspect"), 7, 2), DONE, 40 * MILLI);
    drain(Duration.ZERO, 0);
    assertThat(handshake.slots().unreported())
        .containsExactly(new Unreported(JobId.of("job-suspect"), 1));
  }

  @Test
  void whatWaitsToBeginIsGivenBackByADrain() {
    assignSmall("suspect", 1, 0);
    beginsAlone("suspect", 1, 0);
    assignSmall("behind", 2, 1);
    List<AgentEffect> drained = drain(Duration.ZERO, 0);
    assertThat(handshake.slots().all())
        .extracting(slot -> slot.key.assignment())
        .containsExactly(1L);
    assertThat(drained).filteredOn(AgentEffect.TellReleased.class::isInstance).isNotEmpty();
  }
}
