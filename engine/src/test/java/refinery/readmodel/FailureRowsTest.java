package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.journal.Examples.job;
import static refinery.journal.Examples.submitted;
import static refinery.journal.JournalHarness.write;

import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import refinery.journal.Examples;
import refinery.journal.JournalHarness;
import refinery.journal.ReadRow;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.BatchState;
import refinery.protocol.batch.Need;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.query.BatchView;
import refinery.protocol.query.FailureGroups;
import refinery.protocol.query.FailureGroups.Group;
import refinery.protocol.query.ReadModel.Filter;

class FailureRowsTest {
  private static final Need NEED =
      new Need.One("index", Selector.of("salmon-quant", "salmon-index").ofOrganism("fly"), "");

  private static JournalHarness journal;
  private static SqlExecutor executor;
  private static SqlReadModel model;

  @BeforeAll
  static void fill() throws Exception {
    journal = new JournalHarness();
    executor = new SqlExecutor(journal.database().dataSource(), 2);
    model = new SqlReadModel(executor);
    for (int i = 0; i < 3; i++) {
      failed(
          "a" + i, i, "salmon: cannot read /scratch/job-aaaa" + i + "/SRR100" + i + "00_1.fastq");
    }
    failed("b0", 1, "exit code 139 of salmon after 17.5 s");
    failed("b1", 2, "exit code 139 of salmon after 3 s");
    failed("c0", 3, "exit code 1 of salmon after 3 s");
    persist("Job|job-d", job("d", JobState.QUEUED, 9));
    batch("a0", BatchState.FAILED, "fly", Optional.empty(), Optional.empty());
    batch("gave-up", BatchState.FAILED, "elf", Optional.empty(), Optional.of(NEED));
    batch("other", BatchState.FAILED, "elf", Optional.empty(), Optional.of(other("orc")));
    batch("because", BatchState.FAILED, "dwarf", Optional.empty(), Optional.of(other("elf")));
    batch("waits", BatchState.DOWNLOADED, "elf", Optional.of(NEED), Optional.empty());
  }

  private static Need other(String organism) {
    return new Need.One(
        "index", Selector.of("salmon-quant", "salmon-index").ofOrganism(organism), "");
  }

  private static void failed(String name, long second, String message) throws Exception {
    ReadRow.Job row =
        job(
            name,
            JobKind.PROCESS,
            JobState.FAILED,
            second,
            Optional.of(SurveyId.of("survey-" + name)),
            Optional.empty(),
            "salmon");
    persist(
        "Job|job-" + name, Examples.failed(row, FailureClass.PERMANENT, message, "batch-" + name));
  }

  private static void batch(
      String name, BatchState state, String organism, Optional<Need> awaits, Optional<Need> missed)
      throws Exception {
    BatchView view = Examples.batch(name, state, 0, organism, SurveyId.of("survey-s")).view();
    persist("Batch|batch-" + name, new ReadRow.Batch(view, awaits, missed, false));
  }

  private static void persist(String id, ReadRow row) throws Exception {
    get(journal.persist(write(id, 1, Examples.with(submitted("x", 0), row))));
  }

  @AfterAll
  static void close() {
    executor.close();
    journal.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static FailureGroups groups(int limit, String... pair) throws Exception {
    Map<String, String> values = new TreeMap<>();
    if (pair.length > 0) {
      values.put(pair[0], pair[1]);
    }
    return get(model.failures(new Filter(values, limit, Optional.empty())));
  }

  @Test
  void jobsThatFailedOfTheSameAreTogether() throws Exception {
    FailureGroups all = groups(10);
    assertThat(all.items())
        .extracting(Group::message)
        .containsExactly(
            "salmon: cannot read <path>",
            "exit code 139 of salmon after N s",
            "exit code 1 of salmon after N s");
    assertThat(all.items()).extracting(Group::jobs).containsExactly(3L, 2L, 1L);
    assertThat(all.groups()).isEqualTo(3);
    assertThat(all.jobs()).isEqualTo(6);
    Group first = all.items().getFirst();
    assertThat(first.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(first.first()).isEqualTo(Examples.at(1));
    assertThat(first.last()).isEqualTo(Examples.at(3));
    assertThat(first.kinds()).isEqualTo(Map.of("process", 3L));
    assertThat(first.samples().getFirst().id()).isEqualTo(JobId.of("job-a2"));
    assertThat(first.samples().getFirst().message()).contains("SRR100200_1");
  }

  @Test
  void aLimitHidesGroupsAndStillCountsThem() throws Exception {
    FailureGroups one = groups(1);
    assertThat(one.items()).hasSize(1);
    assertThat(one.groups()).isEqualTo(3);
    assertThat(groups(10, "kind", "download").items()).isEmpty();
    assertThat(groups(10, "failure_class", "permanent").groups()).isEqualTo(3);
  }

  @Test
  void aGroupListsItsJobs() throws Exception {
    String id = groups(10).items().get(1).id();
    Filter filter =
        new Filter(Map.of("failure_group", id, "state", "failed"), 10, Optional.empty());
    assertThat(get(model.jobs(filter)).items())
        .extracting(view -> view.id().value())
        .containsExactly("job-b1", "job-b0");
  }

  @Test
  void aRetryTakesUpWhatWasGivenUpBecauseOfTheGroup() throws Exception {
    String id = groups(10).items().getFirst().id();
    FailureGroups.RetryPlan plan = get(model.retryPlan(id, Map.of(), 10)).orElseThrow();
    assertThat(plan.jobs())
        .containsExactly(JobId.of("job-a2"), JobId.of("job-a1"), JobId.of("job-a0"));
    assertThat(plan.batches())
        .as("what is made of the fly, and what is made of that in turn")
        .containsExactly(BatchId.of("batch-because"), BatchId.of("batch-gave-up"));
    assertThat(plan.waiting()).isEqualTo(1);
    assertThat(plan.isComplete()).isTrue();
    assertThat(get(model.retryPlan(id, Map.of(), 2)).orElseThrow().isComplete()).isFalse();
    assertThat(get(model.retryPlan("0123456789abcdef", Map.of(), 10))).isEmpty();
  }

  @Test
  void aRetryTakesUpOnlyWhatPassesTheFilters() throws Exception {
    String id = groups(10).items().getFirst().id();
    FailureGroups.RetryPlan fly =
        get(model.retryPlan(id, Map.of("survey_id", "survey-a0", "kind", "process"), 10))
            .orElseThrow();
    assertThat(fly.jobs()).containsExactly(JobId.of("job-a0"));
    assertThat(fly.total()).isEqualTo(1);
    assertThat(fly.batches()).hasSize(2);
    FailureGroups.RetryPlan none =
        get(model.retryPlan(id, Map.of("survey_id", "survey-a1"), 10)).orElseThrow();
    assertThat(none.jobs()).containsExactly(JobId.of("job-a1"));
    assertThat(none.batches()).as("its batch makes nothing that others miss").isEmpty();
    assertThat(get(model.retryPlan(id, Map.of("pipeline", "other"), 10))).isEmpty();
  }

  @Test
  void messagesLoseWhatDiffers() throws Exception {
    Map<String, String> causes =
        Map.of(
            "GET https://ftp.sra.ebi.ac.uk:8443/vol1/SRR1234567.fastq.gz: HTTP 503",
            "GET https://ftp.sra.ebi.ac.uk:N/...: HTTP 503",
            "md5 differs: d41d8cd98f00b204e9800998ecf8427e, not 0cc175b9c0f1b6a831c399e269772661",
            "md5 differs: <id>, not <id>",
            "needs 17.4 GiB, has 900 MiB",
            "needs N bytes, has N bytes",
            "batch-0a1b2c3d of SRR1234567 killed by signal 9",
            "<batch> of <accession> killed by signal 9",
            "verdict hopeless: 3 of 10000",
            "verdict hopeless: too few of the first reads map (early_stop_mapped_percent)");
    for (Map.Entry<String, String> each : causes.entrySet()) {
      assertThat(cause(each.getKey())).isEqualTo(each.getValue());
    }
    assertThat(cause("x'; drop table job_row; --<script>")).startsWith("x'; drop table job_row");
  }

  private static String cause(String message) throws Exception {
    try (Connection connection = journal.database().dataSource().getConnection()) {
      return new Query("select failure_cause(?)", message)
          .first(connection, row -> row.getString(1))
          .orElseThrow();
    }
  }

  /** On a database of its own, whose rows are made without a journal. */
  @Test
  void manyFailuresAreCountedAndListedAlongAnIndex() throws Exception {
    try (JournalHarness other = new JournalHarness();
        Connection connection = other.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          insert into job_row (id, seq_nr, kind, state, pipeline, attempt, failure_class, failure, raw_data,
                               created_at, finished_at, open, changed_at, ticket, document)
          select 'job-' || i, 1, 'process', case when i % 2 = 0 then 'failed' else 'succeeded' end, 'p', 1,
                 case when i % 2 = 0 then 'permanent' end,
                 case when i % 2 = 0 then repeat('x', i % 5) || ' of SRR' || 1000000 + i end, false,
                 timestamptz '2026-01-01' + i * interval '1 s', timestamptz '2026-01-01' + i * interval '1 s',
                 false, now(), '{}', jsonb_build_object('pad', repeat('y', 500))
          from generate_series(1, 20000) i
          """);
      statement.execute("vacuum analyze job_row");
      Filter all = new Filter(Map.of(), 10, Optional.empty());
      assertThat(FailureRows.groups(connection, all).items()).hasSize(5);
      assertThat(plan(connection, FailureRows.counted(all)))
          .anyMatch(line -> line.contains("Index Only Scan using job_failure_group"));
    }
  }

  private static List<String> plan(Connection connection, Query query) throws Exception {
    return query.explained().list(connection, row -> row.getString(1));
  }
}
