package refinery.foreman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.Address;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Need;
import refinery.protocol.foreman.ForemanCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;
import refinery.readmodel.SqlExecutor;
import refinery.readmodel.SqlNodeQueries;
import refinery.scheduling.Membership;
import refinery.scheduling.Scheduler;
import refinery.scheduling.SchedulingConfig;
import refinery.testing.RefinedBatches;

/** The foreman beside a real scheduler and a real database. */
class ForemanTest {
  private static final Config SCHEDULING =
      ConfigFactory.parseString("refinery.scheduling.doubt = 100ms")
          .withFallback(ConfigFactory.parseResources("scheduling.conf"))
          .resolve()
          .getConfig("refinery");
  private static final Config FOREMAN =
      ConfigFactory.parseString(
              """
              refinery.foreman {
                interval = 20ms, settling = 1ms, stands = 40ms, page-size = 3
                grace { queued = 50ms, waiting = 50ms, running = 50ms, chain = 50ms }
                needs.interval = 20ms
              }
              """)
          .withFallback(ConfigFactory.parseResources("foreman.conf"))
          .resolve()
          .getConfig("refinery");

  private final ActorTestKit kit = ActorTestKit.create();
  private final JournalHarness journal = new JournalHarness();
  private final SqlExecutor sql = new SqlExecutor(journal.database().dataSource(), 4);
  private final SqlNodeQueries queries = new SqlNodeQueries(sql);
  private final Map<JobId, JobTicket> tickets = new ConcurrentHashMap<>();
  private final Queue<Nudge> nudges = new ConcurrentLinkedQueue<>();

  @AfterEach
  void stop() {
    kit.shutdownTestKit();
    sql.close();
    journal.close();
  }

  /** A row as the job entity writes it: a queued job has nothing outstanding to its owners. */
  private void persist(ReadRow.Job example) throws Exception {
    ReadRow.Job row =
        new ReadRow.Job(
            example.view(), example.ticket(), example.fingerprint(), example.rawData(), false);
    tickets.put(row.view().id(), row.ticket());
    journal
        .persist(
            JournalHarness.write(
                "Job|" + row.view().id().value(),
                1,
                Examples.with(Examples.submitted("x", 0), row)))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
  }

  private ActorRef<SchedulerCommand> scheduler() {
    Address self = Address.apply("akka", "test");
    Membership alone =
        new Membership() {
          @Override
          public Set<Address> workers() {
            return Set.of(self);
          }

          @Override
          public Set<Address> members() {
            return Set.of(self);
          }

          @Override
          public boolean isSettled() {
            return true;
          }

          @Override
          public Address addressOf(ActorRef<?> ref) {
            return self;
          }
        };
    ActorRef<SchedulerCommand> scheduler =
        kit.spawn(
            Scheduler.create(
                SchedulingConfig.from(SCHEDULING),
                queries,
                (job, command) -> {},
                alone,
                Clock.systemUTC()));
    TestProbe<SchedulerReply> probe = kit.createTestProbe();
    await()
        .until(
            () -> {
              scheduler.tell(new SchedulerCommand.Locate(List.of(), probe.getRef()));
              return probe.receiveMessage() instanceof SchedulerReply.Located located
                  && located.settled();
            });
    return scheduler;
  }

  private ActorRef<ForemanCommand> foreman(
      ActorRef<SchedulerCommand> scheduler, Consumer<Nudge> entities) {
    return foreman(ForemanConfig.from(FOREMAN), scheduler, entities);
  }

  private ActorRef<ForemanCommand> foreman(
      ForemanConfig config, ActorRef<SchedulerCommand> scheduler, Consumer<Nudge> entities) {
    return kit.spawn(
        Foreman.create(
            config,
            new Foreman.Surroundings(
                queries,
                scheduler,
                nudge -> {
                  nudges.add(nudge);
                  entities.accept(nudge);
                },
                subscriber -> {},
                Clock.systemUTC())));
  }

  private JsonNode report(ActorRef<ForemanCommand> foreman) {
    TestProbe<ForemanCommand.Report> probe = kit.createTestProbe();
    foreman.tell(new ForemanCommand.Describe(probe.getRef()));
    return probe.receiveMessage().state();
  }

  private void looks(ActorRef<ForemanCommand> foreman, int more) {
    long from = report(foreman).path("last_pass").path("number").asLong();
    await().until(() -> report(foreman).path("last_pass").path("number").asLong() >= from + more);
  }

  @Test
  void healthyQueuedJobsAreSeenAndNeverWoken() throws Exception {
    for (int i = 0; i < 10; i++) {
      persist(Examples.job("q" + i, JobState.QUEUED, i));
    }
    ActorRef<ForemanCommand> foreman = foreman(scheduler(), nudge -> {});
    looks(foreman, 12);
    JsonNode state = report(foreman);
    assertThat(nudges).isEmpty();
    state.path("counts").forEach(count -> assertThat(count.asLong()).isZero());
    assertThat(state.path("last_pass").path("rows").asLong()).isEqualTo(10);
    assertThat(state.path("resumed_while_settling").asLong()).isZero();
  }

  @Test
  void lostAnnouncementsAreFoundRepeatedAndCounted() throws Exception {
    ActorRef<SchedulerCommand> scheduler = scheduler();
    for (int i = 0; i < 10; i++) {
      persist(Examples.job("q" + i, JobState.QUEUED, i));
    }
    ActorRef<ForemanCommand> foreman =
        foreman(
            scheduler,
            nudge -> {
              if (nudge instanceof Nudge.Reannounce again) {
                scheduler.tell(new SchedulerCommand.Announce(tickets.get(again.job())));
              }
            });
    await()
        .untilAsserted(
            () ->
                assertThat(report(foreman).path("counts").path("queued_unknown").asLong())
                    .isEqualTo(10));
    looks(foreman, 10);
    assertThat(nudges).hasSize(10).doesNotHaveDuplicates();
    assertThat(report(foreman).path("last_findings").size()).isEqualTo(10);
  }

  @Test
  void waitingPastItsTimeAndUnacknowledgedStepsAreWokenFromTheirRows() throws Exception {
    for (int i = 0; i < 4; i++) {
      ReadRow.Batch batch =
          Examples.batch("b" + i, BatchState.DOWNLOADED, i, "x", new SurveyId("survey-1"));
      journal
          .persist(
              JournalHarness.write(
                  "Batch|batch-b" + i,
                  1,
                  Examples.with(
                      Examples.submitted("x", 0),
                      new ReadRow.Batch(batch.view(), Optional.empty(), true))))
          .toCompletableFuture()
          .get(30, TimeUnit.SECONDS);
    }
    persist(Examples.job("late", JobState.WAITING, 1));
    persist(Examples.job("early", JobState.WAITING, 1));
    setNextAttempt("job-late", "2026-01-01T00:00:00Z");
    setNextAttempt("job-early", "2999-01-01T00:00:00Z");
    ActorRef<ForemanCommand> foreman = foreman(scheduler(), nudge -> {});
    await()
        .untilAsserted(
            () ->
                assertThat(Set.copyOf(nudges))
                    .containsExactlyInAnyOrder(
                        new Nudge.Wake("Batch", "batch-b0"),
                        new Nudge.Wake("Batch", "batch-b1"),
                        new Nudge.Wake("Batch", "batch-b2"),
                        new Nudge.Wake("Batch", "batch-b3"),
                        new Nudge.Wake("Job", "job-late")));
    looks(foreman, 5);
    assertThat(nudges).doesNotContain(new Nudge.Wake("Job", "job-early"));
    assertThat(report(foreman).path("counts").path("overdue").asLong()).isPositive();
  }

  private void setNextAttempt(String job, String at) throws Exception {
    journal.execute(
        "update job_row set document = (document::jsonb || '{\"next_attempt_at\":\""
            + at
            + "\"}')::json where id = '"
            + job
            + "'");
  }

  @Test
  void whatRunsOnNoNodeIsToldSoWithItsAttempt() throws Exception {
    ActorRef<SchedulerCommand> scheduler = scheduler();
    NodeId gone = new NodeId("node-gone");
    ReadRow.Job row =
        Examples.job(
            "r",
            JobKind.PROCESS,
            JobState.RUNNING,
            1,
            Optional.empty(),
            Optional.of(gone),
            "salmon");
    persist(row);
    ActorRef<ForemanCommand> foreman = foreman(scheduler, nudge -> {});
    await().until(() -> !nudges.isEmpty());
    assertThat(nudges.peek())
        .isEqualTo(new Nudge.Lose(row.view().id(), row.view().attempt(), gone));
    assertThat(report(foreman).path("counts").path("runs_nowhere").asLong()).isPositive();
  }

  @Test
  void nothingIsConcludedFromASchedulerThatDoesNotAnswer() throws Exception {
    persist(Examples.job("q", JobState.QUEUED, 1));
    TestProbe<SchedulerCommand> inDoubt = kit.createTestProbe();
    ActorRef<ForemanCommand> foreman = foreman(inDoubt.getRef(), nudge -> {});
    for (int i = 0; i < 6; i++) {
      SchedulerCommand.Locate locate = inDoubt.expectMessageClass(SchedulerCommand.Locate.class);
      locate.replyTo().tell(new SchedulerReply.Located(false, List.of()));
    }
    assertThat(nudges).isEmpty();
    assertThat(report(foreman).path("scheduler_unanswered").asLong()).isGreaterThanOrEqualTo(5);
  }

  private static Need need(String k) {
    return new Need(
        "index", Selector.of("transcriptome-index", "salmon-index").with("k", k), "a command");
  }

  private BatchId waiting(String name, Need need) throws Exception {
    ReadRow.Batch row = Examples.batch(name, BatchState.DOWNLOADED, 0, "x");
    journal
        .persist(
            JournalHarness.write(
                "Batch|batch-" + name,
                1,
                Examples.with(
                    Examples.submitted("x", 0),
                    new ReadRow.Batch(row.view(), Optional.of(need), false))))
        .toCompletableFuture()
        .get(30, TimeUnit.SECONDS);
    return row.view().id();
  }

  private void index(RefinedBatches batches, String name, String k) {
    batches.describe(
        name,
        new RefinedBatches.Description("transcriptome-index", Optional.empty(), Map.of("k", k)));
    batches.begin(name, Examples.at(0));
  }

  @Test
  void batchesAreOfferedWhatTheyWaitForAsSoonAsItIsThereAndNothingElse() throws Exception {
    List<BatchId> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      waiting.add(waiting("w" + i, need("31")));
    }
    waiting("other", need("23"));
    ActorRef<ForemanCommand> foreman = foreman(scheduler(), nudge -> {});
    looks(foreman, 3);
    assertThat(nudges).isEmpty();
    RefinedBatches batches = new RefinedBatches(journal);
    index(batches, "index", "31");
    batches.finish(
        "index",
        Examples.at(1),
        Map.of(),
        new Artifact("i.tar.gz", "ab".repeat(32), 1, "application/gzip", "salmon-index"));
    await().until(() -> nudges.size() >= waiting.size());
    looks(foreman, 3);
    assertThat(nudges)
        .as("each once while the offer is on its way")
        .hasSize(waiting.size())
        .allSatisfy(
            nudge -> {
              Nudge.Offer offer = (Nudge.Offer) nudge;
              assertThat(offer.need()).isEqualTo(need("31"));
              assertThat(offer.need().selector().matches(offer.artifact())).isTrue();
            })
        .extracting(nudge -> ((Nudge.Offer) nudge).batch())
        .containsExactlyInAnyOrderElementsOf(waiting);
  }

  @Test
  void whatNothingBringsIsGivenUpAndWhatIsUnderWayIsNot() throws Exception {
    RefinedBatches batches = new RefinedBatches(journal);
    index(batches, "making", "31");
    waiting("patient", need("31"));
    BatchId hopeless = waiting("hopeless", need("23"));
    Config impatient =
        ConfigFactory.parseString(
                "foreman.needs { interval = 20ms, give-up-after = 1ms, giving-up-interval = 20ms }")
            .withFallback(FOREMAN);
    ActorRef<ForemanCommand> foreman =
        foreman(ForemanConfig.from(impatient), scheduler(), nudge -> {});
    await().until(() -> !nudges.isEmpty());
    looks(foreman, 3);
    assertThat(nudges)
        .allSatisfy(nudge -> assertThat(((Nudge.GiveUpNeed) nudge).batch()).isEqualTo(hopeless));
  }
}
