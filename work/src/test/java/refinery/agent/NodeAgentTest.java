package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.Done;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.protocol.Actor;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AgentCommand.Assign;
import refinery.protocol.scheduling.AgentCommand.Assignment;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.Released;
import refinery.protocol.scheduling.SchedulerCommand.Report;

class NodeAgentTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final JobId JOB = JobId.of("job-1");
  private static final Actor ANN = new Actor("ann");
  private static final Resources SMALL = Resources.of(1000, 64 << 20, 1 << 20);
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path directory;
  private final TestProbe<SchedulerCommand> scheduler = KIT.createTestProbe();
  private final TestProbe<JobCommand> job = KIT.createTestProbe();
  private final java.util.concurrent.atomic.AtomicBoolean defect =
      new java.util.concurrent.atomic.AtomicBoolean();
  private NodeIdentity identity;
  private ActorRef<AgentCommand> agent;

  @AfterAll
  static void shutDown() {
    KIT.shutdownTestKit();
  }

  @BeforeEach
  void start() throws Exception {
    identity = NodeIdentity.open(directory);
    agent = start("refinery.agent.cpus = 2");
    fromAgent(Report.class);
  }

  private ActorRef<AgentCommand> start(String... settings) {
    List<String> all = new ArrayList<>(List.of(settings));
    all.add("refinery.agent.memory = 1 GiB");
    AgentConfig config = Workbench.config(all.toArray(String[]::new));
    Map<JobKind, WorkRunner> runners = Map.of(JobKind.PROCESS, NodeAgentTest::runCommand);
    return KIT.spawn(
        NodeAgent.create(
            new AgentSetup(
                directory,
                identity,
                "akka://test@127.0.0.1:1",
                List.of("processor"),
                config,
                () -> new LocalExecutor(directory, identity.id(), config, runners),
                id -> this::toJob,
                scheduler.getRef())));
  }

  private void toJob(JobCommand command) {
    if (defect.getAndSet(false)) {
      throw new IllegalStateException("a defect of the agent");
    }
    job.getRef().tell(command);
  }

  /** Its scheduler, which knows the last incarnation's reports, must not take the new for old. */
  @Test
  void anAgentThatFailedBeginsANewLifeAndTakesWork() {
    grant(1, "sleep 60");
    await().atMost(PATIENCE).until(() -> !alive().isEmpty());
    defect.set(true);
    assign(2, SMALL);
    JobCommand.Lose lose = toJob(JobCommand.Lose.class);
    assertThat(lose.attempt()).isEqualTo(1);
    assertThat(alive()).isEmpty();
    lose.replyTo().orElseThrow().tell(new JobReply.Lost(JOB));
    Report report = reportThat(each -> each.incarnation() > identity.incarnation());
    assertThat(report.held()).isEmpty();
    ActorRef<JobReply> replies = grant(3, "true");
    assertThat(toJob(JobCommand.Finish.class).attempt()).isEqualTo(3);
    replies.tell(new JobReply.FinishAccepted(JOB, 3));
  }

  @Test
  void scratchLiesWhereTheConfigurationSaysAndNothingElseThereIsTouched() throws Exception {
    KIT.stop(agent);
    Path place = Files.createDirectories(directory.resolve("big disk"));
    Path foreign = Files.writeString(place.resolve("theirs"), "bytes");
    Path own = Files.createDirectories(place.resolve("refinery-" + identity.id().value()));
    Path stale = Files.writeString(own.resolve("stale"), "bytes");
    agent = start("refinery.agent.cpus = 2", "refinery.agent.scratch = \"" + place + "\"");
    reportThat(report -> report.sequence() == 1);
    assertThat(stale).doesNotExist();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
        .as("other users of the volume read nothing")
        .isEqualTo("rwx------");
    Path where = directory.resolve("where");
    ActorRef<JobReply> replies = grant(1, "pwd > " + where);
    toJob(JobCommand.Finish.class);
    replies.tell(new JobReply.FinishAccepted(JOB, 1));
    assertThat(Files.readString(where)).startsWith(own.toString());
    assertThat(own).isEmptyDirectory();
    assertThat(foreign).hasContent("bytes");
  }

  @Test
  void aLinkInPlaceOfScratchIsRefusedAndKept() throws Exception {
    Path disk = Files.createDirectories(directory.resolve("disk"));
    Path foreign = Files.writeString(disk.resolve("theirs"), "bytes");
    Path link = Files.createSymbolicLink(directory.resolve("link"), disk);
    org.assertj.core.api.Assertions.assertThatThrownBy(
            () -> PreviousLife.end(directory.resolve("another"), link, new PosixSpawn()))
        .hasMessageContaining("is a symbolic link")
        .hasMessageContaining("refinery.agent.scratch");
    assertThat(link).isSymbolicLink();
    assertThat(foreign).hasContent("bytes");
  }

  @AfterEach
  void stop() {
    KIT.stop(agent);
    await().atMost(PATIENCE).until(() -> alive().isEmpty());
  }

  private List<Long> alive() {
    return ProcessTable.pids()
        .filter(
            pid ->
                ProcessTable.variable(pid, BaseEnvironment.NODE)
                    .filter(directory.toString()::equals)
                    .isPresent())
        .filter(
            pid ->
                ProcessTable.variable(pid, BaseEnvironment.ATTEMPT)
                    .filter(mark -> mark.startsWith("tools/"))
                    .isEmpty())
        .filter(pid -> !ProcessTable.isOver(pid))
        .boxed()
        .toList();
  }

  /** Runs the pipeline's name as a shell script; a stand-in for the pipelines' runner. */
  private static CompletionStage<Outcome> runCommand(Attempt attempt) {
    switch (attempt.spec().pipeline()) {
      case "throws" -> throw new IllegalStateException("a defect");
      case "fails" -> {
        return CompletableFuture.failedFuture(new StackOverflowError("a defect"));
      }
      case "breaks off" -> {
        return CompletableFuture.completedFuture(
            new Outcome.Failed(
                Failure.of(FailureClass.NODE_LOST, "a defect"),
                refinery.protocol.job.Usage.NONE,
                List.of()));
      }
      default -> {
        return runScript(attempt);
      }
    }
  }

  private static CompletionStage<Outcome> runScript(Attempt attempt) {
    try {
      ProcessResult result =
          attempt.execute(
              new ProcessRequest(
                  List.of("sh", "-c", attempt.spec().pipeline()),
                  Map.of(),
                  attempt.scratch().resolve("work"),
                  java.util.Optional.empty(),
                  attempt.log(),
                  Duration.ofMinutes(1),
                  Duration.ofMinutes(1)));
      return CompletableFuture.completedFuture(
          result.exitCode() == 0 && result.killed().isEmpty()
              ? new Outcome.Succeeded(
                  new JobResult.Processed(List.of(), Map.of(), "", java.util.Optional.empty()),
                  result.usage(),
                  List.of())
              : new Outcome.Failed(
                  result
                      .killed()
                      .orElse(Failure.of(FailureClass.PERMANENT, "exit " + result.exitCode())),
                  result.usage(),
                  List.of()));
    } catch (InterruptedException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"throws", "fails", "breaks off"})
  void aDefectOfARunnerIsChargedToItsJob(String how) {
    grant(1, how);
    JobCommand.Finish finish = toJob(JobCommand.Finish.class);
    Failure failure = ((Outcome.Failed) finish.outcome()).failure();
    assertThat(failure.failureClass()).isEqualTo(FailureClass.TRANSIENT);
    assertThat(failure.message()).startsWith("internal error").contains("a defect");
    finish.replyTo().tell(new JobReply.FinishAccepted(JOB, 1));
  }

  @Test
  void tellsTheJobsOfItsLastLifeBeforeItTakesWork() throws Exception {
    KIT.stop(agent);
    await().atMost(PATIENCE).until(() -> alive().isEmpty());
    java.nio.file.Files.writeString(
        directory.resolve("attempts.log"), "+ " + JOB.value() + " 3 1000\n. 2000\n");
    agent = start("refinery.agent.cpus = 2");
    JobCommand.Lose lose = toJob(JobCommand.Lose.class);
    assertThat(lose.attempt()).isEqualTo(3);
    assertThat(lose.cause()).isEqualTo(refinery.protocol.job.LossCause.NODE_ENDED_AT_START);
    lose.replyTo().orElseThrow().tell(new JobReply.Lost(JOB));
    fromAgent(Report.class);
  }

  private <T extends SchedulerCommand> T fromAgent(Class<T> type) {
    return scheduler
        .fishForMessage(
            PATIENCE,
            message ->
                type.isInstance(message)
                    ? akka.actor.testkit.typed.javadsl.FishingOutcomes.complete()
                    : akka.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore())
        .stream()
        .map(type::cast)
        .findFirst()
        .orElseThrow();
  }

  /** Repeats of an earlier message that cross the answer are passed over. */
  private <T extends JobCommand> T toJob(Class<T> type) {
    return job
        .fishForMessage(
            PATIENCE,
            message ->
                type.isInstance(message)
                    ? akka.actor.testkit.typed.javadsl.FishingOutcomes.complete()
                    : akka.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore())
        .stream()
        .map(type::cast)
        .findFirst()
        .orElseThrow();
  }

  private Report reportThat(java.util.function.Predicate<Report> condition) {
    return (Report)
        scheduler
            .fishForMessage(
                PATIENCE,
                message ->
                    message instanceof Report report && condition.test(report)
                        ? akka.actor.testkit.typed.javadsl.FishingOutcomes.complete()
                        : akka.actor.testkit.typed.javadsl.FishingOutcomes.continueAndIgnore())
            .getLast();
  }

  private void assign(long assignment, Resources resources) {
    agent.tell(new Assign(7, List.of(new Assignment(JOB, assignment, resources)), SMALL));
  }

  private ActorRef<JobReply> grant(int attempt, String script) {
    assign(attempt, SMALL);
    JobCommand.Start start = toJob(JobCommand.Start.class);
    assertThat(start.epoch()).isEqualTo(7);
    assertThat(start.assignment()).isEqualTo(attempt);
    start.replyTo().tell(granted(attempt, script));
    return start.replyTo();
  }

  private static JobReply.Granted granted(int attempt, String script) {
    refinery.protocol.job.JobSpec spec = Workbench.spec(JOB.value(), SMALL);
    return new JobReply.Granted(
        JOB,
        attempt,
        attempt,
        new refinery.protocol.job.JobSpec(
            spec.id(),
            spec.kind(),
            spec.surveyId(),
            spec.batchIds(),
            script,
            spec.priority(),
            spec.order(),
            spec.resources(),
            spec.work(),
            spec.createdAt()));
  }

  @Test
  void introduces_itself_and_goes_on_doing_so() {
    Report first = fromAgent(Report.class);
    assertThat(first.node().id()).isEqualTo(identity.id());
    assertThat(first.incarnation()).isEqualTo(identity.incarnation());
    assertThat(first.node().capacity().cpu()).isEqualTo(2000);
    assertThat(first.node().capacity().memory()).isEqualTo(1L << 30);
    Report second = fromAgent(Report.class);
    assertThat(second.sequence()).isGreaterThan(first.sequence());
    reportThat(report -> report.held().isEmpty() && report.node().drain().isEmpty());
  }

  @Test
  void runs_what_a_job_grants_and_tells_the_end_until_it_is_understood() {
    ActorRef<JobReply> replies = grant(1, "echo hello");
    JobCommand.Finish finish = toJob(JobCommand.Finish.class);
    assertThat(finish.attempt()).isEqualTo(1);
    assertThat(finish.outcome()).isInstanceOf(Outcome.Succeeded.class);
    assertThat(finish.outcome().usage().cpuSeconds()).isPositive();
    assertThat(fromAgent(Released.class).released()).containsExactly(new Held(JOB, 7, 1, 1, SMALL));
    assertThat(toJob(JobCommand.Finish.class)).isEqualTo(finish);
    replies.tell(new JobReply.FinishAccepted(JOB, 1));
    await().atMost(PATIENCE).until(() -> attempts() == 0);
    assertThat(directory.resolve("scratch")).isEmptyDirectory();
  }

  private int attempts() {
    TestProbe<AgentCommand.AgentReply> probe = KIT.createTestProbe();
    agent.tell(new AgentCommand.Describe(probe.getRef()));
    AgentCommand.AgentReply.AgentState state =
        probe.expectMessageClass(AgentCommand.AgentReply.AgentState.class, PATIENCE);
    return state.state().get("attempts").size();
  }

  @Test
  void asks_again_for_leave_to_start_and_starts_once() {
    assign(1, SMALL);
    assign(1, SMALL);
    JobCommand.Start first = toJob(JobCommand.Start.class);
    assertThat(toJob(JobCommand.Start.class)).isEqualTo(first);
    Path counter = directory.resolve("counter");
    first.replyTo().tell(granted(1, "echo x >> " + counter));
    first.replyTo().tell(granted(1, "echo x >> " + counter));
    JobCommand.Finish finish = toJob(JobCommand.Finish.class);
    finish.replyTo().tell(new JobReply.FinishAccepted(JOB, 1));
    assertThat(fromAgent(Released.class).released()).hasSize(1);
    assertThat(counter).hasContent("x");
  }

  @Test
  void a_refused_start_frees_the_reservation() {
    assign(1, SMALL);
    JobCommand.Start start = toJob(JobCommand.Start.class);
    start.replyTo().tell(new JobReply.Refused(JOB, 1, "cancelled"));
    assertThat(fromAgent(Released.class).released()).containsExactly(new Held(JOB, 7, 1, 0, SMALL));
    assertThat(attempts()).isZero();
  }

  @Test
  void a_job_that_is_nowhere_frees_the_reservation() {
    assign(1, SMALL);
    JobCommand.Start start = toJob(JobCommand.Start.class);
    start.replyTo().tell(new JobReply.NotFound(JOB));
    assertThat(fromAgent(Released.class).released()).containsExactly(new Held(JOB, 7, 1, 0, SMALL));
    assertThat(attempts()).isZero();
  }

  @Test
  void gives_back_at_once_what_does_not_fit() {
    assign(1, Resources.of(3000, 0, 0));
    assertThat(fromAgent(Released.class).released().getFirst().assignment()).isEqualTo(1);
    assertThat(attempts()).isZero();
  }

  @Test
  void stop_kills_and_tells_the_job_nothing() {
    grant(1, "sleep 60");
    reportThat(report -> report.held().stream().anyMatch(held -> held.attempt() == 1));
    await().atMost(PATIENCE).until(() -> !alive().isEmpty());
    agent.tell(new AgentCommand.Stop(JOB, 1, "cancelled"));
    assertThat(fromAgent(Released.class).released()).hasSize(1);
    assertThat(alive()).isEmpty();
    assertThat(attempts()).isZero();
  }

  @Test
  void a_stop_that_overtakes_the_grant_is_kept() {
    assign(1, SMALL);
    JobCommand.Start start = toJob(JobCommand.Start.class);
    agent.tell(new AgentCommand.Stop(JOB, 1, "cancelled"));
    start.replyTo().tell(granted(1, "touch " + directory.resolve("ran")));
    assertThat(fromAgent(Released.class).released()).hasSize(1);
    assertThat(directory.resolve("ran")).doesNotExist();
  }

  @Test
  void forgets_an_attempt_that_is_stale() {
    ActorRef<JobReply> replies = grant(1, "true");
    toJob(JobCommand.Finish.class);
    replies.tell(new JobReply.Stale(JOB, 1));
    await().atMost(PATIENCE).until(() -> attempts() == 0);
  }

  @Test
  void draining_hands_running_attempts_back() {
    ActorRef<JobReply> replies = grant(1, "sleep 60");
    await().atMost(PATIENCE).until(() -> !alive().isEmpty());
    agent.tell(drain(ANN));
    agent.tell(drain(new Actor("bob")));
    reportThat(report -> report.node().drain().flatMap(DrainOrder::by).equals(Optional.of(ANN)));
    JobCommand.Lose lose = toJob(JobCommand.Lose.class);
    assertThat(lose.attempt()).isEqualTo(1);
    assertThat(lose.reason()).isEqualTo("drained");
    assertThat(alive()).isEmpty();
    replies.tell(new JobReply.Lost(JOB));
    await().atMost(PATIENCE).until(() -> attempts() == 0);
    assign(2, SMALL);
    fromAgent(Released.class);
    assertThat(attempts()).isZero();
    agent.tell(new AgentCommand.SetDraining(Optional.empty(), Duration.ZERO));
    reportThat(report -> report.node().drain().isEmpty());
  }

  private static AgentCommand drain(Actor by) {
    return new AgentCommand.SetDraining(
        Optional.of(new DrainOrder(Optional.of(by), Instant.now(), Optional.empty())),
        Duration.ZERO);
  }

  /** A node that leaves for good has no next life that would remove what it left. */
  @Test
  void nothingOfItsAttemptsIsLeftWhenItHasEnded() throws Exception {
    grant(1, "mkdir many; touch many/$(seq -s ' many/' 3000); sleep 60");
    await().atMost(PATIENCE).until(() -> !alive().isEmpty() && files() > 3000);
    TestProbe<Done> probe = KIT.createTestProbe();
    agent.tell(new NodeAgent.End(probe.getRef()));
    probe.receiveMessage(PATIENCE);
    assertThat(alive()).isEmpty();
    assertThat(files()).isZero();
  }

  private long files() throws IOException {
    try (Stream<Path> files = Files.walk(directory.resolve("scratch"))) {
      return files.filter(Files::isRegularFile).count();
    }
  }

  @Test
  void serves_the_log_of_what_runs() {
    grant(1, "echo hello; sleep 60");
    TestProbe<AgentCommand.AgentReply> probe = KIT.createTestProbe();
    await()
        .atMost(PATIENCE)
        .until(
            () -> {
              agent.tell(new AgentCommand.ReadLog(JOB, 1, 100, probe.getRef()));
              AgentCommand.AgentReply.LogChunk chunk =
                  probe.expectMessageClass(AgentCommand.AgentReply.LogChunk.class, PATIENCE);
              return chunk.running() && new String(chunk.bytes()).equals("ello\n");
            });
  }

  @Test
  void takes_no_work_when_the_disk_is_nearly_full() {
    KIT.stop(agent);
    agent = start("refinery.agent.high-water { free = 900000 GiB, free-percent = 100 }");
    Report report = reportThat(each -> !each.node().takesNoWork().isEmpty());
    assertThat(report.node().takesNoWork()).contains("free on the volume of");
    assign(1, SMALL);
    fromAgent(Released.class);
  }

  @Test
  void ends_what_a_killed_node_left() throws Exception {
    KIT.stop(agent);
    Path stale = Files.createDirectories(directory.resolve("scratch/job-old/1"));
    Files.writeString(stale.resolve("file"), "bytes");
    ProcessBuilder builder = new ProcessBuilder("setsid", "sleep", "60");
    builder.environment().put(BaseEnvironment.ATTEMPT, "job-old/1");
    builder.environment().put(BaseEnvironment.NODE, directory.toString());
    Process process = builder.start();
    await().atMost(Duration.ofMinutes(1)).until(() -> !alive().isEmpty());
    NodeIdentity next = NodeIdentity.open(directory);
    assertThat(next.id()).isEqualTo(identity.id());
    assertThat(next.incarnation()).isGreaterThan(identity.incarnation());
    identity = next;
    agent = start("refinery.agent.cpus = 2");
    reportThat(report -> report.incarnation() == next.incarnation());
    assertThat(process.onExit()).succeedsWithin(PATIENCE);
    assertThat(stale).doesNotExist();
  }
}
