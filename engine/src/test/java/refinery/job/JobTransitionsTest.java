package refinery.job;

import akka.actor.testkit.typed.javadsl.TestInbox;
import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import refinery.entity.Moment;
import refinery.entity.Transitions;
import refinery.protocol.BatchId;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Urgency;
import refinery.protocol.job.Usage;
import refinery.protocol.job.Work;

/** The same histories in every run: what they lead through is the table of transitions. */
class JobTransitionsTest {
  private static final int HISTORIES = 600;
  private static final int COMMANDS = 60;
  private static final NodeId NODE = new NodeId("node-1");
  private static final NodeId OTHER = new NodeId("node-2");
  private static final SurveyId SURVEY = new SurveyId("survey-1");
  private static final List<BatchId> BATCHES =
      List.of(new BatchId("batch-a"), new BatchId("batch-b"));
  private static final Resources LARGEST = Resources.of(2000, 4L << 30, 100L << 30);

  private final TestInbox<JobReply> inbox = TestInbox.create();
  private final Transitions<JobCommand, JobEvent, Optional<Job>> transitions =
      JobTransitions.ofJobs();

  @Test
  void everyDeclaredTransitionIsSeenAndNoOther() {
    for (int seed = 0; seed < HISTORIES; seed++) {
      history(JobKind.values()[seed % JobKind.values().length], new Random(seed));
    }
    transitions.checkAllSeen();
  }

  private void history(JobKind kind, Random random) {
    JobHistory history = new JobHistory(transitions);
    Instant now = Instant.parse("2026-01-01T00:00:00Z");
    for (int i = 0; i < COMMANDS; i++) {
      now = now.plusSeconds(random.nextInt(200));
      JobCommand command =
          random.nextInt(3) == 0
              ? ofOthers(kind, random)
              : ofTheCluster(kind, history.job(), random);
      history.give(command, new Moment("job-x", now, random.nextDouble(), i));
    }
    history.checkReplayed();
  }

  /** What owners, people and the scheduler say at any time. */
  private JobCommand ofOthers(JobKind kind, Random random) {
    BatchId batch = BATCHES.get(random.nextInt(BATCHES.size()));
    String listener = kind == JobKind.SURVEY ? SURVEY.value() : batch.value();
    return switch (random.nextInt(12)) {
      case 0 -> new JobCommand.LetGo(batch, kind, Optional.empty(), inbox.getRef());
      case 1 -> new JobCommand.Cancel("enough", Optional.empty(), inbox.getRef());
      case 2 ->
          new JobCommand.WantPriority(
              listener,
              new Urgency(random.nextInt(100), random.nextInt(9)),
              Optional.empty(),
              inbox.getRef());
      case 3 -> new JobCommand.SetPriority(random.nextInt(100), Optional.empty(), inbox.getRef());
      case 4 -> new JobCommand.Submit(spec(kind, batch), Optional.empty(), inbox.getRef());
      case 5, 6 -> new JobCommand.OwnerAcknowledged(listener, random.nextInt(4));
      case 7, 8 -> new JobCommand.Retry(Optional.empty(), inbox.getRef());
      case 9 -> new JobCommand.Inspect(inbox.getRef());
      case 10 -> new JobCommand.Announced(1);
      default -> new JobCommand.Reannounce();
    };
  }

  /** What would bring the job on where it stands; at times late, or of another node. */
  private JobCommand ofTheCluster(JobKind kind, Optional<Job> job, Random random) {
    if (job.isEmpty()) {
      return new JobCommand.Submit(
          spec(kind, BATCHES.getFirst()), Optional.empty(), inbox.getRef());
    }
    int attempt = random.nextInt(8) == 0 ? random.nextInt(4) : job.get().attempt();
    NodeId node = random.nextInt(8) == 0 ? OTHER : NODE;
    return switch (job.get().phase()) {
      case Phase.Waiting waiting -> new JobCommand.Wake();
      case Phase.Running running when random.nextBoolean() ->
          new JobCommand.Lose(attempt, node, "lost", oneOf(LossCause.values(), random), to(random));
      case Phase.Running running ->
          new JobCommand.Finish(attempt, outcome(random), LARGEST, inbox.getRef());
      case Phase.Queued queued when random.nextInt(3) == 0 ->
          new JobCommand.SetPlaceable(Optional.of("too large"));
      case Phase.Unplaceable unplaceable when random.nextBoolean() ->
          new JobCommand.SetPlaceable(Optional.empty());
      case Phase other ->
          new JobCommand.Start(node, 1, random.nextInt(3), random.nextBoolean(), inbox.getRef());
    };
  }

  private Optional<ActorRef<JobReply>> to(Random random) {
    return random.nextBoolean() ? Optional.of(inbox.getRef()) : Optional.empty();
  }

  private static Outcome outcome(Random random) {
    return switch (random.nextInt(10)) {
      case 0 ->
          new Outcome.Succeeded(
              new JobResult.Processed(List.of(), Map.of(), "f", Optional.empty()),
              new Usage(1, 1),
              List.of());
      case 1, 2, 3 -> new Outcome.Outgrown("needs more", (long) random.nextInt(60) << 30);
      case 4 ->
          new Outcome.Crowded(Failure.of(FailureClass.OUT_OF_DISK, "full"), Usage.NONE, List.of());
      default ->
          new Outcome.Failed(
              Failure.of(oneOf(FailureClass.values(), random), "why"), Usage.NONE, List.of());
    };
  }

  private static <T> T oneOf(T[] all, Random random) {
    return all[random.nextInt(all.length)];
  }

  private static JobSpec spec(JobKind kind, BatchId batch) {
    boolean survey = kind == JobKind.SURVEY;
    return new JobSpec(
        new JobId("job-x"),
        kind,
        survey ? Optional.of(SURVEY) : Optional.empty(),
        survey ? List.of() : List.of(batch),
        "p",
        5,
        10,
        Resources.of(1000, 1L << 30, 1L << 30),
        work(kind),
        Instant.EPOCH);
  }

  private static Work work(JobKind kind) {
    return switch (kind) {
      case SURVEY -> new Work.Survey("ena", JsonNodeFactory.instance.objectNode(), "p", Map.of());
      case DOWNLOAD -> new Work.Download("ena:r", "r", List.of(), Map.of());
      case PROCESS -> new Work.Process("p", List.of(), List.of(), Map.of(), Map.of(), List.of());
    };
  }
}
