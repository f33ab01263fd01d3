package refinery.readmodel;

import java.io.IOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import refinery.journal.EventSerializer;
import refinery.protocol.BatchId;
import refinery.protocol.Entities;
import refinery.protocol.EntityKind;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.artifact.RefinedArtifact;
import refinery.protocol.artifact.Selector;
import refinery.protocol.batch.Need;
import refinery.protocol.job.JobEvent;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobState;
import refinery.protocol.job.Usage;
import refinery.protocol.scheduling.JobTicket;

/** {@link NodeQueries} by plain SQL. Thread-safe. */
public final class SqlNodeQueries implements NodeQueries {
  private final SqlExecutor sql;

  public SqlNodeQueries(SqlExecutor sql) {
    this.sql = sql;
  }

  @Override
  public CompletionStage<Long> nextSchedulerEpoch() {
    return sql.run(
        connection ->
            new Query("update scheduler_epoch set epoch = epoch + 1 returning epoch")
                .first(connection, row -> row.getLong(1))
                .orElseThrow());
  }

  @Override
  public CompletionStage<List<LiveJob>> liveJobs(Optional<JobId> after, int limit) {
    return sql.run(
        connection ->
            new Query(
                    """
                    select ticket, state, attempt, node from job_row
                    where state in ('queued', 'running', 'waiting', 'unplaceable') and id > ?
                    order by id limit ?
                    """,
                    after.map(JobId::value).orElse(""),
                    limit)
                .list(
                    connection,
                    row ->
                        new LiveJob(
                            JsonColumns.read(row, "ticket", JobTicket.class),
                            JobState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                            row.getInt("attempt"),
                            Optional.ofNullable(row.getString("node")).map(NodeId::of))));
  }

  @Override
  public CompletionStage<List<Unsettled>> unsettled(
      EntityKind kind, Optional<String> after, int limit) {
    return UnsettledRows.read(sql, kind, after.orElse(""), limit);
  }

  @Override
  public CompletionStage<List<RefinedArtifact>> artifacts(Selector selector, int limit) {
    return sql.run(
        connection -> ArtifactRows.answer(connection, ArtifactRows.Question.of(selector, limit)));
  }

  @Override
  public CompletionStage<Optional<BatchId>> underWay(Selector selector) {
    return sql.run(connection -> ArtifactRows.underWay(connection, selector));
  }

  @Override
  public CompletionStage<List<AwaitedNeed>> awaitedNeeds(String after, int limit) {
    return sql.run(
        connection ->
            new Query(
                    """
                    with recursive different (awaits) as (
                      (select min(awaits) from batch_row where awaits > ?)
                      union all
                      select (select min(b.awaits) from batch_row b where b.awaits > d.awaits)
                      from different d where d.awaits is not null
                    )
                    select d.awaits, b.need from different d
                    cross join lateral
                      (select need from batch_row where awaits = d.awaits limit 1) b
                    where d.awaits is not null limit ?
                    """,
                    after,
                    limit)
                .list(
                    connection,
                    row ->
                        new AwaitedNeed(
                            row.getString("awaits"), JsonColumns.read(row, "need", Need.class))));
  }

  @Override
  public CompletionStage<List<BatchId>> awaiting(
      AwaitedNeed need, Instant before, Optional<BatchId> after, int limit) {
    Query query = new Query("select id from batch_row where awaits = ?", need.digest());
    if (before.isBefore(Instant.MAX)) {
      query.add("and changed_at < ?::timestamptz", before.toString());
    }
    after.ifPresent(id -> query.add("and id > ?", id.value()));
    return sql.run(
        connection ->
            query
                .add("order by id limit ?", limit)
                .list(connection, row -> BatchId.of(row.getString("id"))));
  }

  @Override
  public CompletionStage<Boolean> mayCome(Selector selector) {
    return underWay(selector)
        .thenCompose(
            batch ->
                batch.isPresent()
                    ? CompletableFuture.completedFuture(true)
                    : sql.run(connection -> surveyRunsFor(connection, selector.pipeline())));
  }

  private static boolean surveyRunsFor(Connection connection, String pipeline) throws SQLException {
    return new Query(
            "select 1 from survey_row where state = 'running' and document->>'pipeline' = ? limit"
                + " 1",
            pipeline)
        .first(connection, row -> true)
        .isPresent();
  }

  @Override
  public CompletionStage<Optional<Reusable>> reusable(String fingerprint) {
    return sql.run(
        connection -> {
          List<JobId> jobs =
              new Query(
                      "select id from job_row where fingerprint = ? and state = 'succeeded'"
                          + " order by finished_at desc nulls last, id limit 1",
                      fingerprint)
                  .list(connection, row -> JobId.of(row.getString(1)));
          return jobs.isEmpty() ? Optional.empty() : result(connection, jobs.getFirst());
        });
  }

  /** The result of a job, from its last event of success; the read row lacks the facts. */
  private static Optional<Reusable> result(Connection connection, JobId job) throws SQLException {
    return new Query(
            "select event_payload from event_journal where persistence_id = ?"
                + " and event_ser_id = ? and not deleted order by sequence_number desc",
            Entities.JOB.name() + "|" + job,
            EventSerializer.IDENTIFIER)
        .list(connection, row -> event(row.getBytes(1))).stream()
            .filter(event -> event instanceof JobEvent.AttemptSucceeded)
            .map(event -> (JobEvent.AttemptSucceeded) event)
            .filter(event -> event.result() instanceof JobResult.Processed)
            .map(event -> reusable(job, (JobResult.Processed) event.result(), event.usage()))
            .findFirst();
  }

  /** Names the job that ran the pipeline, also if this one itself reused its result. */
  private static Reusable reusable(JobId job, JobResult.Processed result, Usage usage) {
    return new Reusable(
        result.reusedFrom().orElse(job),
        result.artifacts(),
        result.facts(),
        result.reusedFrom().isPresent() ? result.savedCpuSeconds() : usage.cpuSeconds());
  }

  private static JobEvent event(byte[] json) throws SQLException {
    try {
      return Json.MAPPER.readValue(json, JobEvent.class);
    } catch (IOException e) {
      throw new SQLException("cannot read a stored event", e);
    }
  }

  @Override
  public CompletionStage<Set<String>> listed(Collection<String> sha256) {
    List<String> digests = List.copyOf(sha256);
    return sql.run(
        connection ->
            new HashSet<>(
                new Query(
                        "select distinct sha256 from listed_artifact where sha256 = any(?)",
                        digests)
                    .list(connection, row -> row.getString(1))));
  }

  @Override
  public CompletionStage<List<BatchId>> failedWithRawData(Instant failedBefore, int limit) {
    return sql.run(
        connection ->
            new Query(
                    """
                    select b.id from batch_row b
                    cross join lateral json_array_elements_text(b.document->'job_ids') as own (job)
                    join job_row j on j.id = own.job
                    where b.state = 'failed' and not b.open and b.changed_at < ?::timestamptz
                      and j.kind = 'download' and j.raw_data and j.state = 'succeeded'
                    order by b.id limit ?
                    """,
                    failedBefore.toString(),
                    limit)
                .list(connection, row -> BatchId.of(row.getString("id"))));
  }

  @Override
  public CompletionStage<Set<JobId>> wantRawData(Collection<JobId> downloads) {
    List<String> ids = downloads.stream().map(JobId::value).toList();
    return sql.run(
        connection ->
            new Query("select id from job_row where id = any(?) and raw_data", ids)
                .list(connection, row -> JobId.of(row.getString(1))).stream()
                    .collect(Collectors.toSet()));
  }
}
