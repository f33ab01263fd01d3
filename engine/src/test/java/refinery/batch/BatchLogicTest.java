package refinery.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import akka.actor.testkit.typed.javadsl.TestInbox;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import refinery.entity.Decision;
import refinery.entity.Moment;
import refinery.journal.ReadRow;
import refinery.protocol.Actor;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.BatchCommand;
import refinery.protocol.batch.BatchEvent;
import refinery.protocol.batch.BatchReply;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Claim;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.Need;
import refinery.protocol.batch.Observer;
import refinery.protocol.batch.Provision;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;
import refinery.protocol.job.Work;
import refinery.protocol.query.BatchView;

class BatchLogicTest {
  private static final SurveyId ONE = new SurveyId("survey-one");
  private static final SurveyId TWO = new SurveyId("survey-two");
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  private List<Need> needs = List.of();
  private Optional<Resources> teaches = Optional.empty();

  private final BatchLogic logic =
      new BatchLogic(
          new JobPlanner() {
            @Override
            public Resources download(BatchSpec spec) {
              return Resources.of(1, 1, 1);
            }

            @Override
            public Resources process(Work.Process work) {
              return Resources.of(1, 1, 1);
            }

            @Override
            public Optional<Resources> learned(Work.Process work, Resources declared) {
              return teaches;
            }

            @Override
            public List<Need> needs(Work.Process work, Optional<BatchSet> set) {
              return needs;
            }
          });
  private final TestInbox<BatchReply> inbox = TestInbox.create();
  private Optional<Batch> state = Optional.empty();
  private int finds;

  private Decision<BatchEvent, BatchEffect> when(BatchCommand command) {
    Decision<BatchEvent, BatchEffect> decision =
        logic.decide(state, command, new Moment(spec("").id().value(), NOW, 0.5, 0));
    decision.events().forEach(event -> state = logic.evolve(state, event));
    return decision;
  }

  private void given(BatchCommand... commands) {
    List.of(commands).forEach(this::when);
  }

  private BatchReply answer(BatchCommand command) {
    return when(command).effects().stream()
        .filter(BatchEffect.Reply.class::isInstance)
        .map(effect -> ((BatchEffect.Reply) effect).reply())
        .findFirst()
        .orElseThrow();
  }

  private <X extends BatchEffect> List<X> outstanding(Class<X> kind) {
    return logic.outstanding(state).stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  private Batch batch() {
    return state.orElseThrow();
  }

  private static BatchSpec spec(String skip) {
    Location location =
        new Location("ena", "https://a.org/r", "fastq.gz", OptionalLong.of(1), Optional.empty());
    return new BatchSpec(
        BatchSpec.idOf("ena", "r", "p", Map.of()),
        "ena",
        "r",
        "p",
        Optional.empty(),
        Map.of(),
        Map.of(),
        Map.of(),
        List.of(new SourceFile("r.fastq.gz", "fastq.gz", List.of(location))),
        "ena:r",
        1,
        Optional.of(skip).filter(text -> !text.isEmpty()));
  }

  private static Claim wants(SurveyId survey, long number, int priority) {
    return new Claim(survey, number, true, true, priority, "", Optional.empty());
  }

  private static Claim letsGo(SurveyId survey, long number) {
    return new Claim(survey, number, false, false, 0, "enough", Optional.empty());
  }

  private BatchCommand register(Claim claim) {
    return found(spec(""), claim);
  }

  /** Each find is later than those before. */
  private BatchCommand found(BatchSpec spec, Claim claim) {
    return new BatchCommand.Register(spec, NOW.plusSeconds(++finds), claim, inbox.getRef());
  }

  private BatchCommand change(Claim claim) {
    return new BatchCommand.ChangeClaim(claim, inbox.getRef());
  }

  private JobId download() {
    return batch().downloadJob().orElseThrow();
  }

  private void downloaded() {
    given(
        accepted(download()),
        new BatchCommand.JobUpdate(
            download(), 1, new JobStatus.Succeeded(new JobResult.Downloaded(List.of(), Map.of()))));
  }

  /** It knows what is wanted now. */
  private BatchCommand accepted(JobId job) {
    return new BatchCommand.JobAccepted(job, batch().urgency());
  }

  @Test
  void anUnknownBatchSaysWhichOneItIs() {
    BatchId id = spec("").id();
    assertThat(answer(new BatchCommand.Retry(Optional.empty(), inbox.getRef())))
        .isEqualTo(new BatchReply.NotFound(id));
    assertThat(answer(change(wants(ONE, 1, 0)))).isEqualTo(new BatchReply.NotFound(id));
  }

  @Test
  void anOlderClaimIsAnsweredWithTheOneThatIsKept() {
    given(register(wants(ONE, 1, 0)), change(letsGo(ONE, 2)));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
    assertThat(answer(register(wants(ONE, 1, 0))))
        .isEqualTo(
            new BatchReply.Claimed(
                spec("").id(),
                2,
                Optional.of(NOW.plusSeconds(2)),
                new Standing(1, BatchState.CANCELLED, false)));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
  }

  @Test
  void aBatchThatIsRegisteredAsUnwantedNeverBegins() {
    given(register(letsGo(ONE, 2)));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
    assertThat(outstanding(BatchEffect.Submit.class)).isEmpty();
    given(register(wants(ONE, 1, 0)));
    assertThat(batch().state()).as("the late first message").isEqualTo(BatchState.CANCELLED);
  }

  @Test
  void whatAnotherSurveyWantsGoesOn() {
    given(register(wants(ONE, 1, 0)), register(wants(TWO, 1, 0)), change(letsGo(ONE, 2)));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
    given(change(letsGo(TWO, 2)));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
    assertThat(outstanding(BatchEffect.InformSurvey.class))
        .as("nobody wants to hear of it")
        .isEmpty();
    given(change(wants(ONE, 3, 0)));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
    assertThat(outstanding(BatchEffect.InformSurvey.class))
        .extracting(BatchEffect.InformSurvey::survey)
        .containsExactly(ONE);
  }

  @Test
  void theHighestPriorityOfThoseThatWantItCounts() {
    given(register(wants(ONE, 1, 10)), register(wants(TWO, 1, 70)));
    assertThat(batch().priority()).isEqualTo(70);
    given(accepted(download()));
    Urgency before = batch().urgency();
    given(change(letsGo(TWO, 2)));
    assertThat(batch().priority()).isEqualTo(10);
    assertThat(outstanding(BatchEffect.PassOnPriority.class))
        .containsExactly(
            new BatchEffect.PassOnPriority(download(), batch().spec().id(), batch().urgency()));
    given(BatchRoutes.meaning(new JobReply.PrioritySet(download(), 10)));
    given(BatchRoutes.meaning(new JobReply.PriorityKept(download(), before)));
    assertThat(outstanding(BatchEffect.PassOnPriority.class)).as("an older answer").hasSize(1);
    given(BatchRoutes.meaning(new JobReply.PriorityKept(download(), batch().urgency())));
    assertThat(outstanding(BatchEffect.PassOnPriority.class)).isEmpty();
  }

  @Test
  void aPriorityThatChangedWhileASubmissionWasUnderWayIsPassedOn() {
    given(register(wants(ONE, 1, 10)));
    BatchCommand accepted = accepted(download());
    given(change(wants(ONE, 2, 70)), accepted);
    assertThat(outstanding(BatchEffect.PassOnPriority.class))
        .containsExactly(
            new BatchEffect.PassOnPriority(download(), batch().spec().id(), batch().urgency()));
  }

  @Test
  void aNewSurveyTakesUpWhatFailedAndAMerePriorityDoesNot() {
    given(register(wants(ONE, 1, 0)));
    given(accepted(download()));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new BatchCommand.JobUpdate(download(), 1, failed));
    assertThat(batch().state()).isEqualTo(BatchState.FAILED);
    given(change(new Claim(ONE, 2, true, false, 9, "", Optional.empty())));
    assertThat(batch().state()).isEqualTo(BatchState.FAILED);
    given(register(wants(TWO, 1, 0)));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
    assertThat(outstanding(BatchEffect.RetryJob.class)).hasSize(1);
  }

  @Test
  void whatItsSourceSkipsIsNoFailure() {
    given(found(spec("is WGS"), wants(ONE, 1, 0)));
    assertThat(batch().standing()).isEqualTo(new Standing(1, BatchState.CANCELLED, true));
    given(change(letsGo(ONE, 2)), change(wants(ONE, 3, 0)));
    assertThat(batch().state()).as("taken up only when asked for").isEqualTo(BatchState.CANCELLED);
    given(register(wants(TWO, 1, 0)));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
  }

  /** Its claim is answered until it has the answer: the batch writes once and has nothing to do. */
  @Test
  void aSurveyIsNotToldWhatItsClaimIsAnsweredWith() {
    BatchCommand register = found(spec("is WGS"), wants(ONE, 1, 0));
    assertThat(when(register).events()).hasSize(2);
    assertThat(logic.outstanding(state)).isEmpty();
    assertThat(((BatchReply.Claimed) answer(register)).standing())
        .as("asked again")
        .isEqualTo(new Standing(1, BatchState.CANCELLED, true));
  }

  @Test
  void aSurveyIsToldWhatBecameOfABatchAfterItsClaim() {
    given(register(wants(ONE, 1, 0)), register(wants(TWO, 1, 0)));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new BatchCommand.JobUpdate(download(), 1, failed));
    given(change(new Claim(ONE, 2, true, false, 9, "", Optional.empty())));
    assertThat(outstanding(BatchEffect.InformSurvey.class))
        .as("the other's claim is answered with it")
        .extracting(BatchEffect.InformSurvey::survey)
        .containsExactly(TWO);
    given(change(wants(ONE, 3, 0)));
    assertThat(outstanding(BatchEffect.InformSurvey.class))
        .as("it goes on since")
        .extracting(BatchEffect.InformSurvey::survey)
        .containsExactly(ONE, TWO);
  }

  private static BatchSpec described(String url, String md5) {
    Location location =
        new Location(
            "ena", url, "fastq.gz", OptionalLong.of(1), Optional.of(Location.Checksum.md5(md5)));
    BatchSpec as = spec("");
    return new BatchSpec(
        as.id(),
        as.source(),
        as.key(),
        as.pipeline(),
        as.organism(),
        as.identity(),
        Map.of(),
        as.metadata(),
        List.of(new SourceFile("r.fastq.gz", "fastq.gz", List.of(location))),
        as.downloadGroup(),
        1,
        Optional.empty());
  }

  private BatchCommand finds(SurveyId survey, BatchSpec spec) {
    return found(spec, wants(survey, 1, 0));
  }

  private List<String> urls() {
    return outstanding(BatchEffect.Submit.class).stream()
        .map(submit -> (Work.Download) submit.spec().work())
        .map(work -> work.files().getFirst().locations().getFirst().url())
        .toList();
  }

  private static final String OLD = "a".repeat(32);
  private static final String NEW = "b".repeat(32);
  private static final JobStatus PROCESSED =
      new JobStatus.Succeeded(new JobResult.Processed(List.of(), Map.of(), "", Optional.empty()));

  @Test
  void whatHasNotBegunGoesByTheNewerDescription() {
    given(finds(ONE, described("https://a.org/old", OLD)));
    given(finds(TWO, described("https://a.org/new", NEW)));
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  @Test
  void aFailedDownloadOfOtherFilesBeginsAnew() {
    given(finds(ONE, described("https://a.org/old", OLD)));
    JobId first = download();
    given(accepted(first));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.CORRUPT, "MD5 differs"));
    given(new BatchCommand.JobUpdate(first, 1, failed));
    given(finds(TWO, described("https://a.org/new", NEW)));
    assertThat(download()).isNotEqualTo(first);
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  @Test
  void aRunThatHadNoFilesAndHasSomeNowIsDownloaded() {
    BatchSpec some = described("https://a.org/new", NEW);
    BatchSpec none =
        new BatchSpec(
            some.id(),
            some.source(),
            some.key(),
            some.pipeline(),
            some.organism(),
            some.identity(),
            Map.of(),
            some.metadata(),
            List.of(),
            some.downloadGroup(),
            0,
            Optional.empty());
    given(finds(ONE, none));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADED);
    given(finds(TWO, some));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  @Test
  void whatIsDoneSaysThatItsSourceHasChangedAndCanBeReprocessed() {
    given(finds(ONE, described("https://a.org/old", OLD)));
    downloaded();
    JobStatus processed =
        new JobStatus.Succeeded(new JobResult.Processed(List.of(), Map.of(), "", Optional.empty()));
    given(new BatchCommand.JobUpdate(batch().processJob(), 1, processed));
    given(finds(TWO, described("https://a.org/moved", OLD)));
    assertThat(batch().words()).as("the same bytes elsewhere").isEmpty();
    given(finds(new SurveyId("survey-three"), described("https://a.org/new", NEW)));
    assertThat(batch().state()).isEqualTo(BatchState.DONE);
    assertThat(batch().words()).hasValueSatisfying(why -> assertThat(why).contains("reprocess"));
    given(finds(new SurveyId("survey-four"), described("https://a.org/old", OLD)));
    assertThat(batch().words()).as("as it was before").isEmpty();
    given(finds(new SurveyId("survey-five"), described("https://a.org/new", NEW)));
    given(new BatchCommand.Reprocess(Optional.empty(), inbox.getRef()));
    assertThat(batch().words()).isEmpty();
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  @Test
  void aProcessJobSaysWhatWasDeclaredIfItReservesWhatWasLearned() {
    given(register(wants(ONE, 1, 5)));
    downloaded();
    JobSpec declared = outstanding(BatchEffect.Submit.class).getFirst().spec();
    assertThat(declared.resources()).isEqualTo(Resources.of(1, 1, 1));
    assertThat(declared.declared()).isEmpty();
    teaches = Optional.of(Resources.of(1, 7, 1));
    JobSpec learned = outstanding(BatchEffect.Submit.class).getFirst().spec();
    assertThat(learned.resources()).isEqualTo(Resources.of(1, 7, 1));
    assertThat(learned.declared()).contains(Resources.of(1, 1, 1));
  }

  private static Claim fresh(SurveyId survey, long number, boolean held) {
    return new Claim(survey, number, !held, false, 5, "", Optional.empty(), held, true);
  }

  private void done() {
    downloaded();
    given(
        accepted(batch().processJob()),
        new BatchCommand.JobUpdate(batch().processJob(), 1, PROCESSED));
    assertThat(batch().state()).isEqualTo(BatchState.DONE);
  }

  private boolean isFresh() {
    downloaded();
    Work work = outstanding(BatchEffect.Submit.class).getFirst().spec().work();
    return ((Work.Process) work).fresh();
  }

  @Test
  void aSurveyThatReusesNothingHasWhatIsDoneRefinedAgainOnce() {
    given(register(wants(ONE, 1, 5)));
    done();
    JobId first = batch().processJob();
    given(register(wants(TWO, 1, 5)));
    assertThat(batch().state()).as("another survey takes what is there").isEqualTo(BatchState.DONE);
    SurveyId three = new SurveyId("survey-three");
    given(register(fresh(three, 1, true)));
    assertThat(batch().state()).as("while it only plans").isEqualTo(BatchState.DONE);
    given(change(fresh(three, 2, false)));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
    assertThat(batch().processJob()).isNotEqualTo(first);
    assertThat(isFresh()).isTrue();
    done();
    given(change(fresh(three, 3, false)), register(fresh(three, 3, false)));
    assertThat(batch().state()).as("once for each survey").isEqualTo(BatchState.DONE);
    given(new BatchCommand.Acknowledged(new Observer.OfSurvey(three), batch().revision(), 3));
    given(new BatchCommand.Reprocess(Optional.empty(), inbox.getRef()));
    assertThat(isFresh()).as("when that survey is over").isFalse();
  }

  @Test
  void aPersonMayHaveABatchReallyRunAgain() {
    given(register(wants(ONE, 1, 5)));
    done();
    given(new BatchCommand.Reprocess(true, Optional.empty(), inbox.getRef()));
    assertThat(isFresh()).isTrue();
    done();
    given(new BatchCommand.Reprocess(Optional.empty(), inbox.getRef()));
    assertThat(isFresh()).isFalse();
  }

  @Test
  void whatIsUnderWayGoesOnAndReusesNothingIfASurveySaysSoInTime() {
    given(register(wants(ONE, 1, 5)));
    JobId process = batch().processJob();
    given(register(fresh(TWO, 1, false)));
    assertThat(batch().processJob()).isEqualTo(process);
    assertThat(isFresh()).isTrue();
  }

  @Test
  void whatWorksGoesOnByWhatItBeganWithAndSaysAtItsEndThatTheSourceHasChanged() {
    given(finds(ONE, described("https://a.org/old", OLD)));
    JobId first = download();
    given(accepted(first));
    given(finds(TWO, described("https://a.org/new", NEW)));
    assertThat(download()).isEqualTo(first);
    downloaded();
    assertThat(batch().spec()).isEqualTo(described("https://a.org/old", OLD));
    given(
        accepted(batch().processJob()),
        new BatchCommand.JobUpdate(batch().processJob(), 1, PROCESSED));
    assertThat(batch().state()).isEqualTo(BatchState.DONE);
    assertThat(batch().spec().files().getFirst().md5()).hasValue(OLD);
    assertThat(batch().words()).hasValueSatisfying(why -> assertThat(why).contains("reprocess"));
  }

  @Test
  void aDownloadThatFailsAfterItsSourceChangedBeginsAnewByItself() {
    given(finds(ONE, described("https://a.org/old", OLD)));
    given(accepted(download()));
    given(finds(TWO, described("https://a.org/new", NEW)));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new BatchCommand.JobUpdate(download(), 1, failed));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  @Test
  void anOlderDescriptionChangesNothing() {
    BatchCommand old = finds(ONE, described("https://a.org/old", OLD));
    given(finds(TWO, described("https://a.org/new", NEW)), old);
    assertThat(urls()).containsExactly("https://a.org/new");
    assertThat(batch().observers().surveys()).containsExactly(TWO, ONE);
  }

  /** A survey that has not heard the answer yet may find something else. */
  @Test
  void aNewerDescriptionUnderAClaimThatIsKnownIsTakenIn() {
    given(finds(ONE, described("https://a.org/old", OLD)));
    given(finds(ONE, described("https://a.org/new", NEW)));
    assertThat(urls()).containsExactly("https://a.org/new");
    BatchCommand again = finds(ONE, described("https://a.org/last", OLD));
    given(again);
    assertThat(urls()).containsExactly("https://a.org/last");
    assertThat(when(again).events()).as("the same again").isEmpty();
  }

  @Test
  void aNewerDescriptionUnderAClaimThatIsKnownRetriesNothing() {
    given(finds(ONE, described("https://a.org/old", OLD)));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new BatchCommand.JobUpdate(download(), 1, failed));
    given(finds(ONE, described("https://a.org/new", NEW)));
    assertThat(batch().state()).isEqualTo(BatchState.FAILED);
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  @Test
  void whatItsSourceSkipsNoLongerBeginsUnderTheSameClaim() {
    given(found(spec("is WGS"), wants(ONE, 1, 0)));
    given(finds(ONE, described("https://a.org/new", NEW)));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  /** Found once more as it was, it is so since then: what was found in between changes nothing. */
  @Test
  void anOlderDescriptionIsNotTakenForNewerThanWhatWasFoundAgain() {
    given(finds(ONE, described("https://a.org/new", NEW)));
    BatchCommand between = finds(TWO, described("https://a.org/old", OLD));
    given(finds(new SurveyId("survey-three"), described("https://a.org/new", NEW)), between);
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  /** It goes on with what it began with; only a newer description may change that. */
  @Test
  void whatIsDownloadedIsNotBegunAnewByWhatIsKnown() {
    BatchCommand old = finds(ONE, described("https://a.org/old", OLD));
    given(old);
    BatchCommand lateOfAnother = finds(TWO, described("https://a.org/old", OLD));
    given(accepted(download()));
    BatchCommand newer = finds(ONE, described("https://a.org/new", NEW));
    given(newer);
    downloaded();
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADED);
    assertThat(when(old).events()).isEmpty();
    assertThat(when(newer).events()).isEmpty();
    given(lateOfAnother, change(wants(ONE, 2, 9)));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADED);
    given(finds(TWO, described("https://a.org/new", NEW)));
    assertThat(batch().state()).as("found so once more, since").isEqualTo(BatchState.QUEUED);
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  @Test
  void aDownloadThatIsBegunOnceMoreIsThatOfTheFilesOfferedSince() {
    given(finds(ONE, described("https://a.org/old", OLD)));
    JobId first = download();
    given(failed(first, 1), new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    given(finds(ONE, described("https://a.org/new", NEW)));
    given(BatchRoutes.meaning(new JobReply.RawDataGone(first)));
    assertThat(urls()).containsExactly("https://a.org/new");
  }

  @Test
  void whatMayHaveBeenSubmittedIsLetGoByACancel() {
    given(register(wants(ONE, 1, 0)));
    JobId sent = download();
    given(change(letsGo(ONE, 2)));
    assertThat(outstanding(BatchEffect.LetGo.class))
        .containsExactly(
            new BatchEffect.LetGo(sent, batch().spec().id(), JobKind.DOWNLOAD, Optional.empty()));
    given(change(wants(ONE, 3, 0)), BatchRoutes.meaning(new JobReply.Released(sent)));
    downloaded();
    JobId process = batch().processJob();
    given(change(letsGo(ONE, 4)));
    assertThat(outstanding(BatchEffect.LetGo.class))
        .contains(
            new BatchEffect.LetGo(process, batch().spec().id(), JobKind.PROCESS, Optional.empty()));
  }

  @Test
  void whatItsSourceSkipsSinceItWasCancelledIsNoFailure() {
    given(register(wants(ONE, 1, 0)), change(letsGo(ONE, 2)));
    Standing before = batch().standing();
    given(found(spec("is WGS"), wants(TWO, 1, 0)));
    assertThat(batch().standing())
        .isEqualTo(new Standing(before.revision() + 1, BatchState.CANCELLED, true));
  }

  @Test
  void aBatchThatFailedAndIsDownloadedAfterAllSaysSo() {
    given(register(wants(ONE, 1, 0)));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new BatchCommand.JobUpdate(download(), 1, failed));
    long revision = batch().revision();
    given(
        new BatchCommand.JobUpdate(
            download(), 3, new JobStatus.Succeeded(new JobResult.Downloaded(List.of(), Map.of()))));
    assertThat(batch().revision()).isGreaterThan(revision);
  }

  private static final Need.One INDEX =
      new Need.One(
          "index",
          Selector.of("transcriptome-index", "salmon-index").with("k", "31"),
          "refinery survey ensembl species=x");

  private static RefinedArtifact index(String k) {
    return new RefinedArtifact(
        new BatchId("batch-index"),
        "transcriptome-index",
        "salmon-index",
        "index.tar.gz",
        Optional.empty(),
        Map.of("k", k),
        "ab",
        1,
        "application/gzip",
        NOW);
  }

  private static Provision provided(String k) {
    return new Provision.One("index", index(k));
  }

  private void needsAnIndex() {
    needs = List.of(INDEX);
    given(register(wants(ONE, 1, 0)));
    downloaded();
  }

  private JobStatus downloadedAgain() {
    return new JobStatus.Succeeded(new JobResult.Downloaded(List.of(), Map.of()));
  }

  @Test
  void whatIsNeededIsAskedForBeforeAJobIsMade() {
    needsAnIndex();
    assertThat(outstanding(BatchEffect.Submit.class)).isEmpty();
    assertThat(outstanding(BatchEffect.Seek.class))
        .containsExactly(new BatchEffect.Seek(batch().spec().id(), INDEX));
    given(new BatchCommand.Sought(INDEX, Optional.of(provided("31"))));
    assertThat(outstanding(BatchEffect.Submit.class))
        .singleElement()
        .satisfies(
            submit ->
                assertThat(((Work.Process) submit.spec().work()).provided())
                    .containsExactly(provided("31")));
  }

  @Test
  void whatIsNotThereIsWaitedForWithoutAnythingOutstanding() {
    needsAnIndex();
    given(new BatchCommand.Sought(INDEX, Optional.empty()));
    assertThat(logic.outstanding(state)).isEmpty();
    assertThat(batch().awaited()).hasValue(INDEX);
    assertThat(batch().words()).hasValueSatisfying(why -> assertThat(why).contains("k 31"));
    assertThat(when(new BatchCommand.Sought(INDEX, Optional.empty())).events()).isEmpty();
    given(new BatchCommand.Offered(INDEX, provided("23")));
    assertThat(batch().awaited()).as("another k").hasValue(INDEX);
    given(new BatchCommand.Offered(INDEX, provided("31")));
    assertThat(batch().awaited()).isEmpty();
    assertThat(outstanding(BatchEffect.Submit.class)).hasSize(1);
    assertThat(when(new BatchCommand.Offered(INDEX, provided("31"))).events()).isEmpty();
  }

  @Test
  void whatNothingBringsIsGivenUpWithTheLineThatWouldBringItAndARetryAsksAgain() {
    needsAnIndex();
    JobId download = download();
    given(new BatchCommand.Sought(INDEX, Optional.empty()));
    given(new BatchCommand.NeedHopeless(INDEX, NOW));
    assertThat(batch().state())
        .as("it has not waited for so long")
        .isEqualTo(BatchState.DOWNLOADED);
    given(new BatchCommand.NeedHopeless(INDEX, NOW.plusSeconds(1)));
    assertThat(batch().state()).isEqualTo(BatchState.FAILED);
    assertThat(batch().words())
        .hasValueSatisfying(why -> assertThat(why).contains("refinery survey ensembl species=x"));
    assertThat(BatchViews.view(batch()).needs())
        .extracting(BatchView.NeedView::role, BatchView.NeedView::state)
        .containsExactly(tuple("raw", "met"), tuple("index", "impossible"));
    assertThat(outstanding(BatchEffect.LetGo.class)).as("its raw data is kept").isEmpty();
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(download()).isEqualTo(download);
    assertThat(outstanding(BatchEffect.Seek.class)).hasSize(1);
  }

  @Test
  void whatWasGivenUpAndLetGoBeginsAnew() {
    needsAnIndex();
    JobId download = download();
    given(new BatchCommand.Sought(INDEX, Optional.empty()));
    given(new BatchCommand.NeedHopeless(INDEX, NOW.plusSeconds(1)));
    given(letRawDataGo(NOW), new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
    assertThat(download()).isNotEqualTo(download);
  }

  @Test
  void aBatchThatWaitsIsCancelledLikeAnyOther() {
    needsAnIndex();
    given(new BatchCommand.Sought(INDEX, Optional.empty()), change(letsGo(ONE, 2)));
    assertThat(batch().awaited()).isEmpty();
    given(new BatchCommand.Offered(INDEX, provided("31")));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
    given(change(wants(ONE, 3, 0)));
    given(accepted(download()));
    given(new BatchCommand.JobUpdate(download(), 1, downloadedAgain()));
    assertThat(outstanding(BatchEffect.Seek.class)).hasSize(1);
  }

  @Test
  void aReprocessedBatchAsksForTheNewest() {
    needsAnIndex();
    given(new BatchCommand.Sought(INDEX, Optional.of(provided("31"))));
    given(new BatchCommand.JobUpdate(batch().processJob(), 1, PROCESSED));
    given(new BatchCommand.Reprocess(Optional.empty(), inbox.getRef()));
    given(new BatchCommand.JobUpdate(download(), 1, downloadedAgain()));
    assertThat(outstanding(BatchEffect.Seek.class)).hasSize(1);
  }

  private BatchCommand letRawDataGo(Instant failedBefore) {
    return new BatchCommand.LetRawDataGo(failedBefore, Optional.empty(), inbox.getRef());
  }

  @Test
  void theRawDataOfAFailedBatchIsLetGoWithTheJobThatWouldRunOnIt() {
    given(register(wants(ONE, 1, 0)));
    downloaded();
    assertThat(answer(letRawDataGo(NOW))).isInstanceOf(BatchReply.Rejected.class);
    JobId process = batch().processJob();
    given(accepted(process));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.PERMANENT, "exit 1"));
    given(new BatchCommand.JobUpdate(process, 1, failed));
    assertThat(answer(letRawDataGo(NOW.minusSeconds(1))))
        .as("it has not failed for long enough")
        .isInstanceOf(BatchReply.Rejected.class);
    assertThat(answer(letRawDataGo(NOW))).isInstanceOf(BatchReply.RawDataLetGo.class);
    assertThat(outstanding(BatchEffect.LetGo.class))
        .extracting(BatchEffect.LetGo::job)
        .containsExactlyInAnyOrder(download(), process);
    JobId before = download();
    given(new BatchCommand.JobUpdate(process, 2, new JobStatus.Active()));
    assertThat(batch().state()).as("its job was retried by hand").isEqualTo(BatchState.FAILED);
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(outstanding(BatchEffect.RetryJob.class)).as("it may be let go or not").isEmpty();
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
    assertThat(download()).isNotEqualTo(before);
  }

  /** Another batch that shares it has retried it before it was let go; that word comes late. */
  @Test
  void aDownloadThatWasLetGoBringsNothingAnyMore() {
    given(register(wants(ONE, 1, 0)));
    JobId shared = download();
    given(accepted(shared));
    JobStatus failed = new JobStatus.Failed(Failure.of(FailureClass.ABSENT, "404"));
    given(new BatchCommand.JobUpdate(shared, 1, failed), letRawDataGo(NOW));
    given(BatchRoutes.meaning(new JobReply.Released(shared)));
    given(new BatchCommand.JobUpdate(shared, 2, new JobStatus.Active()));
    assertThat(batch().state()).isEqualTo(BatchState.FAILED);
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(download()).isNotEqualTo(shared);
  }

  @Test
  void onlyAReleaseMeansThatTheRawDataIsReleased() {
    given(register(wants(ONE, 1, 0)));
    downloaded();
    JobId job = download();
    JobId process = batch().processJob();
    JobStatus processed =
        new JobStatus.Succeeded(new JobResult.Processed(List.of(), Map.of(), "", Optional.empty()));
    given(new BatchCommand.JobUpdate(process, 1, processed));
    for (JobReply other :
        List.of(
            new JobReply.PrioritySet(job, 0),
            new JobReply.Cancelled(job),
            new JobReply.Retried(job),
            new JobReply.Lost(job),
            new JobReply.NotFound(job))) {
      given(BatchRoutes.meaning(other));
      assertThat(outstanding(BatchEffect.LetGo.class)).as("after %s", other).hasSize(1);
    }
    given(BatchRoutes.meaning(new JobReply.Released(job)));
    assertThat(outstanding(BatchEffect.LetGo.class)).isEmpty();
  }

  private BatchCommand cancel() {
    return new BatchCommand.Cancel("by hand", Optional.empty(), inbox.getRef());
  }

  @Test
  void aPersonCancelsABatchWhateverSurveysWant() {
    given(register(wants(ONE, 1, 5)));
    assertThat(answer(cancel())).isEqualTo(new BatchReply.Cancelled(spec("").id()));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
    assertThat(batch().lettingGo()).containsExactly(download());
    assertThat(outstanding(BatchEffect.InformSurvey.class)).hasSize(1);
    assertThat(when(cancel()).events()).as("again").isEmpty();
    given(change(new Claim(ONE, 2, true, false, 9, "", Optional.empty())));
    assertThat(batch().state()).as("only a priority").isEqualTo(BatchState.CANCELLED);
    given(change(letsGo(ONE, 3)), change(wants(ONE, 4, 0)));
    assertThat(batch().state()).isEqualTo(BatchState.QUEUED);
  }

  private static BatchCommand acknowledged(SurveyId survey, long revision, long over) {
    return new BatchCommand.Acknowledged(new Observer.OfSurvey(survey), revision, over);
  }

  private void failedOnceAndTakenUpByAnother() {
    given(register(wants(ONE, 1, 50)));
    given(accepted(download()));
    given(failed(download(), 1));
    given(acknowledged(ONE, batch().revision(), 0), register(wants(TWO, 1, 10)));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
  }

  @Test
  void aSurveyThatHasEndedDoesNotKeepABatchGoing() {
    failedOnceAndTakenUpByAnother();
    given(acknowledged(ONE, batch().revision(), 1));
    assertThat(batch().priority()).isEqualTo(10);
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
    given(change(letsGo(TWO, 2)));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
    assertThat(outstanding(BatchEffect.InformSurvey.class))
        .extracting(BatchEffect.InformSurvey::survey)
        .containsExactly(ONE);
  }

  /** It was told this more than once, and has ended in between. */
  @Test
  void alsoWhenItHasEndedSinceItAcknowledgedTheSame() {
    failedOnceAndTakenUpByAnother();
    given(acknowledged(ONE, batch().revision(), 0), acknowledged(ONE, batch().revision(), 1));
    given(change(letsGo(TWO, 2)));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
  }

  @Test
  void alsoWhenThatItHasEndedIsHeardLast() {
    failedOnceAndTakenUpByAnother();
    given(change(letsGo(TWO, 2)));
    assertThat(batch().state()).as("it may want it").isEqualTo(BatchState.DOWNLOADING);
    given(acknowledged(ONE, batch().revision(), 1));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
  }

  @Test
  void whatAPersonTookUpGoesOnThoughEverySurveyHasEnded() {
    given(register(wants(ONE, 1, 50)));
    given(accepted(download()));
    given(failed(download(), 1), acknowledged(ONE, 1, 0));
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    given(acknowledged(ONE, batch().revision(), 1));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
    given(acknowledged(ONE, batch().revision(), 0), change(wants(ONE, 2, 20)));
    assertThat(batch().isWanted()).as("it wants it anew").isTrue();
    given(change(letsGo(ONE, 3)));
    assertThat(batch().state()).isEqualTo(BatchState.CANCELLED);
  }

  private static JobStatus activeFor(String batch) {
    return new JobStatus.Active(Optional.of(new BatchId(batch)));
  }

  private void failedAndTakenAlongByAnother() {
    given(register(wants(ONE, 1, 50)));
    given(accepted(download()), failed(download(), 1), acknowledged(ONE, 1, 0));
    given(new BatchCommand.JobUpdate(download(), 2, activeFor("batch-other")));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
  }

  @Test
  void whatGoesOnOnlyWithAnotherBatchHasFailedAsBeforeWhenNoSurveyWantsIt() {
    failedAndTakenAlongByAnother();
    JobId shared = download();
    given(acknowledged(ONE, batch().revision(), 1));
    assertThat(batch().state()).isEqualTo(BatchState.FAILED);
    assertThat(batch().words()).hasValue("permanent: why");
    assertThat(outstanding(BatchEffect.LetGo.class))
        .extracting(BatchEffect.LetGo::job)
        .containsExactly(shared);
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    assertThat(download()).isNotEqualTo(shared);
  }

  @Test
  void whatASurveyWantsGoesOnWithAnotherBatch() {
    failedAndTakenAlongByAnother();
    given(acknowledged(ONE, batch().revision(), 0));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
  }

  @Test
  void whatAPersonWantsGoesOnThoughItWasTakenAlong() {
    failedAndTakenAlongByAnother();
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    given(acknowledged(ONE, batch().revision(), 1));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
    assertThat(outstanding(BatchEffect.RetryJob.class)).as("its job is at work").isEmpty();
  }

  @Test
  void whatIsTakenAlongStaysSoThoughAThirdRetriesTheJob() {
    failedAndTakenAlongByAnother();
    given(new BatchCommand.JobUpdate(download(), 3, activeFor("batch-third")));
    given(acknowledged(ONE, batch().revision(), 1));
    assertThat(batch().state()).isEqualTo(BatchState.FAILED);
  }

  @Test
  void whatAPersonWantsIsNotCancelledByWhoLetItGoBefore() {
    given(register(wants(ONE, 1, 50)), register(wants(TWO, 1, 50)));
    given(accepted(download()), failed(download(), 1), acknowledged(ONE, 1, 0));
    given(new BatchCommand.JobUpdate(download(), 2, activeFor("batch-other")));
    given(change(letsGo(TWO, 2)));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
    given(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    given(acknowledged(ONE, batch().revision(), 1));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
  }

  @Test
  void whatNoSurveyWantsIsNotTakenAlong() {
    given(register(wants(ONE, 1, 50)));
    given(accepted(download()), failed(download(), 1), acknowledged(ONE, 1, 1));
    given(new BatchCommand.JobUpdate(download(), 2, activeFor("batch-other")));
    assertThat(batch().state()).isEqualTo(BatchState.FAILED);
    assertThat(outstanding(BatchEffect.LetGo.class)).hasSize(1);
  }

  @Test
  void aJobThatAPersonRetriesTakesItsBatchAlong() {
    given(register(wants(ONE, 1, 50)));
    given(accepted(download()), failed(download(), 1), acknowledged(ONE, 1, 1));
    given(new BatchCommand.JobUpdate(download(), 2, new JobStatus.Active()));
    assertThat(batch().state()).isEqualTo(BatchState.DOWNLOADING);
  }

  @Test
  void whoGaveAnOrderIsInItsEventAndInTheView() {
    Optional<Actor> ann = Optional.of(new Actor("ann"));
    given(register(wants(ONE, 1, 5)));
    downloaded();
    JobId job = batch().processJob();
    given(accepted(job), failed(job, 1));
    assertThat(actorShown()).isEmpty();
    assertThat(when(new BatchCommand.Retry(ann, inbox.getRef())).events())
        .containsExactly(new BatchEvent.Resumed(job, 0, Optional.empty(), ann, NOW));
    assertThat(outstanding(BatchEffect.RetryJob.class))
        .containsExactly(new BatchEffect.RetryJob(job, batch().spec().id(), ann));
    given(failed(job, 2));
    assertThat(actorShown()).isEmpty();
    assertThat(when(new BatchCommand.Reprocess(ann, inbox.getRef())).events())
        .containsExactly(new BatchEvent.ReprocessRequested(2, ann, NOW));
    assertThat(actorShown()).isEqualTo(ann);
  }

  private static BatchCommand failed(JobId job, long revision) {
    Failure why = Failure.of(FailureClass.PERMANENT, "why");
    return new BatchCommand.JobUpdate(job, revision, new JobStatus.Failed(why));
  }

  private Optional<Actor> actorShown() {
    return ((ReadRow.Batch) logic.row(state).orElseThrow()).view().actor();
  }

  /** Nothing is taken from it, and the mark goes as soon as a survey finds it again. */
  @Test
  void whatItsSourceListsNoMoreIsOnlyMarked() {
    given(register(wants(ONE, 1, 1)));
    Instant found = batch().description().foundAt();
    assertThat(answer(new BatchCommand.NotListed(TWO, found.minusSeconds(1), inbox.getRef())))
        .as("found since")
        .isEqualTo(new BatchReply.WithdrawalNoted(batch().spec().id(), false));
    Batch before = batch();
    assertThat(answer(new BatchCommand.NotListed(TWO, found, inbox.getRef())))
        .isEqualTo(new BatchReply.WithdrawalNoted(batch().spec().id(), true));
    assertThat(when(new BatchCommand.NotListed(TWO, found, inbox.getRef())).events()).isEmpty();
    assertThat(BatchViews.view(batch()).withdrawnAt()).contains(NOW);
    assertThat(batch().state()).isEqualTo(before.state());
    assertThat(batch().errands()).isEqualTo(before.errands());
    assertThat(batch().observers()).isEqualTo(before.observers());

    given(change(wants(TWO, 1, 9)));
    assertThat(BatchViews.view(batch()).withdrawnAt()).as("nobody has found it").isPresent();
    given(register(wants(TWO, 2, 1)));
    assertThat(BatchViews.view(batch()).withdrawnAt()).isEmpty();
    given(new BatchCommand.NotListed(ONE, NOW.plusSeconds(100), inbox.getRef()));
    assertThat(BatchViews.view(batch()).withdrawnAt()).isPresent();
    finds = 200;
    given(found(described("https://b.org/r", NEW), wants(TWO, 2, 1)));
    assertThat(BatchViews.view(batch()).withdrawnAt()).as("with other files").isEmpty();
  }

  @Test
  void aWithdrawnBatchThatIsDoneSaysSo() {
    given(register(wants(ONE, 1, 1)));
    downloaded();
    given(
        new BatchCommand.JobUpdate(
            batch().processJob(),
            1,
            new JobStatus.Succeeded(
                new JobResult.Processed(List.of(), Map.of(), "f", Optional.empty()))));
    assertThat(batch().state()).isEqualTo(BatchState.DONE);
    given(new BatchCommand.NotListed(TWO, NOW.plusSeconds(100), inbox.getRef()));
    assertThat(batch().state()).isEqualTo(BatchState.DONE);
    assertThat(batch().words().orElseThrow()).startsWith("withdrawn at the source: " + TWO);
  }
}
