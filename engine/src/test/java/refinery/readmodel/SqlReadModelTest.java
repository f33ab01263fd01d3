package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.journal.Examples.batch;
import static refinery.journal.Examples.job;
import static refinery.journal.Examples.submitted;
import static refinery.journal.Examples.survey;
import static refinery.journal.JournalHarness.write;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.inputs.SetQuestions;
import refinery.inputs.Sets;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.ReadRow;
import refinery.manifests.ManifestReader;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.BatchSet;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Need;
import refinery.protocol.job.EarlyStops;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Usage;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.JobView;
import refinery.protocol.query.OverviewQueries;
import refinery.protocol.query.Page;
import refinery.protocol.query.QualityView;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.ReadModel.InvalidCursor;
import refinery.protocol.query.ReadModel.RecordedEvent;
import refinery.protocol.query.SurveyView;
import refinery.protocol.survey.SurveyState;
import refinery.testing.FileManifests;

class SqlReadModelTest {
  private static final SurveyId SURVEY = new SurveyId("survey-s1");

  private static JournalHarness journal;
  private static SqlExecutor executor;
  private static SqlReadModel model;
  private static SqlNodeQueries queries;

  @Test
  void filesOfPipelinesAreKeptByTheirDigest() {
    KeptPipelineFiles kept = new KeptPipelineFiles(executor);
    String sha = "a".repeat(64);
    KeptPipelineFiles.KeptFile file = new KeptPipelineFiles.KeptFile("a", "name = a\n");
    KeptPipelineFiles.keep(journal.database().dataSource(), Map.of(sha, file));
    KeptPipelineFiles.keep(journal.database().dataSource(), Map.of(sha, file));
    assertThat(kept.find(sha).toCompletableFuture().join()).contains("name = a\n");
    assertThat(kept.find("0".repeat(64)).toCompletableFuture().join()).isEmpty();
  }

  @BeforeAll
  static void fill() throws Exception {
    journal = new JournalHarness();
    executor = new SqlExecutor(journal.database().dataSource(), 4);
    model = new SqlReadModel(executor);
    queries = new SqlNodeQueries(executor);
    List<Map.Entry<String, ReadRow>> rows = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      JobState state = i < 5 ? JobState.QUEUED : i < 8 ? JobState.SUCCEEDED : JobState.FAILED;
      // two at a time are of the same moment: the id decides
      rows.add(Map.entry("Job|job-" + i, job("" + i, state, i / 2)));
      rows.add(
          Map.entry(
              "Batch|batch-" + i,
              batch("" + i, BatchState.values()[i % 7], i / 2, i < 4 ? "a_species" : "b", SURVEY)));
    }
    rows.add(
        Map.entry(
            "Job|job-down",
            job(
                "down",
                JobKind.DOWNLOAD,
                JobState.RUNNING,
                50,
                Optional.of(SURVEY),
                Optional.of(new NodeId("node-a")),
                "")));
    rows.add(Map.entry("Survey|survey-s1", survey("s1", SurveyState.RUNNING, 0)));
    rows.add(Map.entry("Survey|survey-s2", survey("s2", SurveyState.DONE, 1)));
    for (Map.Entry<String, ReadRow> row : rows) {
      get(
          journal.persist(
              write(row.getKey(), 1, Examples.with(submitted("x", 0), row.getValue()))));
    }
  }

  @AfterAll
  static void close() {
    executor.close();
    journal.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static Filter filter(int limit, String... pairs) {
    Map<String, String> values = new java.util.HashMap<>();
    for (int i = 0; i < pairs.length; i += 2) {
      values.put(pairs[i], pairs[i + 1]);
    }
    return new Filter(values, limit, Optional.empty());
  }

  private static List<String> jobs(String... pairs) throws Exception {
    return get(model.jobs(filter(100, pairs))).items().stream().map(v -> v.id().value()).toList();
  }

  private static List<String> batches(String... pairs) throws Exception {
    return get(model.batches(filter(100, pairs))).items().stream().map(v -> v.key()).toList();
  }

  /** The state of each is its number, modulo seven; none has an output. */
  @Test
  void aSetSaysHowFarItsBatchesAreAndWhatWouldBringTheRest(@TempDir Path temp) throws Exception {
    FileManifests manifests = new FileManifests(temp);
    Path draft = manifests.draft();
    List<String> ids = new ArrayList<>(List.of("batch-nowhere"));
    IntStream.range(0, 10).forEach(number -> ids.add("batch-" + number));
    Files.write(draft, ids.stream().sorted().toList());
    Manifest members = new Manifest(manifests.put(draft), ids.size(), 0, 0);
    BatchSet set = new BatchSet(members, "salmon-quant", "quant.sf");
    try (Connection connection = journal.database().dataSource().getConnection()) {
      assertThat(new SetOutlook(manifests).words(connection, set))
          .isEqualTo(
              "0 of 11 are done, 2 queued, 2 downloading, 2 downloaded, 1 processing,"
                  + " 1 failed: refinery retry batch-5, 1 cancelled: refinery retry batch-6,"
                  + " 1 done without it (batch-4), 1 unknown");
    }
  }

  @Test
  void aSetThatDoesWithoutSomeOutputsIsThereWhenAllHaveEnded(@TempDir Path temp) throws Exception {
    FileManifests manifests = new FileManifests(temp);
    try (SetQuestions questions = new SetQuestions(new SqlSetQueries(executor), manifests)) {
      Sets.Answer waits = get(questions.ask(ended(manifests, "batch-0", "batch-4"), 0));
      assertThat(waits).as("batch-0 is queued").isEqualTo(new Sets.Answer.Missing(0));
      Need.All need = ended(manifests, "batch-4", "batch-5", "batch-6");
      Sets.Answer.Met met = (Sets.Answer.Met) get(questions.ask(need, 0));
      assertThat(need.isMetBy(met.provision())).isTrue();
      List<MemberOutput> outputs = new ArrayList<>();
      try (ManifestReader lines = new ManifestReader(manifests.open(met.provision().sha256()), 0)) {
        for (var line = lines.next(); line.isPresent(); line = lines.next()) {
          outputs.add(MemberOutput.of(line.get()));
        }
      }
      assertThat(outputs).noneMatch(MemberOutput::isThere);
      assertThat(outputs)
          .extracting(output -> output.about().orElseThrow())
          .containsExactly(
              new MemberOutput.About("SRR4", "b", "done", "it has no quality.json"),
              new MemberOutput.About("SRR5", "b", "failed", "failed"),
              new MemberOutput.About("SRR6", "b", "cancelled", "cancelled"));
    }
  }

  private static Need.All ended(FileManifests manifests, String... ids) throws Exception {
    Path draft = manifests.draft();
    Files.write(draft, List.of(ids));
    Manifest members = new Manifest(manifests.put(draft), ids.length, 0, 0);
    return new Need.All("runs", new BatchSet(members, "", "quality.json", true));
  }

  @Test
  void aBatchThatStandsStillSaysWhatItsJobWaitsFor() throws Exception {
    try (JournalHarness other = new JournalHarness();
        SqlExecutor sql = new SqlExecutor(other.database().dataSource(), 2)) {
      for (String name : List.of("w1", "w2", "w3")) {
        JobState state = name.equals("w3") ? JobState.QUEUED : JobState.WAITING;
        BatchState batch = name.equals("w2") ? BatchState.CANCELLED : BatchState.PROCESSING;
        for (Map.Entry<String, ReadRow> row :
            List.<Map.Entry<String, ReadRow>>of(
                Map.entry("Job|job-" + name, job(name, state, 1)),
                Map.entry("Batch|batch-" + name, batch(name, batch, 1, "a_species", SURVEY)))) {
          get(
              other.persist(
                  write(row.getKey(), 1, Examples.with(submitted("x", 0), row.getValue()))));
        }
      }
      SqlReadModel rows = new SqlReadModel(sql);
      Page<BatchView> page = get(rows.batches(new Filter(Map.of(), 10, Optional.empty())));
      assertThat(page.items())
          .extracting(BatchView::reason)
          .containsExactly(Optional.of("the index of w1"), Optional.empty(), Optional.empty());
      assertThat(get(rows.batch(BatchId.of("batch-w1"))).orElseThrow().reason())
          .contains("the index of w1");
    }
  }

  @Test
  void pagesMeetWithoutGapOrOverlapNewestFirst() throws Exception {
    List<String> seen = new ArrayList<>();
    Optional<String> cursor = Optional.empty();
    do {
      Page<JobView> page = get(model.jobs(new Filter(Map.of("kind", "process"), 3, cursor)));
      page.items().forEach(view -> seen.add(view.id().value()));
      cursor = page.next();
    } while (cursor.isPresent());
    assertThat(seen)
        .containsExactly(
            "job-8", "job-9", "job-6", "job-7", "job-4", "job-5", "job-2", "job-3", "job-0",
            "job-1");
  }

  @Test
  void aCursorIsGoodForItsOwnListOnly() throws Exception {
    String cursor = get(model.jobs(filter(3))).next().orElseThrow();
    for (Filter wrong :
        List.of(
            new Filter(Map.of("state", "queued"), 3, Optional.of(cursor)),
            new Filter(Map.of(), 3, Optional.of("x' or 1=1")),
            new Filter(Map.of(), 3, Optional.of("")))) {
      assertThatThrownBy(() -> get(model.jobs(wrong))).hasCauseInstanceOf(InvalidCursor.class);
    }
    assertThatThrownBy(() -> get(model.batches(new Filter(Map.of(), 3, Optional.of(cursor)))))
        .hasCauseInstanceOf(InvalidCursor.class);
  }

  @Test
  void filtersAreExactAndCannotInject() throws Exception {
    assertThat(jobs("state", "failed")).containsExactly("job-8", "job-9");
    assertThat(jobs("failure_class", "permanent", "pipeline", "salmon")).hasSize(2);
    assertThat(jobs("node", "node-a")).containsExactly("job-down");
    assertThat(jobs("survey_id", "survey-s1", "kind", "download")).containsExactly("job-down");
    assertThat(jobs("batch_id", "batch-3")).containsExactly("job-3");
    assertThat(jobs("state", "queued' or 'a' = 'a")).isEmpty();
    assertThat(jobs("state", "\0")).isEmpty();
    assertThat(batches("organism", "a_species")).containsExactly("SRR2", "SRR3", "SRR0", "SRR1");
    assertThat(batches("survey_id", "survey-s1", "state", "queued"))
        .containsExactly("SRR7", "SRR0");
    assertThat(batches("survey_id", "survey-s2")).isEmpty();
    assertThat(batches("quality", "warn")).containsExactly("SRR4");
    assertThat(batches("quality", "warn", "survey_id", "survey-s1")).containsExactly("SRR4");
    assertThat(batches("quality", "fail")).isEmpty();
    assertThat(batches("q", "srr3")).containsExactly("SRR3");
    assertThat(batches("q", "title of 5")).containsExactly("SRR5");
    assertThat(batches("q", "a_sp")).hasSize(4);
    assertThat(batches("q", "_RR")).isEmpty();
    assertThat(batches("q", "%")).isEmpty();
    assertThatThrownBy(() -> jobs("colour", "red")).hasMessageContaining("colour");
  }

  @Test
  void pagesOfASurveysBatchesMeetToo() throws Exception {
    Page<BatchView> first = get(model.batches(filter(7, "survey_id", "survey-s1")));
    Page<BatchView> second =
        get(model.batches(new Filter(Map.of("survey_id", "survey-s1"), 7, first.next())));
    assertThat(second.items()).hasSize(3).doesNotContainAnyElementsOf(first.items());
    assertThat(second.next()).isEmpty();
  }

  @Test
  void aSurveyCountsItsBatchesAndTheCountsAddUp() throws Exception {
    SurveyView view = get(model.survey(SURVEY)).orElseThrow();
    assertThat(view.batches())
        .isEqualTo(
            new SurveyView.BatchCounts(
                10, 2, 2, 3, 1, 1, 1, 0, new SurveyView.QualityCounts(0, 1, 0)));
    assertThat(get(model.surveys(filter(10))).items())
        .extracting(SurveyView::id, v -> v.batches().total())
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(new SurveyId("survey-s2"), 0L),
            org.assertj.core.groups.Tuple.tuple(SURVEY, 10L));
    assertThat(get(model.survey(new SurveyId("survey-none")))).isEmpty();
    assertThat(get(model.batch(new BatchId("batch-4"))).orElseThrow().quality())
        .contains(
            new QualityView(
                "warn",
                List.of(
                    new QualityView.Reason(
                        "warn", "mapping_rate_percent", 41.5, "percent", "below 50 %", "warn"))));
    assertThat(get(model.batch(new BatchId("batch-3"))).orElseThrow().quality())
        .as("it is refined again")
        .isEmpty();
    assertThat(get(model.batch(new BatchId("batch-3"))).orElseThrow().key()).isEqualTo("SRR3");
  }

  @Test
  void theOverviewSaysWhatChangedWhatWaitsAndWhatANameMeans() throws Exception {
    OverviewQueries overview = model.overview();
    OverviewQueries.Changes all = get(overview.changes(0, 1_000));
    assertThat(all.events()).isGreaterThanOrEqualTo(23);
    assertThat(all.entities()).contains("job-3", "batch-9", "survey-s2").doesNotHaveDuplicates();
    assertThat(get(overview.changes(all.cursor(), 1_000)).entities()).isEmpty();
    assertThat(get(overview.surveysOf(all.entities(), 5))).containsExactly("survey-s1");
    assertThat(get(overview.surveysOf(List.of("job-down"), 5))).containsExactly("survey-s1");
    assertThat(get(overview.surveysOf(List.of("job-3", "survey-s2"), 5))).isEmpty();
    OverviewQueries.Changes first = get(overview.changes(0, 2));
    assertThat(first.events()).isEqualTo(2);
    assertThat(get(overview.changes(first.cursor(), 1_000)).events()).isEqualTo(all.events() - 2);
    assertThat(get(overview.oldestWaiting()).orElseThrow().state()).isEqualTo(JobState.QUEUED);
    assertThat(get(overview.jump("srr3", 5)))
        .extracting(OverviewQueries.Jump::kind, OverviewQueries.Jump::page)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("batch", "batch-3"));
    assertThat(get(overview.jump("survey-s", 5))).as("too short a beginning").isEmpty();
    assertThat(get(overview.jump("'; drop table job_row; --", 5))).isEmpty();
    assertThat(get(overview.jump("JOB-DOWN", 5))).isEmpty();
    assertThat(get(overview.jump("a\0b", 5))).as("PostgreSQL's text has no U+0000").isEmpty();
  }

  @Test
  void aBatchIsFoundByItsAccessionWithoutALookAtAllOthers() throws Exception {
    try (Connection connection = journal.database().dataSource().getConnection()) {
      connection.setAutoCommit(false);
      new Query("select set_config('enable_seqscan', 'off', true)")
          .list(connection, row -> row.getString(1));
      List<String> plan =
          Jumps.byKey(List.of("SRR1"), 5).explained().list(connection, row -> row.getString(1));
      connection.rollback();
      assertThat(String.join("\n", plan)).contains("batch_key").doesNotContain("batch_newest");
    }
  }

  @Test
  void historyCountsInStepsWithoutGaps() throws Exception {
    java.time.Instant from = java.time.Instant.parse("1990-01-01T00:00:00Z");
    java.time.Duration step = java.time.Duration.ofDays(3_650);
    List<JsonNode> buckets =
        get(model.overview().history(from, from.plus(step.multipliedBy(6)), step));
    assertThat(buckets).hasSize(6);
    assertThat(buckets.stream().mapToLong(each -> each.path("batches_found").asLong()).sum())
        .isEqualTo(10);
    assertThat(buckets.getFirst().path("jobs_failed").asLong()).isZero();
    assertThat(get(model.overview().history(from, from, step))).isEmpty();
  }

  @Test
  void howManyStoodInWhichStateIsRecordedOnceAMinuteAndThinnedOut() throws Exception {
    StateHistory history = new StateHistory(executor);
    Instant minute;
    int recorded;
    do {
      journal.execute("delete from state_history");
      journal.execute(
          """
          insert into state_history select date_trunc('hour', now()) - ago::interval, 'job', 'waiting', number
          from (values ('9 days', 1), ('2 days 8 minutes', 2), ('2 days -15 minutes', 3), ('1 hour', 4), ('53 minutes', 5)) old (ago, number)
          """);
      minute = minute();
      recorded = get(history.record());
      assertThat(get(history.record())).as("the same minute by another node").isZero();
    } while (!minute.equals(minute()));
    JsonNode stats = get(model.stats());
    assertThat(recorded).isBetween(4, 15);
    Instant hour = minute.truncatedTo(ChronoUnit.HOURS);
    Duration step = Duration.ofHours(1);
    List<JsonNode> buckets =
        get(model.overview().states(hour.minus(Duration.ofDays(10)), hour.plus(step), step));
    assertThat(buckets).hasSize(10 * 24 + 1);
    assertThat(
            buckets.stream()
                .filter(bucket -> bucket.path("jobs").isObject())
                .map(bucket -> bucket.at("/jobs/waiting").asLong()))
        .as("the last look in each hour that is kept")
        .startsWith(3L, 5L)
        .hasSize(3);
    assertThat(buckets.getFirst().path("batches").isNull()).isTrue();
    assertThat(buckets.getLast().path("batches")).isEqualTo(stats.path("batches"));
    assertThat(buckets.getLast().at("/jobs/queued").asLong())
        .isEqualTo(stats.at("/jobs/process/queued").asLong())
        .isPositive();
    assertThat(get(model.overview().states(hour, hour, step))).isEmpty();
  }

  private static Instant minute() throws Exception {
    try (Connection connection = journal.database().dataSource().getConnection()) {
      return new Query("select date_trunc('minute', now())")
          .list(connection, row -> row.getObject(1, OffsetDateTime.class).toInstant())
          .getFirst();
    }
  }

  @Test
  void statisticsCountEverything() throws Exception {
    JsonNode stats = get(model.stats());
    assertThat(stats.at("/jobs/process/queued").asLong()).isEqualTo(5);
    assertThat(stats.at("/jobs/download/running").asLong()).isEqualTo(1);
    assertThat(stats.at("/jobs/survey/queued").asLong()).isZero();
    assertThat(stats.at("/surveys/done").asLong()).isEqualTo(1);
    assertThat(stats.at("/batches/done").asLong()).isEqualTo(1);
    assertThat(stats.at("/failures/0/message").asText()).isEqualTo("exit N of salmon");
    assertThat(stats.at("/failures/0/count").asLong()).isEqualTo(2);
    assertThat(stats.at("/throughput/jobs_last_hour").asLong()).isZero();
    assertThat(stats.at("/early_stops/runs").asLong()).isZero();
  }

  @Test
  void runsThatWereEndedEarlyAreOneReasonAndWhatTheySavedIsSummedUp() throws Exception {
    try (Connection connection = journal.database().dataSource().getConnection()) {
      connection.setAutoCommit(false);
      for (int job = 8; job < 10; job++) {
        String words =
            EarlyStops.words(job + " of the first 10000 fragments map", "1", 3L << 30, job);
        new Query("update job_row set failure = ? where id = ? returning id", words, "job-" + job)
            .list(connection, row -> row.getString(1));
      }
      JsonNode stats = Statistics.read(connection);
      connection.rollback();
      assertThat(stats.at("/failures/0/message").asText()).isEqualTo(EarlyStops.REASON);
      assertThat(stats.at("/failures/0/count").asLong()).isEqualTo(2);
      assertThat(stats.at("/early_stops/runs").asLong()).isEqualTo(2);
      assertThat(stats.at("/early_stops/bytes_saved").asLong()).isEqualTo(6L << 30);
      assertThat(stats.at("/early_stops/seconds_saved").asLong()).isEqualTo(17);
    }
  }

  @Test
  void theFeedWaitsForTransactionsThatBeganEarlier() throws Exception {
    long before = get(model.lastOrdering());
    try (Connection open = journal.database().dataSource().getConnection()) {
      open.setAutoCommit(false);
      try (var statement = open.createStatement()) {
        statement.execute("select pg_current_xact_id()");
        get(
            journal.persist(
                write(
                    "Job|job-feed",
                    1,
                    Examples.with(submitted("feed", 9), job("feed", JobState.QUEUED, 9)))));
        assertThat(get(model.events(before, 10))).isEmpty();
      }
      open.rollback();
    }
    List<RecordedEvent> events = get(model.events(before, 10));
    assertThat(events).hasSize(1);
    assertThat(events.getFirst().entity()).isEqualTo("job-feed");
    assertThat(events.getFirst().type()).isEqualTo("submitted");
    assertThat(events.getFirst().at()).isEqualTo(Examples.at(9));
    assertThat(get(model.lastOrdering())).isEqualTo(events.getFirst().ordering());
    assertThat(get(model.history(new JobId("job-feed")))).hasSize(1);
    journal.execute("delete from job_row where id = 'job-feed'");
  }

  @Test
  void theNodeFindsWhatItNeeds() throws Exception {
    long epoch = get(queries.nextSchedulerEpoch());
    assertThat(get(queries.nextSchedulerEpoch())).isEqualTo(epoch + 1);
    List<NodeQueries.LiveJob> firstLive = get(queries.liveJobs(Optional.empty(), 4));
    List<NodeQueries.LiveJob> live = new ArrayList<>(firstLive);
    live.addAll(get(queries.liveJobs(Optional.of(firstLive.getLast().ticket().job()), 4)));
    assertThat(live).hasSize(6);
    assertThat(live.getLast().state()).isEqualTo(JobState.RUNNING);
    assertThat(live.getLast().node()).contains(new NodeId("node-a"));
    assertThat(get(queries.wantRawData(List.of(new JobId("job-down"), new JobId("job-1")))))
        .containsExactly(new JobId("job-down"));
  }

  @Test
  void rawDataThatFailedBatchesKeepIsFoundByTheTimeOfTheFailure() throws Exception {
    ReadRow.Job download =
        job(
            "raw",
            JobKind.DOWNLOAD,
            JobState.SUCCEEDED,
            60,
            Optional.empty(),
            Optional.empty(),
            "");
    for (Map.Entry<String, ReadRow> row :
        List.<Map.Entry<String, ReadRow>>of(
            Map.entry("Job|job-raw", download),
            Map.entry("Batch|batch-raw", batch("raw", BatchState.FAILED, 60, "b", SURVEY)))) {
      get(
          journal.persist(
              write(row.getKey(), 1, Examples.with(submitted("x", 0), row.getValue()))));
    }
    try {
      assertThat(get(queries.failedWithRawData(Instant.now().plusSeconds(60), 10)))
          .containsExactly(new BatchId("batch-raw"));
      assertThat(get(queries.failedWithRawData(Instant.now().minusSeconds(3600), 10))).isEmpty();
    } finally {
      journal.execute("delete from job_row where id = 'job-raw'");
      journal.execute("delete from batch_row where id = 'batch-raw'");
      journal.execute("delete from batch_survey where batch_id = 'batch-raw'");
    }
  }

  @Test
  void artifactsAndReusableResultsAreFoundByWhatEventsSay() throws Exception {
    Artifact artifact = new Artifact("quant.sf", "ab".repeat(32), 12, "text/plain");
    JobEvent succeeded =
        new JobEvent.AttemptSucceeded(
            1,
            new JobResult.Processed(
                List.of(artifact),
                Map.of("reads", "7"),
                "print-art",
                Optional.of(new JobId("job-first")),
                7.5),
            Usage.NONE,
            List.of(),
            Examples.at(2));
    get(
        journal.persist(
            write("Job|job-art", 1, Examples.with(succeeded, job("art", JobState.SUCCEEDED, 0)))));
    try {
      assertThat(get(queries.listed(List.of(artifact.sha256(), "00"))))
          .isEqualTo(new HashSet<>(List.of(artifact.sha256())));
      assertThat(get(model.artifact(artifact.sha256())).orElseThrow().size()).isEqualTo(12);
      assertThat(get(model.artifact("00"))).isEmpty();
      assertThat(get(model.overview().jump("ABABAB", 5)))
          .extracting(OverviewQueries.Jump::kind, OverviewQueries.Jump::title)
          .containsExactly(org.assertj.core.groups.Tuple.tuple("artifact", "quant.sf"));
      assertThat(get(model.overview().jump("ababa", 5))).as("too short").isEmpty();
      assertThat(get(queries.reusable("print-art")).orElseThrow().facts())
          .containsEntry("reads", "7");
      assertThat(get(queries.reusable("print-art")).orElseThrow().job())
          .as("who ran the pipeline")
          .isEqualTo(new JobId("job-first"));
      assertThat(get(queries.reusable("print-art")).orElseThrow().cpuSeconds()).isEqualTo(7.5);
      assertThat(get(queries.reusable("print-none"))).isEmpty();
    } finally {
      journal.execute("delete from job_row where id = 'job-art'");
    }
  }
}
