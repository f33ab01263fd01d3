package refinery.batch;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.TestInbox;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import refinery.entity.Decision;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Observer;
import refinery.protocol.batch.Provision;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Work;

/** A batch that observes others, and one that is observed: the same one here, at two ends. */
class BatchObserversTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final BatchId OTHER = new BatchId("batch-other");
  private static final BatchSet SET =
      new BatchSet(new Manifest("members", 3, 0, 30), "touch", "out");
  private static final Need.All NEED = new Need.All("parts", SET);
  private static final Provision.All INPUTS =
      new Provision.All("parts", new Manifest("inputs", 3, 9, 300));

  private final BatchLogic logic =
      new BatchLogic(
          new JobPlanner() {
            @Override
            public Resources download(BatchSpec spec) {
              return Resources.NONE;
            }

            @Override
            public Resources process(Work.Process work) {
              return Resources.NONE;
            }

            @Override
            public List<Need> needs(Work.Process work, Optional<BatchSet> set) {
              return set.<Need>map(of -> new Need.All("parts", of)).stream().toList();
            }
          });
  private final TestInbox<BatchReply> inbox = TestInbox.create();
  private Optional<Batch> state = Optional.empty();
  private long revision;

  private Decision<BatchEvent, BatchEffect> when(BatchCommand command) {
    Decision<BatchEvent, BatchEffect> decision =
        logic.decide(state, command, new Moment(spec().id().value(), NOW, 0.5, 0));
    decision.events().forEach(event -> state = logic.evolve(state, event));
    return decision;
  }

  private void given(BatchCommand... commands) {
    List.of(commands).forEach(this::when);
  }

  private static BatchSpec spec() {
    return new BatchSpec(
        BatchSpec.idOf("batches", "k", "concatenate", Map.of()),
        "batches",
        "k",
        "concatenate",
        Optional.empty(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(),
        "batches:k",
        0,
        Optional.empty(),
        Optional.of(SET));
  }

  private void registered() {
    Claim claim = new Claim(new SurveyId("survey-one"), 1, true, false, 0, "", Optional.empty());
    given(new BatchCommand.Register(spec(), NOW, claim, inbox.getRef()));
  }

  private Batch batch() {
    return state.orElseThrow();
  }

  private <X extends BatchEffect> List<X> outstanding(Class<X> kind) {
    return logic.outstanding(state).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private void met() {
    given(new BatchCommand.Sought(NEED, Optional.of(INPUTS)));
  }

  private void refined(String digest) {
    met();
    given(accepted(batch().processJob()));
    ended(
        new JobStatus.Succeeded(
            new JobResult.Processed(
                List.of(new Artifact("out", digest, 1, "text/plain")),
                Map.of(),
                "",
                Optional.empty())));
  }

  private void ended(JobStatus status) {
    given(new BatchCommand.JobUpdate(batch().processJob(), ++revision, status));
  }

  private void reprocessed(String digest) {
    given(new BatchCommand.Reprocess(Optional.empty(), inbox.getRef()));
    refined(digest);
  }

  private BatchReply observed(int generation, String digest) {
    TestInbox<BatchReply> answer = TestInbox.create();
    for (BatchEffect effect :
        when(new BatchCommand.Observe(OTHER, generation, "out", digest, answer.getRef()))
            .effects()) {
      if (effect instanceof BatchEffect.Reply reply && reply.to().equals(answer.getRef())) {
        return reply.reply();
      }
    }
    throw new AssertionError("no answer");
  }

  /** It knows what is wanted now. */
  private BatchCommand accepted(JobId job) {
    return new BatchCommand.JobAccepted(job, batch().urgency());
  }

  @Test
  void aBatchTellsWhoeverIsMadeOfItAtEveryChangeUntilThatIsAcknowledged() {
    registered();
    refined("old");
    assertThat(observed(1, "old")).isEqualTo(new BatchReply.Observed(spec().id(), false));
    assertThat(outstanding(BatchEffect.InformBatch.class)).as("it knows").isEmpty();
    assertThat(((ReadRow.Batch) logic.row(state).orElseThrow()).view().observers())
        .contains(OTHER.value());
    given(new BatchCommand.Reprocess(Optional.empty(), inbox.getRef()));
    assertThat(outstanding(BatchEffect.InformBatch.class))
        .as("nothing is known while it is refined again")
        .extracting(BatchEffect.InformBatch::changed)
        .containsExactly(false);
    refined("new");
    BatchEffect.InformBatch told =
        new BatchEffect.InformBatch(OTHER, spec().id(), 1, batch().revision(), true);
    assertThat(outstanding(BatchEffect.InformBatch.class)).containsExactly(told);
    Observer other = new Observer.OfBatch(OTHER);
    given(new BatchCommand.Acknowledged(other, batch().revision() - 1, 0));
    assertThat(outstanding(BatchEffect.InformBatch.class)).containsExactly(told);
    given(new BatchCommand.Acknowledged(other, batch().revision(), 0));
    assertThat(outstanding(BatchEffect.InformBatch.class)).isEmpty();
    reprocessed("old");
    assertThat(outstanding(BatchEffect.InformBatch.class))
        .extracting(BatchEffect.InformBatch::changed)
        .as("it is what was used again")
        .containsExactly(false);
  }

  @Test
  void whoDidWithoutTheOutputIsToldWhenThereIsOne() {
    registered();
    assertThat(observed(1, "")).isEqualTo(new BatchReply.Observed(spec().id(), false));
    refined("new");
    assertThat(outstanding(BatchEffect.InformBatch.class))
        .extracting(BatchEffect.InformBatch::changed)
        .containsExactly(true);
    assertThat(observed(2, "")).isEqualTo(new BatchReply.Observed(spec().id(), true));
  }

  @Test
  void theAnswerSaysThatTheOutputIsAnotherAlready() {
    registered();
    refined("new");
    assertThat(observed(1, "old")).isEqualTo(new BatchReply.Observed(spec().id(), true));
    long events = batch().observers().entries().size();
    assertThat(observed(1, "old")).as("again").isEqualTo(observed(1, "old"));
    assertThat(batch().observers().entries()).hasSize((int) events);
    assertThat(observed(2, "new")).isEqualTo(new BatchReply.Observed(spec().id(), false));
    assertThat(observed(1, "old")).as("late").isEqualTo(new BatchReply.Observed(spec().id(), true));
    assertThat(batch().observers().used(OTHER).orElseThrow().generation()).isEqualTo(2);
  }

  @Test
  void thoseThatItIsMadeOfAreAskedWindowByWindow() {
    registered();
    assertThat(outstanding(BatchEffect.ObserveMembers.class)).isEmpty();
    met();
    assertThat(outstanding(BatchEffect.Submit.class)).hasSize(1);
    assertThat(outstanding(BatchEffect.ObserveMembers.class))
        .containsExactly(new BatchEffect.ObserveMembers(spec().id(), 1, "out", INPUTS, 0));
    given(answered("another", 0, 100), answered("inputs", 100, 200));
    assertThat(outstanding(BatchEffect.ObserveMembers.class))
        .extracting(BatchEffect.ObserveMembers::from)
        .containsExactly(0L);
    given(answered("inputs", 0, 100), answered("inputs", 0, 100));
    assertThat(outstanding(BatchEffect.ObserveMembers.class))
        .extracting(BatchEffect.ObserveMembers::from)
        .containsExactly(100L);
    given(answered("inputs", 100, 300));
    assertThat(outstanding(BatchEffect.ObserveMembers.class)).isEmpty();
  }

  private static BatchCommand answered(String inputs, long from, long upTo) {
    return new BatchCommand.MembersAnswered("parts", inputs, from, upTo, Optional.empty());
  }

  @Test
  void whatIsMadeOfAnOutputThatHasChangedSaysSoUntilItIsReprocessed() {
    registered();
    refined("made");
    assertThat(batch().words()).isEmpty();
    BatchCommand late = new BatchCommand.MemberUpdate(OTHER, 0, 6, true);
    BatchCommand same = new BatchCommand.MemberUpdate(OTHER, 1, 7, false);
    BatchCommand changed = new BatchCommand.MemberUpdate(OTHER, 1, 8, true);
    assertThat(when(late).effects())
        .containsExactly(new BatchEffect.AcknowledgeBatch(OTHER, spec().id(), 6));
    given(same);
    assertThat(batch().words()).isEmpty();
    assertThat(when(changed).effects())
        .containsExactly(new BatchEffect.AcknowledgeBatch(OTHER, spec().id(), 8));
    assertThat(when(changed).events()).as("once").isEmpty();
    assertThat(batch().state()).isEqualTo(BatchState.DONE);
    assertThat(batch().words())
        .hasValueSatisfying(why -> assertThat(why).contains(OTHER.value(), "reprocess"));
    given(new BatchCommand.Reprocess(Optional.empty(), inbox.getRef()));
    assertThat(outstanding(BatchEffect.Seek.class)).hasSize(1);
    refined("made anew");
    assertThat(batch().words()).isEmpty();
  }

  @Test
  void whatFailedOnOutputsThatHaveChangedSinceBeginsAnewWhenItIsRetried() {
    registered();
    met();
    given(accepted(batch().processJob()));
    ended(new JobStatus.Failed(Failure.of(FailureClass.PERMANENT, "bad input")));
    given(new BatchCommand.MemberUpdate(OTHER, 1, 8, true));
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(outstanding(BatchEffect.RetryJob.class)).isEmpty();
    assertThat(outstanding(BatchEffect.Seek.class)).hasSize(1);
  }
}
