package refinery.foreman;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import akka.actor.Address;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import refinery.inputs.SetQuestions;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.ReadRow;
import refinery.manifests.ManifestReader;
import refinery.manifests.Manifests;
import refinery.protocol.BatchId;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Need;
import refinery.protocol.foreman.ForemanCommand;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;
import refinery.readmodel.NodeQueries;
import refinery.readmodel.SqlExecutor;
import refinery.readmodel.SqlNodeQueries;
import refinery.readmodel.SqlSetQueries;
import refinery.scheduling.Membership;
import refinery.scheduling.Scheduler;
import refinery.scheduling.SchedulingConfig;
import refinery.testing.FileManifests;
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
  private Manifests manifests;
  private SetQuestions sets;
  private final Map<JobId, JobTicket> tickets = new ConcurrentHashMap<>();
  private final Queue<Nudge> nudges = new ConcurrentLinkedQueue<>();

  @BeforeEach
  void open(@TempDir Path temp) throws Exception {
    manifests = new FileManifests(temp);
    sets = new SetQuestions(new SqlSetQueries(sql), manifests);
  }

  @AfterEach
  void stop() {
    sets.close();
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
        .atMost(Duration.ofMinutes(1))
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
                sets,
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
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> report(foreman).path("last_pass").path("number").asLong() >= from + more);
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
        .atMost(Duration.ofMinutes(1))
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
        .atMost(Duration.ofMinutes(1))
        .untilAsserted(
            () ->
                assertThat(Set.copyOf(nudges))
                    .containsExactlyInAnyOrder(
                        new Nudge.Wake(EntityKind.BATCH, "batch-b0"),
                        new Nudge.Wake(EntityKind.BATCH, "batch-b1"),
                        new Nudge.Wake(EntityKind.BATCH, "batch-b2"),
                        new Nudge.Wake(EntityKind.BATCH, "batch-b3"),
                        new Nudge.Wake(EntityKind.JOB, "job-late")));
    looks(foreman, 5);
    assertThat(nudges).doesNotContain(new Nudge.Wake(EntityKind.JOB, "job-early"));
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
    await().atMost(Duration.ofMinutes(1)).until(() -> !nudges.isEmpty());
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
    return new Need.One(
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
    await().atMost(Duration.ofMinutes(1)).until(() -> nudges.size() >= waiting.size());
    looks(foreman, 3);
    assertThat(nudges)
        .as("each once while the offer is on its way")
        .hasSize(waiting.size())
        .allSatisfy(
            nudge -> {
              Nudge.Offer offer = (Nudge.Offer) nudge;
              assertThat(offer.need()).isEqualTo(need("31"));
              assertThat(offer.need().isMetBy(offer.provision())).isTrue();
            })
        .extracting(nudge -> ((Nudge.Offer) nudge).batch())
        .containsExactlyInAnyOrderElementsOf(waiting);
  }

  private void member(RefinedBatches batches, String name) {
    batches.describe(name, new RefinedBatches.Description("touch", Optional.empty(), Map.of()));
    batches.begin(name, Examples.at(0));
  }

  private void refine(RefinedBatches batches, String name) {
    Artifact output = new Artifact("out.txt", "ab".repeat(32), 3, "text/plain");
    batches.finish(name, Examples.at(1), Map.of(), output);
  }

  /** More than one piece of questions long, and the last to be done is neither first nor last. */
  @Test
  void aSetIsOfferedAsOneListWhenTheLastOfItsBatchesIsDone() throws Exception {
    List<String> names = IntStream.range(100, 130).mapToObj(number -> "m" + number).toList();
    RefinedBatches batches = new RefinedBatches(journal);
    Path draft = manifests.draft();
    Files.write(draft, names.stream().map(name -> BatchId.PREFIX + name).toList());
    names.forEach(name -> member(batches, name));
    names.stream().filter(name -> !name.equals("m117")).forEach(name -> refine(batches, name));
    Manifest members = new Manifest(manifests.put(draft), names.size(), 0, 0);
    Need.All need = new Need.All("parts", new BatchSet(members, "touch", "out.txt"));
    Manifest nowhere = new Manifest("cd".repeat(32), 1, 0, 0);
    waiting("unreadable", new Need.All("parts", new BatchSet(nowhere, "touch", "out.txt")));
    BatchId waiting = waiting("made", need);
    ActorRef<ForemanCommand> foreman = foreman(scheduler(), nudge -> {});
    looks(foreman, 3);
    assertThat(nudges).isEmpty();
    refine(batches, "m117");
    await().atMost(Duration.ofMinutes(1)).until(() -> !nudges.isEmpty());
    Nudge.Offer offer = (Nudge.Offer) nudges.peek();
    assertThat(offer.batch()).isEqualTo(waiting);
    assertThat(offer.need().isMetBy(offer.provision())).isTrue();
    assertThat(offer.provision().bytes()).isEqualTo(3 * 30);
    try (ManifestReader lines = new ManifestReader(manifests.open(offer.provision().sha256()), 0)) {
      for (String name : names) {
        assertThat(MemberOutput.of(lines.next().orElseThrow()))
            .isEqualTo(
                new MemberOutput(BatchId.of(BatchId.PREFIX + name), "out.txt", "ab".repeat(32), 3));
      }
      assertThat(lines.next()).isEmpty();
    }
  }

  /**
   * Nobody takes what is offered: whoever comes later by id, or needs another thing, has a turn.
   */
  @Test
  void everyBatchIsOfferedWhatItWaitsForBeforeAnyIsOfferedItAgain() throws Exception {
    RefinedBatches batches = new RefinedBatches(journal);
    List<BatchId> waiting = new ArrayList<>();
    for (String k : List.of("23", "31")) {
      for (int i = 0; i < 10; i++) {
        waiting.add(waiting("k" + k + "-" + i, need(k)));
      }
      index(batches, "index" + k, k);
      batches.finish(
          "index" + k,
          Examples.at(1),
          Map.of(),
          new Artifact("i.tar.gz", "ab".repeat(32), 1, "application/gzip", "salmon-index"));
    }
    Config pages = ConfigFactory.parseString("foreman.needs.max-offers = 3").withFallback(FOREMAN);
    foreman(ForemanConfig.from(pages), scheduler(), nudge -> {});
    await().atMost(Duration.ofMinutes(1)).until(() -> nudges.size() >= waiting.size());
    assertThat(nudges)
        .extracting(nudge -> ((Nudge.Offer) nudge).batch())
        .containsExactlyInAnyOrderElementsOf(waiting);
  }

  /** The next look for it would else be ten minutes away, and nobody would know why. */
  @Test
  void aLookForOldRawDataThatFailsIsToldAndRepeated() throws Exception {
    AtomicInteger asked = new AtomicInteger();
    NodeQueries failing =
        (NodeQueries)
            Proxy.newProxyInstance(
                NodeQueries.class.getClassLoader(),
                new Class<?>[] {NodeQueries.class},
                (proxy, method, arguments) ->
                    method.getName().equals("failedWithRawData") && asked.incrementAndGet() == 1
                        ? CompletableFuture.failedFuture(new IllegalStateException("away"))
                        : method.invoke(queries, arguments));
    Logger logger = (Logger) LoggerFactory.getLogger("refinery.foreman");
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.list = new CopyOnWriteArrayList<>();
    said.start();
    logger.addAppender(said);
    try {
      kit.spawn(
          Foreman.create(
              ForemanConfig.from(FOREMAN),
              new Foreman.Surroundings(
                  failing, sets, scheduler(), nudges::add, subscriber -> {}, Clock.systemUTC())));
      await().atMost(Duration.ofMinutes(1)).until(() -> asked.get() > 1);
      assertThat(said.list)
          .extracting(ILoggingEvent::getFormattedMessage)
          .contains("cannot look for raw data that was kept long enough: away");
    } finally {
      logger.detachAppender(said);
    }
  }

  @Test
  void nobodyIsWarnedThatTheNodeIsStopping() throws Exception {
    Logger logger = (Logger) LoggerFactory.getLogger("refinery.foreman");
    Level before = logger.getLevel();
    ListAppender<ILoggingEvent> said = new ListAppender<>();
    said.list = new CopyOnWriteArrayList<>();
    said.start();
    logger.addAppender(said);
    logger.setLevel(Level.DEBUG);
    try {
      foreman(scheduler(), nudge -> {});
      sql.close();
      for (String what : List.of("what nobody moves", "what batches need")) {
        await()
            .atMost(Duration.ofMinutes(1))
            .until(
                () ->
                    said.list.stream()
                        .anyMatch(
                            event ->
                                event
                                    .getFormattedMessage()
                                    .equals("cannot look for " + what + ": the node is stopping")));
      }
      assertThat(said.list).noneMatch(event -> event.getLevel().isGreaterOrEqual(Level.WARN));
    } finally {
      logger.setLevel(before);
      logger.detachAppender(said);
    }
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
    await().atMost(Duration.ofMinutes(1)).until(() -> !nudges.isEmpty());
    looks(foreman, 3);
    assertThat(nudges)
        .allSatisfy(nudge -> assertThat(((Nudge.GiveUpNeed) nudge).batch()).isEqualTo(hopeless));
  }
}
