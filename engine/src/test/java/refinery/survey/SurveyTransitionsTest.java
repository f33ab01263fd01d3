package refinery.survey;

import akka.actor.testkit.typed.javadsl.TestInbox;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import refinery.entity.History;
import refinery.entity.Moment;
import refinery.entity.ToldJobs;
import refinery.entity.Transitions;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Standing;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobStatus;
import refinery.protocol.job.Urgency;
import refinery.protocol.survey.SurveyCommand;
import refinery.protocol.survey.SurveyEvent;
import refinery.protocol.survey.SurveyReply;
import refinery.protocol.survey.SurveyRequest;

/** The same histories in every run: what they lead through is the table of transitions. */
class SurveyTransitionsTest {
  private static final int HISTORIES = 1_200;
  private static final int COMMANDS = 60;
  private static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
  private static final SurveyId SURVEY = new SurveyId("survey-a");
  private static final List<BatchSpec> BATCHES =
      IntStream.range(0, 3).mapToObj(SurveyTransitionsTest::batch).toList();

  private final TestInbox<SurveyReply> inbox = TestInbox.create();
  private final Transitions<SurveyCommand, SurveyEvent, SurveyLogic.Slot> transitions =
      SurveyTransitions.ofSurveys();

  @Test
  void everyDeclaredTransitionIsSeenAndNoOther() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      history(seed % 4 == 0, false, new Random(seed));
      history(false, true, new Random(seed));
    }
    transitions.checkAllSeen();
  }

  private void history(boolean replaced, boolean planned, Random random) {
    Story story = new Story();
    if (planned && random.nextInt(60) == 0) {
      aJobThatFailedFindsNothingAfterAll(story, 1 + random.nextInt(2));
      story.history.checkReplayed();
      return;
    }
    if (planned && random.nextInt(60) == 0) {
      aPlanOfWhatIsSkippedIsAnsweredBeforehand(story);
      story.history.checkReplayed();
      return;
    }
    if (planned && random.nextInt(60) == 0) {
      aPlanIsAskedBeforeTheFormerJobHasAccepted(story);
      story.history.checkReplayed();
      return;
    }
    if (replaced) {
      anotherJobTakesThePlaceOfOneThatHasNotAccepted(story, random);
    }
    for (int i = story.steps; i < COMMANDS; i++) {
      Optional<Survey> survey = story.history.state().survey();
      story.give(
          survey.isEmpty() || random.nextInt(4) == 0
              ? ofPeople(planned, random)
              : random.nextInt(5) < 2
                  ? ofAJob(survey.get(), story.jobs, random)
                  : ofABatch(survey.get(), planned, random));
    }
    story.history.checkReplayed();
  }

  /** A survey, and the jobs that it has submitted. */
  private final class Story {
    private final SurveyLogic logic = new SurveyLogic();
    private final History<SurveyCommand, SurveyEvent, SurveyLogic.Slot, SurveyEffect> history =
        new History<>(logic, SurveyEvent.class, SURVEY.value(), transitions);
    private final ToldJobs jobs = new ToldJobs();
    private int steps;

    private void give(SurveyCommand command) {
      history.give(command, new Moment(SURVEY.value(), BEGIN.plusSeconds(steps), 0.5, steps));
      steps++;
      for (SurveyEffect effect : logic.outstanding(history.state())) {
        if (effect instanceof SurveyEffect.Submit submit) {
          jobs.submitted(submit.spec().id());
        }
      }
    }
  }

  private void anotherJobTakesThePlaceOfOneThatHasNotAccepted(Story story, Random random) {
    story.give(new SurveyCommand.Create(request(0), Optional.empty(), inbox.getRef()));
    story.give(new SurveyCommand.Cancel("a slip", Optional.empty(), inbox.getRef()));
    story.give(new SurveyCommand.Retry(Optional.empty(), inbox.getRef()));
    Survey survey = story.history.state().survey().orElseThrow();
    if (random.nextBoolean()) {
      Standing failed = new Standing(1, BatchState.FAILED, false);
      long number = survey.claims().number();
      story.give(
          new SurveyCommand.BatchClaimed(
              BATCHES.getFirst().id(), number, Optional.of(BEGIN), failed));
    }
    ToldJobs.Update update =
        story.jobs.update(survey.job().id(), new JobResult.Surveyed(1), random);
    story.give(new SurveyCommand.JobUpdate(survey.job().id(), update.revision(), update.status()));
  }

  private void aJobThatFailedFindsNothingAfterAll(Story story, int kind) {
    story.give(new SurveyCommand.Create(plan(kind), Optional.empty(), inbox.getRef()));
    JobId job = story.history.state().survey().orElseThrow().job().id();
    Failure failure = Failure.of(FailureClass.TRANSIENT, "later");
    story.give(new SurveyCommand.JobUpdate(job, 1, new JobStatus.Failed(failure)));
    story.give(
        new SurveyCommand.JobUpdate(job, 2, new JobStatus.Succeeded(new JobResult.Surveyed(0))));
  }

  private void aPlanOfWhatIsSkippedIsAnsweredBeforehand(Story story) {
    story.give(new SurveyCommand.Create(plan(2), Optional.empty(), inbox.getRef()));
    JobId job = story.history.state().survey().orElseThrow().job().id();
    story.give(new SurveyCommand.Record(job, BATCHES.subList(0, 1), inbox.getRef()));
    story.give(
        new SurveyCommand.JobUpdate(job, 1, new JobStatus.Succeeded(new JobResult.Surveyed(1))));
    story.give(
        new SurveyCommand.BatchClaimed(
            BATCHES.getFirst().id(),
            1,
            Optional.of(BEGIN.plusSeconds(COMMANDS)),
            new Standing(1, BatchState.CANCELLED, true)));
  }

  private void aPlanIsAskedBeforeTheFormerJobHasAccepted(Story story) {
    story.give(new SurveyCommand.Create(plan(1), Optional.empty(), inbox.getRef()));
    JobId former = story.history.state().survey().orElseThrow().job().id();
    story.give(new SurveyCommand.Cancel("a slip", Optional.empty(), inbox.getRef()));
    story.give(new SurveyCommand.Retry(Optional.empty(), inbox.getRef()));
    JobId job = story.history.state().survey().orElseThrow().job().id();
    story.give(
        new SurveyCommand.JobUpdate(job, 1, new JobStatus.Succeeded(new JobResult.Surveyed(0))));
    story.give(new SurveyCommand.JobAccepted(former, new Urgency(0, 1)));
  }

  private SurveyCommand ofPeople(boolean planned, Random random) {
    return switch (random.nextInt(planned ? 9 : 8)) {
      case 8 ->
          new SurveyCommand.Answer(
              JsonNodeFactory.instance.objectNode().put("at_most", random.nextInt(3)),
              Optional.empty(),
              inbox.getRef());
      case 0 -> new SurveyCommand.Cancel("a slip", Optional.empty(), inbox.getRef());
      case 1, 2 -> new SurveyCommand.Retry(Optional.empty(), inbox.getRef());
      case 3 -> new SurveyCommand.SetPriority(random.nextInt(3), Optional.empty(), inbox.getRef());
      case 4 -> new SurveyCommand.Wake();
      case 5 -> new SurveyCommand.Inspect(inbox.getRef());
      default ->
          new SurveyCommand.Create(
              planned ? plan(random.nextInt(3)) : request(random.nextInt(2)),
              Optional.empty(),
              inbox.getRef());
    };
  }

  /** The one that discovers, or one that was told to stop. */
  private SurveyCommand ofAJob(Survey survey, ToldJobs jobs, Random random) {
    if (!survey.former().isEmpty() && random.nextInt(4) == 0) {
      return new SurveyCommand.JobAccepted(
          survey.former().firstKey(), new Urgency(random.nextInt(3), random.nextInt(6)));
    }
    JobId job = random.nextBoolean() ? jobs.any(random) : survey.job().id();
    return switch (random.nextInt(8)) {
      case 0, 1 ->
          new SurveyCommand.JobAccepted(job, new Urgency(random.nextInt(3), random.nextInt(6)));
      case 2 ->
          new SurveyCommand.JobPriorityKnown(
              job, new Urgency(random.nextInt(3), random.nextInt(6)));
      case 3 ->
          new SurveyCommand.Record(
              job, BATCHES.subList(0, random.nextInt(BATCHES.size() + 1)), inbox.getRef());
      default -> {
        ToldJobs.Update update = jobs.update(job, new JobResult.Surveyed(1), random);
        yield new SurveyCommand.JobUpdate(job, update.revision(), update.status());
      }
    };
  }

  /** One that was found, or that was registered by a life that is not remembered. */
  private static SurveyCommand ofABatch(Survey survey, boolean planned, Random random) {
    BatchId batch = oneOf(BATCHES, random).id();
    Claims.Member known = survey.claims().members().get(batch);
    long revision = (known == null ? 0 : known.standing().revision()) + random.nextInt(3);
    BatchState state = planned && random.nextInt(15) == 0 ? BatchState.PLANNED : state(random);
    boolean skipped = state == BatchState.CANCELLED && random.nextBoolean();
    Standing standing = new Standing(revision, state, skipped);
    long number = random.nextInt(4) == 0 ? 1 : survey.claims().number();
    Optional<Instant> foundAt =
        Optional.of(BEGIN.plusSeconds(COMMANDS)).filter(at -> random.nextInt(4) != 0);
    return random.nextBoolean()
        ? new SurveyCommand.BatchClaimed(batch, number, foundAt, standing)
        : new SurveyCommand.BatchUpdate(batch, standing);
  }

  /** Most have ended. */
  private static BatchState state(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> BatchState.FAILED;
      case 1 -> BatchState.CANCELLED;
      case 2 -> BatchState.PROCESSING;
      default -> BatchState.DONE;
    };
  }

  private static <T> T oneOf(List<T> all, Random random) {
    return all.get(random.nextInt(all.size()));
  }

  private static SurveyRequest request(int priority) {
    return new SurveyRequest(
        "ena", JsonNodeFactory.instance.objectNode(), "p", Map.of(), priority, Map.of());
  }

  /** One of three plans is answered beforehand. */
  private static SurveyRequest plan(int kind) {
    return request(0)
        .planned(
            kind == 2
                ? Map.of("plan", JsonNodeFactory.instance.objectNode().put("take", "all"))
                : Map.of());
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
}
