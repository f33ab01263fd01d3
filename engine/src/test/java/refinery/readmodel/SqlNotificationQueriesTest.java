package refinery.readmodel;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import refinery.journal.JournalHarness;
import refinery.protocol.JobId;
import refinery.protocol.job.JobState;
import refinery.protocol.query.JobView;
import refinery.readmodel.NotificationQueries.GivenUp;
import refinery.readmodel.NotificationQueries.Place;
import refinery.testing.FailingJobs;

class SqlNotificationQueriesTest {
  private final JournalHarness journal = new JournalHarness();
  private final SqlExecutor sql = new SqlExecutor(journal.database().dataSource(), 4);
  private final SqlReadModel rows = new SqlReadModel(sql);
  private final SqlNotificationQueries queries =
      new SqlNotificationQueries(sql, FailingJobs.PROJECTOR);
  private final FailingJobs jobs = new FailingJobs(journal);

  @AfterEach
  void stop() {
    sql.close();
    journal.close();
  }

  private static <T> T get(CompletionStage<T> stage) throws Exception {
    return stage.toCompletableFuture().get(30, TimeUnit.SECONDS);
  }

  private static List<String> names(List<GivenUp> page) {
    return page.stream().map(one -> one.job().id().value()).toList();
  }

  @Test
  void whatWasGivenUpIsReadInOrderByPages() throws Exception {
    for (String name : List.of("c", "a", "b")) {
      jobs.submit("before-" + name);
      jobs.fail(name, "exit 1");
    }
    List<GivenUp> first = get(queries.after(0, 2));
    assertThat(names(first)).containsExactly("job-c", "job-a");
    List<GivenUp> second = get(queries.after(first.getLast().position(), 2));
    assertThat(names(second)).containsExactly("job-b");
    assertThat(get(queries.after(second.getLast().position(), 2))).isEmpty();
  }

  @Test
  void theViewIsTheOneOfThatMomentWhateverBecameOfTheJob() throws Exception {
    jobs.fail("x", "the first reason");
    JobView served = get(rows.job(new JobId("job-x"))).orElseThrow();
    jobs.fail("x", "the second reason");
    jobs.submit("x");
    assertThat(get(rows.job(new JobId("job-x"))).orElseThrow().state()).isEqualTo(JobState.QUEUED);
    List<GivenUp> both = get(queries.after(0, 10));
    assertThat(both).extracting(GivenUp::sequenceNumber).containsExactly(4L, 8L);
    assertThat(both.getFirst().job()).isEqualTo(served);
    assertThat(both.getLast().job().failure().orElseThrow().message())
        .isEqualTo("the second reason");
    assertThat(both.getLast().job().attempts()).hasSize(2);
  }

  @Test
  void aNewChannelStartsAtTheEndAndAKnownOneWhereItStopped() throws Exception {
    jobs.fail("old", "exit 1");
    Place start = get(queries.open("webhook"));
    assertThat(start.delivered()).isZero();
    assertThat(start.deliveredAt()).isEmpty();
    assertThat(get(queries.after(start.position(), 10))).isEmpty();
    jobs.fail("new", "exit 1");
    long position = get(queries.after(start.position(), 10)).getFirst().position();
    assertThat(get(queries.open("webhook"))).isEqualTo(start);

    assertThat(get(queries.moveOn("webhook", position, 1, 0))).isTrue();
    Place moved = get(queries.open("webhook"));
    assertThat(moved.position()).isEqualTo(position);
    assertThat(moved.delivered()).isOne();
    assertThat(moved.deliveredAt()).isPresent();
  }

  @Test
  void aChannelNeverMovesBackAndCountsAMoveOnce() throws Exception {
    get(queries.open("webhook"));
    assertThat(get(queries.moveOn("webhook", 10, 3, 0))).isTrue();
    assertThat(get(queries.moveOn("webhook", 10, 3, 0))).isFalse();
    assertThat(get(queries.moveOn("webhook", 9, 3, 0))).isFalse();
    assertThat(get(queries.moveOn("webhook", 11, 0, 2))).isTrue();
    Place place = get(queries.open("webhook"));
    assertThat(List.of(place.position(), place.delivered(), place.skipped()))
        .containsExactly(11L, 3L, 2L);
  }

  /** A transaction that began before may still put an event in front. */
  @Test
  void nothingIsReadBeforeWhatMayStillComeInFrontOfIt() throws Exception {
    try (Connection writer = journal.database().dataSource().getConnection()) {
      writer.setAutoCommit(false);
      try (Statement statement = writer.createStatement()) {
        statement.execute("select pg_current_xact_id()");
      }
      jobs.fail("x", "exit 1");
      assertThat(get(queries.after(0, 10))).isEmpty();
      writer.rollback();
    }
    assertThat(names(get(queries.after(0, 10)))).containsExactly("job-x");
  }

  /** The condition of the statement is the condition of the index, to the letter. */
  @Test
  void lookingForNewsReadsOnlyTheIndexOfWhatWasGivenUp() throws Exception {
    for (int i = 0; i < 50; i++) {
      jobs.fail("x" + i, "exit 1");
    }
    StringBuilder plan = new StringBuilder();
    try (Connection connection = journal.database().dataSource().getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("analyze event_journal");
      String text =
          SqlNotificationQueries.AFTER
              .replaceFirst("position > \\?", "position > 9000000000000000")
              .replaceFirst("limit \\?", "limit 200");
      try (ResultSet lines = statement.executeQuery("explain (analyze) " + text)) {
        while (lines.next()) {
          plan.append(lines.getString(1)).append('\n');
        }
      }
    }
    assertThat(plan.toString())
        .contains("Index Scan using event_given_up")
        .doesNotContain("Seq Scan on event_journal");
  }
}
