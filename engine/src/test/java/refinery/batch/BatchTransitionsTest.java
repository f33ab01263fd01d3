package refinery.batch;

import akka.actor.testkit.typed.javadsl.TestInbox;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import refinery.entity.History;
import refinery.entity.Moment;
import refinery.entity.ToldJobs;
import refinery.entity.Transitions;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.Manifest;
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
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;
import refinery.protocol.job.Work;

/** The same histories in every run: what they lead through is the table of transitions. */
class BatchTransitionsTest {
  private static final int HISTORIES = 1_800;
  private static final int COMMANDS = 60;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final SurveyId ONE = new SurveyId("survey-one");
  private static final SurveyId TWO = new SurveyId("survey-two");
  private static final BatchId OTHER = BatchSpec.idOf("ena", "other", "touch", Map.of());
  private static final BatchSet SET = new BatchSet(new Manifest("ab", 2, 0, 2), "touch", "out.txt");

  /** What a batch needs, if anything, and what meets that. */
  private record Needed(Need need, Provision provision) {}

  private static final Needed INDEX =
      new Needed(
          new Need.One("index", Selector.of("transcriptome-index", "salmon-index"), "a command"),
          new Provision.One(
              "index",
              new RefinedArtifact(
                  OTHER,
                  "transcriptome-index",
                  "salmon-index",
                  "index.tar.gz",
                  Optional.empty(),
                  Map.of(),
                  "ab",
                  1,
                  "application/gzip",
                  BEGIN)));
  private static final Needed PARTS =
      new Needed(
          new Need.All("parts", SET), new Provision.All("parts", new Manifest("cd", 2, 2, 10)));
  private static final List<Optional<Needed>> NEEDS =
      List.of(Optional.empty(), Optional.of(INDEX), Optional.of(PARTS));
  private static final BatchSpec FILES = described("", "https://a.org/r");
  private static final BatchId BATCH = FILES.id();

  /** How a source describes it, now so and now so. */
  private static final List<List<BatchSpec>> DESCRIPTIONS =
      List.of(
          List.of(FILES, described("", "https://b.org/r")),
          List.of(FILES, described("")),
          List.of(FILES, described("is WGS", "https://a.org/r")));

  private static final JobStatus FAILED =
      new JobStatus.Failed(Failure.of(FailureClass.PERMANENT, "chance"));
  private static final JobResult DOWNLOADED = new JobResult.Downloaded(List.of(), Map.of());
  private static final JobResult PROCESSED =
      new JobResult.Processed(List.of(), Map.of(), "f", Optional.empty());

  private final TestInbox<BatchReply> inbox = TestInbox.create();
  private final Transitions<BatchCommand, BatchEvent, Optional<Batch>> transitions =
      BatchTransitions.ofBatches();

  private record Planner(Optional<Needed> needed) implements JobPlanner {
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
      return needed.map(Needed::need).stream().toList();
    }
  }

  @Test
  void everyDeclaredTransitionIsSeenAndNoOther() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      List<BatchSpec> descriptions = DESCRIPTIONS.get(seed % DESCRIPTIONS.size());
      history(NEEDS.get(seed / 3 % 3), descriptions, new Random(seed));
    }
    transitions.checkAllSeen();
  }

  private void history(Optional<Needed> needed, List<BatchSpec> descriptions, Random random) {
    Story story = new Story(needed);
    switch (random.nextInt(9)) {
      case 0 -> otherFilesAreOfferedBeforeItBegins(story, descriptions, random);
      case 1 -> whatItNeedsIsGivenUp(story, descriptions);
      case 2 -> anotherBatchRetriesTheirDownload(story, descriptions);
      case 3 -> otherFilesAreOfferedWhileItIsDownloaded(story, descriptions);
      case 4 -> theLastSurveyThatWantsItHasEnded(story, descriptions, random);
      case 5 -> otherFilesAreOfferedWhileNoSurveyWantsIt(story, descriptions, random);
      case 6 -> itsSourceDescribesItOtherwiseSoon(story, descriptions);
      default -> {}
    }
    for (int i = story.steps; i < COMMANDS; i++) {
      story.give(
          story.history.state().isEmpty() || random.nextInt(4) == 0
              ? ofOthers(story, i, descriptions, random)
              : ofItsCourse(story, random));
      if (i % 7 == 0) {
        story.give(new BatchCommand.NotListed(TWO, BEGIN.plusSeconds(i), inbox.getRef()));
      }
    }
    story.history.checkReplayed();
  }

  /** A batch, and the jobs that it has asked to work. */
  private final class Story {
    private final Optional<Needed> needed;
    private final BatchLogic logic;
    private final History<BatchCommand, BatchEvent, Optional<Batch>, BatchEffect> history;
    private final ToldJobs jobs = new ToldJobs();
    private final Set<JobId> asked = new HashSet<>();
    private int steps;

    private Story(Optional<Needed> needed) {
      this.needed = needed;
      logic = new BatchLogic(new Planner(needed));
      history = new History<>(logic, BatchEvent.class, BATCH.value(), transitions);
    }

    private Batch batch() {
      return history.state().orElseThrow();
    }

    private void tell(JobId job, JobStatus... all) {
      ToldJobs.Update update = jobs.told(job, all);
      give(new BatchCommand.JobUpdate(job, update.revision(), update.status()));
    }

    private void give(BatchCommand command) {
      history.give(command, new Moment(BATCH.value(), BEGIN.plusSeconds(steps), 0.5, steps));
      steps++;
      asked.clear();
      for (BatchEffect effect : logic.outstanding(history.state())) {
        if (effect instanceof BatchEffect.Submit submit) {
          jobs.submitted(submit.spec().id());
          asked.add(submit.spec().id());
        } else if (effect instanceof BatchEffect.RetryJob retry) {
          asked.add(retry.job());
        }
      }
    }
  }

  /** With a download that is retried, whose raw data is gone by then. */
  private void otherFilesAreOfferedBeforeItBegins(
      Story story, List<BatchSpec> descriptions, Random random) {
    story.give(found(descriptions.getFirst(), 1, claim(ONE, 1, true)));
    JobId job = story.batch().downloadJob().orElseThrow();
    story.tell(job, FAILED);
    story.give(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    BatchCommand register = found(descriptions.getLast(), 2, claim(TWO, 1, true));
    story.give(register);
    story.give(new BatchCommand.RawDataGone(job));
    story.give(random.nextBoolean() ? register : new BatchCommand.Wake());
  }

  private void otherFilesAreOfferedWhileItIsDownloaded(Story story, List<BatchSpec> descriptions) {
    story.give(found(descriptions.getFirst(), 1, claim(ONE, 1, true)));
    JobId job = story.batch().downloadJob().orElseThrow();
    story.give(new BatchCommand.JobAccepted(job, Urgency.first(1)));
    BatchCommand register = found(descriptions.getLast(), 2, claim(TWO, 1, true));
    story.give(register);
    story.tell(job, new JobStatus.Succeeded(DOWNLOADED));
    story.give(register);
  }

  /** A person has taken it up. */
  private void otherFilesAreOfferedWhileNoSurveyWantsIt(
      Story story, List<BatchSpec> descriptions, Random random) {
    story.give(found(descriptions.getFirst(), 1, claim(ONE, 1, true)));
    story.give(new BatchCommand.ChangeClaim(claim(ONE, 2, false), inbox.getRef()));
    story.give(new BatchCommand.Retry(Optional.empty(), inbox.getRef()));
    JobId job = story.batch().downloadJob().orElseThrow();
    story.give(found(descriptions.getLast(), 2, claim(ONE, 1, true)));
    switch (random.nextInt(4)) {
      case 0 -> story.give(new BatchCommand.ChangeClaim(claim(ONE, 3, true), inbox.getRef()));
      case 1 -> story.give(found(descriptions.getFirst(), 1, claim(TWO, 1, true)));
      case 2 -> story.give(new BatchCommand.RawDataGone(job));
      default -> story.tell(job, FAILED);
    }
  }

  private void itsSourceDescribesItOtherwiseSoon(Story story, List<BatchSpec> descriptions) {
    story.give(found(descriptions.getLast(), 1, claim(ONE, 1, true)));
    story.give(found(descriptions.getFirst(), 2, claim(ONE, 1, true)));
  }

  private void theLastSurveyThatWantsItHasEnded(
      Story story, List<BatchSpec> descriptions, Random random) {
    story.give(found(descriptions.getFirst(), 1, claim(ONE, 1, true)));
    story.give(found(descriptions.getFirst(), 1, claim(TWO, 1, true)));
    JobId job = story.batch().downloadJob().orElseThrow();
    switch (random.nextInt(3)) {
      case 0 -> story.give(new BatchCommand.JobAccepted(job, Urgency.first(1)));
      case 1 -> {
        story.tell(job, new JobStatus.Succeeded(DOWNLOADED));
        story.needed.ifPresent(
            open ->
                story.give(new BatchCommand.Sought(open.need(), Optional.of(open.provision()))));
        story.give(new BatchCommand.JobAccepted(story.batch().processJob(), Urgency.first(1)));
      }
      default -> {}
    }
    story.give(new BatchCommand.ChangeClaim(claim(TWO, 2, false), inbox.getRef()));
    story.give(new BatchCommand.Acknowledged(new Observer.OfSurvey(ONE), 0, 1));
  }

  private void whatItNeedsIsGivenUp(Story story, List<BatchSpec> descriptions) {
    story.give(found(descriptions.getFirst(), 1, claim(ONE, 1, true)));
    JobId job = story.batch().downloadJob().orElseThrow();
    story.tell(job, new JobStatus.Succeeded(DOWNLOADED));
    Need need = story.needed.orElse(INDEX).need();
    story.give(new BatchCommand.Sought(need, Optional.empty()));
    story.give(new BatchCommand.NeedHopeless(need, BEGIN.plusSeconds(COMMANDS)));
  }

  private void anotherBatchRetriesTheirDownload(Story story, List<BatchSpec> descriptions) {
    story.give(found(descriptions.getFirst(), 1, claim(ONE, 1, true)));
    JobId job = story.batch().downloadJob().orElseThrow();
    story.tell(job, FAILED, new JobStatus.Active());
  }

  private BatchCommand found(BatchSpec spec, int at, Claim claim) {
    return new BatchCommand.Register(spec, BEGIN.plusSeconds(at), claim, inbox.getRef());
  }

  /** What surveys, people and the foreman say at any time; some of it late. */
  private BatchCommand ofOthers(
      Story story, int step, List<BatchSpec> descriptions, Random random) {
    Instant now = BEGIN.plusSeconds(step);
    SurveyId survey = random.nextBoolean() ? ONE : TWO;
    Instant then = random.nextInt(4) == 0 ? BEGIN : now;
    return switch (random.nextInt(15)) {
      case 0, 1, 2 ->
          new BatchCommand.Register(
              oneOf(descriptions, random), then, claim(survey, step, random), inbox.getRef());
      case 3, 4 -> new BatchCommand.ChangeClaim(claim(survey, step, random), inbox.getRef());
      case 5 -> acknowledged(new Observer.OfSurvey(survey), random);
      case 6 -> new BatchCommand.Retry(Optional.empty(), inbox.getRef());
      case 7 -> new BatchCommand.Reprocess(step % 2 == 0, Optional.empty(), inbox.getRef());
      case 8 -> new BatchCommand.LetRawDataGo(then, Optional.empty(), inbox.getRef());
      case 9, 10 -> new BatchCommand.NeedHopeless(story.needed.orElse(INDEX).need(), now);
      case 11 -> new BatchCommand.Observe(OTHER, random.nextInt(3), "out", "ab", inbox.getRef());
      case 12 -> acknowledged(new Observer.OfBatch(OTHER), random);
      case 13 -> new BatchCommand.Cancel("a person", Optional.empty(), inbox.getRef());
      default -> acknowledged(new Observer.OfSurvey(survey), random);
    };
  }

  private static BatchCommand acknowledged(Observer observer, Random random) {
    return new BatchCommand.Acknowledged(observer, random.nextInt(8), random.nextInt(COMMANDS));
  }

  private static Claim claim(SurveyId survey, int step, Random random) {
    int number = random.nextInt(6) == 0 ? random.nextInt(step + 1) : step + 1;
    boolean wanted = random.nextInt(3) != 0;
    boolean held = !wanted && random.nextInt(3) == 0;
    return new Claim(
        survey,
        number,
        wanted,
        random.nextBoolean(),
        random.nextInt(9),
        held ? "planned" : "why",
        Optional.empty(),
        held,
        step % 5 == 0);
  }

  private static Claim claim(SurveyId survey, long number, boolean wanted) {
    return new Claim(survey, number, wanted, false, 1, "why", Optional.empty());
  }

  /** What would bring it on where it stands, or what any of its jobs may say. */
  private static BatchCommand ofItsCourse(Story story, Random random) {
    if (story.batch().state() == BatchState.DOWNLOADED && random.nextBoolean()) {
      return ofItsNeed(story.needed.orElse(INDEX), random);
    }
    if (!story.batch().provided().isEmpty() && random.nextInt(6) == 0) {
      return ofAMember(story.batch(), random);
    }
    if (story.jobs.isEmpty()) {
      return new BatchCommand.Wake();
    }
    JobId job =
        story
            .batch()
            .current()
            .filter(story.jobs::knows)
            .filter(current -> random.nextBoolean())
            .orElseGet(() -> story.jobs.any(random));
    return ofAJob(job, story, random);
  }

  private static BatchCommand ofItsNeed(Needed needed, Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> new BatchCommand.Sought(needed.need(), Optional.of(needed.provision()));
      case 1 -> new BatchCommand.Sought(needed.need(), Optional.empty());
      default -> new BatchCommand.Offered(needed.need(), needed.provision());
    };
  }

  private static BatchCommand ofAMember(Batch batch, Random random) {
    long from = batch.results().observed("parts");
    return random.nextBoolean()
        ? new BatchCommand.MembersAnswered(
            "parts", "cd", from, Math.min(10, from + 5), Optional.empty())
        : new BatchCommand.MemberUpdate(
            OTHER,
            batch.errands().process().generation() - random.nextInt(2),
            random.nextInt(8),
            random.nextBoolean());
  }

  /** That its raw data is gone, a job says only when it is asked to work. */
  private static BatchCommand ofAJob(JobId job, Story story, Random random) {
    JobKind kind = story.batch().errands().kindOf(BATCH, job);
    return switch (random.nextInt(8)) {
      case 0, 1 -> new BatchCommand.JobAccepted(job, said(random));
      case 2 -> new BatchCommand.JobPriorityKnown(job, said(random));
      case 3 ->
          story.asked.contains(job) ? new BatchCommand.RawDataGone(job) : new BatchCommand.Wake();
      case 4 -> new BatchCommand.RawDataReleased(job);
      default -> {
        ToldJobs.Update update =
            story.jobs.update(job, kind == JobKind.DOWNLOAD ? DOWNLOADED : PROCESSED, random);
        yield new BatchCommand.JobUpdate(job, update.revision(), update.status());
      }
    };
  }

  private static Urgency said(Random random) {
    return new Urgency(random.nextInt(100), random.nextInt(8));
  }

  private static <T> T oneOf(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  private static BatchSpec described(String skip, String... urls) {
    List<SourceFile> files =
        List.of(urls).stream()
            .map(url -> new Location("ena", url, "fastq.gz", OptionalLong.of(1), Optional.empty()))
            .map(location -> new SourceFile("r.fastq.gz", "fastq.gz", List.of(location)))
            .toList();
    return new BatchSpec(
        BatchSpec.idOf("ena", "r", "p", Map.of()),
        "ena",
        "r",
        "p",
        Optional.empty(),
        Map.of(),
        Map.of(),
        Map.of(),
        files,
        "ena:r",
        1,
        Optional.of(skip).filter(text -> !text.isEmpty()),
        Optional.of(SET));
  }
}
