package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.FishingOutcomes;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.AgentReply;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.Report;

/** An agent over an executor that is not this machine's processes. */
class ExecutorSeamTest {
  private static final long BAD = 77;
  private static final long WORSE = 78;
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final JobId JOB = JobId.of("job-1");
  private static final JobId EARLIER = JobId.of("job-0");
  private static final Resources LARGE = Resources.of(64_000, 1L << 40, 1L << 40);

  @TempDir Path directory;
  private final TestProbe<SchedulerCommand> scheduler = KIT.createTestProbe();
  private final TestProbe<JobCommand> job = KIT.createTestProbe();
  private final Elsewhere elsewhere = new Elsewhere();
  private ActorRef<AgentCommand> agent;

  /** A batch system: holds what was submitted until the test ends it. */
  private static final class Elsewhere implements Executor {
    private record Submitted(JobSpec spec, int attempt, Consumer<Outcome> ended)
        implements Execution {
      @Override
      public void stop(Failure why) {
        ended.accept(new Outcome.Failed(why, Usage.NONE, List.of()));
      }

      @Override
      public CompletionStage<byte[]> readLog(long offset, int limit) {
        if (offset == BAD) {
          return CompletableFuture.failedFuture(new IllegalStateException("a defect"));
        }
        if (offset == WORSE) {
          throw new RejectedExecutionException("closing");
        }
        return CompletableFuture.completedFuture("far away".getBytes(StandardCharsets.UTF_8));
      }

      @Override
      public Vitals vitals() {
        return new Vitals(List.of(), 5, 6, "");
      }
    }

    private volatile Resources room = LARGE;
    private final BlockingQueue<Submitted> submitted = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> closed = new CompletableFuture<>();

    @Override
    public String description() {
      return "a batch system";
    }

    @Override
    public CompletionStage<List<Unfinished>> endPreviousLife() {
      return CompletableFuture.completedFuture(
          List.of(new Unfinished(EARLIER, 2, Duration.ofHours(1))));
    }

    @Override
    public CompletionStage<Capacity> capacity() {
      return CompletableFuture.completedFuture(new Capacity(room, 1, Optional.empty()));
    }

    @Override
    public CompletionStage<Map<String, String>> toolVersions() {
      return CompletableFuture.completedFuture(Map.of("salmon", "9"));
    }

    @Override
    public Execution run(JobSpec spec, int attempt, Resources reserved, Consumer<Outcome> ended) {
      Submitted one = new Submitted(spec, attempt, ended);
      submitted.add(one);
      return one;
    }

    @Override
    public void close() {
      closed.complete(null);
    }

    @Override
    public CompletionStage<Void> whenOver() {
      return closed;
    }
  }

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void start() throws Exception {
    agent =
        KIT.spawn(
            NodeAgent.create(
                new AgentSetup(
                    directory,
                    NodeIdentity.open(directory),
                    "akka://test@127.0.0.1:1",
                    List.of("processor"),
                    Workbench.config(),
                    () -> elsewhere,
                    id -> job.getRef()::tell,
                    scheduler.getRef())));
    JobCommand.Lose lose = toJob(JobCommand.Lose.class);
    assertThat(lose.attempt()).isEqualTo(2);
    assertThat(lose.cause()).isEqualTo(LossCause.NODE_ENDED);
    lose.replyTo().orElseThrow().tell(new JobReply.Lost(EARLIER));
  }

  private <T extends JobCommand> T toJob(Class<T> type) {
    return type.cast(
        job.fishForMessage(
                PATIENCE,
                message ->
                    type.isInstance(message)
                        ? FishingOutcomes.complete()
                        : FishingOutcomes.continueAndIgnore())
            .getFirst());
  }

  private void reportThat(Predicate<Report> condition) {
    scheduler.fishForMessage(
        PATIENCE,
        message ->
            message instanceof Report report && condition.test(report)
                ? FishingOutcomes.complete()
                : FishingOutcomes.continueAndIgnore());
  }

  private Elsewhere.Submitted submit() throws InterruptedException {
    agent.tell(
        new AgentCommand.Assign(
            7, List.of(new AgentCommand.Assignment(JOB, 1, Resources.of(32_000, 1, 1))), LARGE));
    toJob(JobCommand.Start.class)
        .replyTo()
        .tell(
            new JobReply.Granted(
                JOB, 1, 1, Workbench.spec(JOB.value(), Resources.of(32_000, 1, 1))));
    Elsewhere.Submitted submitted = elsewhere.submitted.poll(60, TimeUnit.SECONDS);
    assertThat(submitted.attempt()).isEqualTo(1);
    assertThat(submitted.spec().id()).isEqualTo(JOB);
    return submitted;
  }

  @Test
  void offersAndRunsWhatItsExecutorDoes() throws Exception {
    reportThat(
        report ->
            report.node().capacity().equals(LARGE)
                && report.node().tools().equals(Map.of("salmon", "9")));
    Elsewhere.Submitted submitted = submit();
    TestProbe<AgentReply> probe = KIT.createTestProbe();
    agent.tell(new AgentCommand.ReadLog(JOB, 0, 100, probe.getRef()));
    AgentReply.LogChunk log = probe.expectMessageClass(AgentReply.LogChunk.class, PATIENCE);
    assertThat(log.bytes()).asString().isEqualTo("far away");
    assertThat(log.attempt()).isEqualTo(1);
    agent.tell(new AgentCommand.Describe(probe.getRef()));
    JsonNode state = probe.expectMessageClass(AgentReply.AgentState.class, PATIENCE).state();
    assertThat(state.at("/launcher").asText()).isEqualTo("a batch system");
    assertThat(state.at("/attempts/0/memory_now").asLong()).isEqualTo(5);
    submitted.stop(Failure.of(FailureClass.PERMANENT, "exit 1"));
    JobCommand.Finish finish = toJob(JobCommand.Finish.class);
    finish.replyTo().tell(new JobReply.FinishAccepted(JOB, 1));
    KIT.stop(agent);
    assertThat(elsewhere.whenOver()).succeedsWithin(PATIENCE);
  }

  /** Raw data that a download leaves takes the place of what it had reserved. */
  @Test
  void tellsWhatIsLeftBeforeItGivesAReservationBack() throws Exception {
    Elsewhere.Submitted submitted = submit();
    Resources less = LARGE.withDisk(1);
    elsewhere.room = less;
    submitted.stop(Failure.of(FailureClass.PERMANENT, "exit 1"));
    boolean[] told = new boolean[1];
    scheduler.fishForMessage(
        PATIENCE,
        message -> {
          told[0] |= message instanceof Report report && report.node().capacity().equals(less);
          return message instanceof SchedulerCommand.Released
              ? FishingOutcomes.complete()
              : FishingOutcomes.continueAndIgnore();
        });
    assertThat(told[0]).isTrue();
    KIT.stop(agent);
  }

  /** The reader would wait for its time limit otherwise. */
  @Test
  void answersWhenALogCannotBeRead() throws Exception {
    submit();
    TestProbe<AgentReply> probe = KIT.createTestProbe();
    for (long offset : List.of(BAD, WORSE)) {
      agent.tell(new AgentCommand.ReadLog(JOB, offset, 100, probe.getRef()));
      AgentReply.LogChunk chunk = probe.expectMessageClass(AgentReply.LogChunk.class, PATIENCE);
      assertThat(chunk.running()).isFalse();
      assertThat(chunk.offset()).isEqualTo(offset);
      assertThat(chunk.bytes()).isEmpty();
    }
    KIT.stop(agent);
  }

  @Test
  void handsBackWhatItsExecutorStops() throws Exception {
    submit();
    agent.tell(
        new AgentCommand.SetDraining(
            Optional.of(new DrainOrder(Optional.empty(), Instant.now(), Optional.empty())),
            Duration.ZERO));
    assertThat(toJob(JobCommand.Lose.class).reason()).isEqualTo("drained");
    KIT.stop(agent);
  }
}
