package refinery.survey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import akka.actor.testkit.typed.javadsl.TestInbox;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import refinery.entity.Decision;
import refinery.entity.Moment;
import refinery.entity.Post;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.Ids;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyRequest;
import refinery.protocol.survey.SurveyState;

class SurveyLogicTest {
  private static final SurveyId SURVEY = new SurveyId("survey-a");
  private static final JobId FIRST = Ids.surveyJob(SURVEY, 1);
  private static final JobId SECOND = Ids.surveyJob(SURVEY, 2);
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final JobStatus FOUND_ALL = new JobStatus.Succeeded(new JobResult.Surveyed(1));

  private final SurveyLogic logic = new SurveyLogic();
  private final TestInbox<SurveyReply> inbox = TestInbox.create();
  private SurveyLogic.Slot slot = logic.empty(SURVEY.value());

  private Decision<SurveyEvent, SurveyEffect> when(SurveyCommand command) {
    Decision<SurveyEvent, SurveyEffect> decision =
        logic.decide(slot, command, new Moment(SURVEY.value(), NOW, 0.5, 0));
    decision.events().forEach(event -> slot = logic.evolve(slot, event));
    return decision;
  }

  private void given(SurveyCommand... commands) {
    List.of(commands).forEach(this::when);
  }

  private SurveyReply answer(SurveyCommand command) {
    return when(command).effects().stream()
        .filter(SurveyEffect.Reply.class::isInstance)
        .map(effect -> ((SurveyEffect.Reply) effect).reply())
        .findFirst()
        .orElseThrow();
  }

  private <X extends SurveyEffect> List<X> outstanding(Class<X> kind) {
    return logic.outstanding(slot).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private SurveyState state() {
    return slot.survey().orElseThrow().state();
  }

  private static SurveyRequest request(int priority) {
    return new SurveyRequest(
        "ena", JsonNodeFactory.instance.objectNode(), "p", Map.of(), priority, Map.of());
  }

  private SurveyCommand create() {
    return new SurveyCommand.Create(request(5), Optional.empty(), inbox.getRef());
  }

  private SurveyCommand cancel() {
    return new SurveyCommand.Cancel("a slip", Optional.empty(), inbox.getRef());
  }

  private SurveyCommand retry() {
    return new SurveyCommand.Retry(Optional.empty(), inbox.getRef());
  }

  private SurveyCommand record(JobId job, BatchSpec... batches) {
    return new SurveyCommand.Record(job, List.of(batches), inbox.getRef());
  }

  private static BatchSpec renamed(BatchSpec as) {
    return new BatchSpec(
        as.id(),
        as.source(),
        as.key(),
        as.pipeline(),
        as.organism(),
        as.identity(),
        Map.of(),
        Map.of("sample_alias", "another"),
        as.files(),
        as.downloadGroup(),
        as.inputBytes(),
        as.skip());
  }

  private static BatchSpec batch(int number) {
    String key = "run" + number;
    return new BatchSpec(
        BatchSpec.idOf("ena", key, "p", Map.of()),
        "ena",
        key,
        "p",
        Optional.empty(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(),
        "ena:" + key,
        1,
        Optional.empty());
  }

  private static SurveyCommand claimed(int batch, long number, long revision, BatchState state) {
    return new SurveyCommand.BatchClaimed(
        batch(batch).id(), number, Optional.of(NOW), new Standing(revision, state, false));
  }

  private static SurveyCommand update(int batch, long revision, BatchState state) {
    return new SurveyCommand.BatchUpdate(batch(batch).id(), new Standing(revision, state, false));
  }

  @Test
  void onlyAnAcceptanceMeansThatTheJobIsThere() {
    given(create());
    for (JobReply other :
        List.of(
            new JobReply.PrioritySet(FIRST, 5),
            new JobReply.Cancelled(FIRST),
            new JobReply.Retried(FIRST),
            new JobReply.NotFound(FIRST))) {
      given(SurveyRoutes.meaning(other));
      assertThat(outstanding(SurveyEffect.Submit.class)).as("after %s", other).hasSize(1);
    }
    given(SurveyRoutes.meaning(new JobReply.Accepted(SECOND, Urgency.first(5), false)));
    assertThat(outstanding(SurveyEffect.Submit.class)).as("another job's").hasSize(1);
    given(SurveyRoutes.meaning(new JobReply.Accepted(FIRST, Urgency.first(5), false)));
    assertThat(outstanding(SurveyEffect.Submit.class)).isEmpty();
  }

  @Test
  void aBatchIsRegisteredUntilItKeepsTheClaim() {
    given(create(), record(FIRST, batch(1)));
    BatchId id = batch(1).id();
    for (BatchReply other :
        List.of(
            new BatchReply.Retried(id),
            new BatchReply.Rejected(id, "busy"),
            new BatchReply.NotFound(id))) {
      given(SurveyRoutes.meaning(other));
      assertThat(outstanding(SurveyEffect.Register.class)).as("after %s", other).hasSize(1);
    }
    given(claimed(1, 1, 0, BatchState.QUEUED));
    assertThat(outstanding(SurveyEffect.Register.class)).isEmpty();
  }

  @Test
  void whatIsNotTakenInIsNotAcknowledged() {
    given(create(), record(FIRST, batch(1)), cancel());
    assertThat(answer(record(FIRST, batch(1)))).isEqualTo(new SurveyReply.Recorded(SURVEY, 1));
    assertThat(answer(record(FIRST, batch(2)))).isInstanceOf(SurveyReply.Rejected.class);
    given(retry());
    assertThat(answer(record(FIRST, batch(2))))
        .as("the job that was told to stop")
        .isInstanceOf(SurveyReply.Rejected.class);
    assertThat(answer(record(SECOND, batch(2)))).isEqualTo(new SurveyReply.Recorded(SURVEY, 1));
  }

  @Test
  void aCancelTakesBackWhatMayHaveBeenSentAndNothingElse() {
    given(create());
    given(
        record(
            FIRST,
            IntStream.range(0, 300).mapToObj(SurveyLogicTest::batch).toArray(BatchSpec[]::new)));
    List<SurveyEffect.Register> sent = outstanding(SurveyEffect.Register.class);
    given(claimed(0, 1, 0, BatchState.QUEUED), cancel());
    List<SurveyEffect.Register> back = outstanding(SurveyEffect.Register.class);
    assertThat(back).noneMatch(register -> register.claim().wanted());
    assertThat(back)
        .extracting(register -> register.spec().id())
        .containsAll(sent.stream().skip(1).map(register -> register.spec().id()).toList())
        .hasSizeLessThanOrEqualTo(Claims.WINDOW);
    assertThat(outstanding(SurveyEffect.ChangeClaim.class))
        .singleElement()
        .satisfies(change -> assertThat(change.claim().wanted()).isFalse());
    for (int i = 0; i < 300; i++) {
      given(claimed(i, 2, 1, BatchState.CANCELLED));
    }
    assertThat(outstanding(SurveyEffect.Register.class)).isEmpty();
  }

  @Test
  void aRetryRightAfterACancelTakesUpEverythingWithAnotherJob() {
    given(create(), new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)));
    given(record(FIRST, batch(1), batch(2)), claimed(1, 1, 0, BatchState.QUEUED), cancel());
    given(retry());
    assertThat(state()).isEqualTo(SurveyState.RUNNING);
    assertThat(outstanding(SurveyEffect.Submit.class))
        .extracting(submit -> submit.spec().id())
        .containsExactly(SECOND);
    assertThat(outstanding(SurveyEffect.CancelJob.class))
        .extracting(SurveyEffect.CancelJob::job)
        .containsExactly(FIRST);
    assertThat(outstanding(SurveyEffect.Register.class))
        .allSatisfy(register -> assertThat(register.claim().number()).isEqualTo(3))
        .hasSize(1);
    assertThat(outstanding(SurveyEffect.ChangeClaim.class))
        .allSatisfy(change -> assertThat(change.claim().retry()).isTrue())
        .hasSize(1);
    given(new SurveyCommand.JobUpdate(FIRST, 1, new JobStatus.Cancelled("a slip")));
    assertThat(outstanding(SurveyEffect.CancelJob.class)).isEmpty();
    assertThat(state()).isEqualTo(SurveyState.RUNNING);
  }

  @Test
  void anOlderClaimIsNoAnswerToANewerOne() {
    given(create(), record(FIRST, batch(1)));
    given(new SurveyCommand.SetPriority(50, Optional.empty(), inbox.getRef()));
    given(claimed(1, 1, 0, BatchState.QUEUED));
    assertThat(outstanding(SurveyEffect.Register.class))
        .singleElement()
        .satisfies(register -> assertThat(register.claim().priority()).isEqualTo(50));
    given(claimed(1, 2, 0, BatchState.QUEUED));
    assertThat(outstanding(SurveyEffect.Register.class)).isEmpty();
  }

  @Test
  void aChangedPriorityIsToldToTheSurveyJobUntilItSaysThatItKnows() {
    given(create(), new SurveyCommand.SetPriority(50, Optional.empty(), inbox.getRef()));
    given(SurveyRoutes.meaning(new JobReply.Accepted(FIRST, Urgency.first(5), false)));
    SurveyId self = slot.survey().orElseThrow().id();
    Urgency wanted = Urgency.first(5).changedTo(50);
    assertThat(outstanding(SurveyEffect.PassOnPriority.class))
        .containsExactly(new SurveyEffect.PassOnPriority(FIRST, self, wanted, Optional.empty()));
    given(SurveyRoutes.meaning(new JobReply.PrioritySet(FIRST, 50)));
    given(SurveyRoutes.meaning(new JobReply.PriorityKept(FIRST, Urgency.first(5))));
    assertThat(outstanding(SurveyEffect.PassOnPriority.class)).hasSize(1);
    given(SurveyRoutes.meaning(new JobReply.PriorityKept(FIRST, wanted)));
    assertThat(outstanding(SurveyEffect.PassOnPriority.class)).isEmpty();
  }

  @Test
  void theNewestDescriptionOfABatchThatHasNotAnsweredIsRegistered() {
    given(create(), record(FIRST, batch(1)), record(FIRST, renamed(batch(1))));
    assertThat(outstanding(SurveyEffect.Register.class))
        .extracting(SurveyEffect.Register::spec)
        .containsExactly(renamed(batch(1)));
  }

  @Test
  void aChangedPriorityIsToldToBatchesThatFailedAndTakesNothingUp() {
    given(create(), record(FIRST, batch(1)), claimed(1, 1, 0, BatchState.QUEUED));
    given(claimed(1, 1, 1, BatchState.FAILED));
    given(new SurveyCommand.SetPriority(50, Optional.empty(), inbox.getRef()));
    assertThat(outstanding(SurveyEffect.ChangeClaim.class))
        .extracting(change -> change.claim().priority(), change -> change.claim().retry())
        .containsExactly(tuple(50, false));
  }

  @Test
  void cancelledAndFailedBatchesAreNoSuccess() {
    given(create(), record(FIRST, batch(1), batch(2), batch(3)));
    given(
        claimed(1, 1, 1, BatchState.CANCELLED),
        claimed(2, 1, 1, BatchState.FAILED),
        new SurveyCommand.BatchClaimed(
            batch(3).id(), 1, Optional.of(NOW), new Standing(1, BatchState.CANCELLED, true)),
        new SurveyCommand.JobUpdate(FIRST, 1, FOUND_ALL));
    assertThat(state()).isEqualTo(SurveyState.DONE_WITH_FAILURES);
    assertThat(slot.survey().orElseThrow().course().reason())
        .contains("1 of 3 batches failed, 1 of 3 batches were cancelled");
  }

  @Test
  void anUpdateOfABatchThatIsNotKnownIsTakenIn() {
    given(create(), new SurveyCommand.JobUpdate(FIRST, 1, FOUND_ALL));
    assertThat(state()).isEqualTo(SurveyState.DONE);
    given(update(7, 3, BatchState.PROCESSING));
    assertThat(state()).isEqualTo(SurveyState.RUNNING);
    assertThat(outstanding(SurveyEffect.ChangeClaim.class)).hasSize(1);
    given(claimed(7, 1, 3, BatchState.PROCESSING), update(7, 4, BatchState.FAILED));
    assertThat(state()).isEqualTo(SurveyState.DONE_WITH_FAILURES);
  }

  @Test
  void aFailedJobIsRetriedAndWhatFailedIsTakenUp() {
    given(
        create(),
        new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)),
        record(FIRST, batch(1), batch(2)));
    given(claimed(1, 1, 1, BatchState.FAILED), claimed(2, 1, 1, BatchState.DONE));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.PERMANENT, "no such study"));
    given(new SurveyCommand.JobUpdate(FIRST, 1, failed));
    assertThat(state()).isEqualTo(SurveyState.FAILED);
    given(retry());
    assertThat(outstanding(SurveyEffect.RetryJob.class)).hasSize(1);
    assertThat(outstanding(SurveyEffect.ChangeClaim.class))
        .extracting(SurveyEffect.ChangeClaim::batch)
        .containsExactly(batch(1).id());
    given(claimed(1, 2, 2, BatchState.PROCESSING), update(1, 3, BatchState.DONE));
    assertThat(state()).isEqualTo(SurveyState.RUNNING);
    given(new SurveyCommand.JobUpdate(FIRST, 2, FOUND_ALL));
    assertThat(state()).isEqualTo(SurveyState.DONE);
    assertThat(when(retry()).events()).as("nothing to do").isEmpty();
  }

  @Test
  void aJobThatIsBeingRetriedIsStoppedByACancel() {
    given(create(), new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.PERMANENT, "no such study"));
    given(new SurveyCommand.JobUpdate(FIRST, 1, failed), retry(), cancel());
    given(new SurveyCommand.JobUpdate(FIRST, 2, new JobStatus.Active()));
    assertThat(outstanding(SurveyEffect.CancelJob.class)).hasSize(1);
    given(retry());
    assertThat(outstanding(SurveyEffect.Submit.class))
        .extracting(submit -> submit.spec().id())
        .containsExactly(SECOND);
  }

  @Test
  void theSameRequestIsTheSameSurveyAlsoWhenItsPriorityWasChanged() {
    given(create(), new SurveyCommand.SetPriority(50, Optional.empty(), inbox.getRef()));
    assertThat(answer(create())).isEqualTo(new SurveyReply.Created(SURVEY, true));
    assertThat(answer(new SurveyCommand.Create(request(50), Optional.empty(), inbox.getRef())))
        .isInstanceOf(SurveyReply.Rejected.class);
  }

  /** And who did it first is passed on to batches that are told later. */
  @Test
  void whoChangedItsMindIsInTheEventsAndInItsClaims() {
    Optional<Actor> ann = Optional.of(new Actor("ann"));
    Optional<Actor> bob = Optional.of(new Actor("bob"));
    given(new SurveyCommand.Create(request(5), ann, inbox.getRef()));
    given(new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)), record(FIRST, batch(1)));
    assertThat(outstanding(SurveyEffect.Register.class))
        .extracting(register -> register.claim().actor())
        .containsExactly(ann);
    given(new SurveyCommand.Cancel("a slip", bob, inbox.getRef()));
    assertThat(outstanding(SurveyEffect.Register.class))
        .extracting(register -> register.claim().actor())
        .containsExactly(bob);
    assertThat(outstanding(SurveyEffect.CancelJob.class))
        .containsExactly(new SurveyEffect.CancelJob(FIRST, "a slip", bob));
    assertThat(when(new SurveyCommand.Retry(ann, inbox.getRef())).events())
        .containsExactly(new SurveyEvent.Retried(SECOND, false, ann, NOW));
  }

  @Test
  void aSurveyThatIsRetriedTellsBatchesWhatItsSourceSaysOfThemNow() {
    given(
        create(),
        new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)),
        record(FIRST, batch(1), batch(2)));
    given(claimed(1, 1, 1, BatchState.DONE), claimed(2, 1, 1, BatchState.DONE));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.TRANSIENT, "no answer"));
    given(new SurveyCommand.JobUpdate(FIRST, 1, failed), retry());
    given(record(FIRST, renamed(batch(1)), batch(2)));
    assertThat(outstanding(SurveyEffect.Register.class))
        .extracting(SurveyEffect.Register::spec, register -> register.claim().retry())
        .containsExactly(tuple(renamed(batch(1)), false), tuple(batch(2), false));
    given(new SurveyCommand.JobUpdate(FIRST, 2, FOUND_ALL), update(1, 2, BatchState.DONE));
    given(claimed(2, 2, 1, BatchState.DONE));
    assertThat(state()).as("one has not been told").isEqualTo(SurveyState.RUNNING);
    given(claimed(1, 2, 2, BatchState.DONE));
    assertThat(outstanding(SurveyEffect.Register.class)).isEmpty();
    assertThat(state()).isEqualTo(SurveyState.DONE);
    assertThat(when(record(FIRST, renamed(batch(1)), batch(2))).events()).isEmpty();
  }

  @Test
  void whatFailsAfterARetryIsNotTakenUpByAChangedPriority() {
    given(
        create(),
        new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)),
        record(FIRST, batch(1), batch(2)));
    given(claimed(1, 1, 1, BatchState.FAILED), claimed(2, 1, 1, BatchState.DONE));
    given(new SurveyCommand.JobUpdate(FIRST, 1, FOUND_ALL), retry());
    given(claimed(1, 2, 2, BatchState.PROCESSING), update(2, 2, BatchState.FAILED));
    given(new SurveyCommand.SetPriority(9, Optional.empty(), inbox.getRef()));
    assertThat(outstanding(SurveyEffect.ChangeClaim.class))
        .extracting(SurveyEffect.ChangeClaim::batch, change -> change.claim().retry())
        .containsExactlyInAnyOrder(tuple(batch(1).id(), false), tuple(batch(2).id(), false));
  }

  /** The answer to what was found before says nothing of what was found since. */
  @Test
  void aBatchIsToldWhatWasFoundOfItLast() {
    given(create(), record(FIRST, batch(1)), record(FIRST, renamed(batch(1))));
    Standing queued = new Standing(0, BatchState.QUEUED, false);
    Optional<Instant> before = Optional.of(NOW.minusSeconds(1));
    given(new SurveyCommand.BatchClaimed(batch(1).id(), 1, before, queued));
    assertThat(outstanding(SurveyEffect.Register.class))
        .extracting(SurveyEffect.Register::spec)
        .containsExactly(renamed(batch(1)));
    given(claimed(1, 1, 0, BatchState.QUEUED));
    assertThat(outstanding(SurveyEffect.Register.class)).isEmpty();
  }

  /** Its job was retried by hand, and what it said of that was overtaken. */
  @Test
  void aFailedSurveyRunsAsSoonAsItHasSomethingToDoAgain() {
    given(
        create(), new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)), record(FIRST, batch(1)));
    given(claimed(1, 1, 1, BatchState.DONE));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new SurveyCommand.JobUpdate(FIRST, 1, failed));
    assertThat(state()).isEqualTo(SurveyState.FAILED);
    given(record(FIRST, batch(2)));
    assertThat(state()).isEqualTo(SurveyState.RUNNING);
    given(
        new SurveyCommand.JobUpdate(FIRST, 3, new JobStatus.Succeeded(new JobResult.Surveyed(2))));
    assertThat(state()).isEqualTo(SurveyState.RUNNING);
    given(claimed(2, 1, 1, BatchState.DONE));
    assertThat(state()).isEqualTo(SurveyState.DONE);
  }

  /** Its batch was taken up by others: it hears of it, and says that it does not count. */
  @Test
  void aSurveyThatHasEndedSaysSoWhenItIsToldOfABatch() {
    given(create(), new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)));
    given(record(FIRST, batch(1)), claimed(1, 1, 0, BatchState.QUEUED));
    given(
        new SurveyCommand.JobUpdate(FIRST, 1, new JobStatus.Succeeded(new JobResult.Surveyed(1))));
    assertThat(over(update(1, 1, BatchState.FAILED))).as("it ends with this").isZero();
    assertThat(state()).isEqualTo(SurveyState.DONE_WITH_FAILURES);
    assertThat(over(update(1, 2, BatchState.DOWNLOADING))).isEqualTo(1);
    given(update(1, 3, BatchState.FAILED), retry(), claimed(1, 2, 4, BatchState.DOWNLOADING));
    assertThat(over(update(1, 5, BatchState.FAILED))).as("it wants it again").isZero();
  }

  /** What goes on for others must not fail again because this survey does not count. */
  @Test
  void aRetryOfASurveyThatHasEndedConcernsAlsoWhatOthersHaveTakenUp() {
    given(create(), new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)));
    given(record(FIRST, batch(1)), claimed(1, 1, 0, BatchState.QUEUED));
    given(
        new SurveyCommand.JobUpdate(FIRST, 1, new JobStatus.Succeeded(new JobResult.Surveyed(1))));
    given(update(1, 1, BatchState.FAILED), update(1, 2, BatchState.DOWNLOADING), retry());
    assertThat(outstanding(SurveyEffect.ChangeClaim.class)).hasSize(1);
    assertThat(outstanding(SurveyEffect.ChangeClaim.class).getFirst().claim().retry()).isTrue();
    assertThat(over(update(1, 3, BatchState.FAILED))).isZero();
  }

  @Test
  void whatAnEndedSurveyFindsWhileItsBatchesGoOnForOthersCounts() {
    given(
        create(), new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)), record(FIRST, batch(1)));
    given(claimed(1, 1, 1, BatchState.FAILED));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new SurveyCommand.JobUpdate(FIRST, 1, failed), update(1, 2, BatchState.DOWNLOADING));
    assertThat(over(update(1, 3, BatchState.DOWNLOADING))).isEqualTo(1);
    given(record(FIRST, batch(2)), claimed(2, 1, 0, BatchState.QUEUED));
    assertThat(over(update(2, 1, BatchState.FAILED))).isZero();
  }

  /** As its batch is told. */
  private long over(SurveyCommand update) {
    return when(update).effects().stream()
        .map(effect -> SurveyRoutes.route(effect, new SurveyRoutes.Inboxes(null, null)))
        .map(post -> (BatchCommand.Acknowledged) ((Post.ToBatch) post).message())
        .findFirst()
        .orElseThrow()
        .over();
  }

  /** What it finds by then it wants, though it had ended. */
  @Test
  void aSurveyThatRunsAgainKeepsWhatItFindsGoing() {
    given(
        create(), new SurveyCommand.JobAccepted(FIRST, Urgency.first(5)), record(FIRST, batch(1)));
    given(claimed(1, 1, 1, BatchState.DONE));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new SurveyCommand.JobUpdate(FIRST, 1, failed));
    given(record(FIRST, batch(2)), claimed(2, 1, 0, BatchState.QUEUED));
    assertThat(over(update(2, 1, BatchState.FAILED))).isZero();
  }
}
