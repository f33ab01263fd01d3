package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.protocol.SurveyId;
import refinery.protocol.query.SurveyPlan.Truth;

/** What a survey's work took by now, from the rows of its batches, their jobs and outputs. */
final class PlanTruth {
  /** Of a membership {@code m}: the batch is worked on, or was. */
  static final String CHOSEN = "m.state not in ('planned', 'cancelled')";

  private PlanTruth() {}

  private record Jobs(double cpuSeconds, long rawBytes) {}

  private record Times(Optional<Duration> elapsed, OptionalLong peakDisk) {}

  static Truth read(Connection connection, SurveyId id) throws SQLException {
    long ended =
        number(
            connection,
            id,
            "select count(*) from batch_survey m"
                + " where m.survey_id = ? and m.state in ('done', 'failed')");
    long kept =
        number(
            connection,
            id,
            "select coalesce(sum(o.size), 0) from batch_survey m"
                + " join artifact_row o on o.batch_id = m.batch_id where m.survey_id = ? and "
                + CHOSEN);
    Jobs jobs = jobs(connection, id);
    Times times = times(connection, id);
    return new Truth(
        ended, jobs.cpuSeconds(), jobs.rawBytes(), kept, times.elapsed(), times.peakDisk());
  }

  private static long number(Connection connection, SurveyId id, String sql) throws SQLException {
    return new Query(sql, id.value()).first(connection, row -> row.getLong(1)).orElse(0L);
  }

  /** The order of a process job is the size of its raw data; a batch's jobs have the same. */
  private static Jobs jobs(Connection connection, SurveyId id) throws SQLException {
    return new Query(
            """
            select coalesce(sum(cpu), 0), coalesce(sum(raw), 0)
            from (
              select sum(cpu) as cpu,
                max(case when json_array_length(b.document -> 'files') > 0
                         then greatest((j.ticket ->> 'order')::bigint, 0) else 0 end) as raw
              from batch_survey m join batch_row b on b.id = m.batch_id
              cross join lateral json_array_elements_text(b.document -> 'job_ids') ids
              join job_row j on j.id = ids
              cross join lateral (
                select sum((a ->> 'cpu_seconds')::double precision) as cpu
                from json_array_elements(j.document -> 'attempts') a) took
              where m.survey_id = ? and j.kind = 'process' and CHOSEN
              group by m.batch_id) batch
            """
                .replace("CHOSEN", CHOSEN),
            id.value())
        .first(connection, row -> new Jobs(row.getDouble(1), row.getLong(2)))
        .orElse(new Jobs(0, 0));
  }

  /** What ends in a moment frees its disk before what begins in it. */
  private static Times times(Connection connection, SurveyId id) throws SQLException {
    return new Query(
            """
            with attempt as (
              select j.kind, (j.document -> 'resources' ->> 'disk')::bigint as disk,
                (a ->> 'started_at')::timestamptz as began,
                (a ->> 'finished_at')::timestamptz as ended
              from job_row j cross join lateral json_array_elements(j.document -> 'attempts') a
              where j.survey_id = ? and j.kind <> 'survey' and a ->> 'finished_at' is not null),
            change as (
              select began as at, disk from attempt where kind = 'process'
              union all
              select ended, -disk from attempt where kind = 'process')
            select extract(epoch from max(ended) - min(began)),
              (select max(held)::bigint from (
                 select sum(disk) over (order by at, disk rows unbounded preceding) as held
                 from change) sums)
            from attempt
            """,
            id.value())
        .first(
            connection,
            row -> {
              double seconds = row.getDouble(1);
              Optional<Duration> elapsed =
                  row.wasNull()
                      ? Optional.empty()
                      : Optional.of(Duration.ofMillis(Math.round(seconds * 1000)));
              long peak = row.getLong(2);
              return new Times(
                  elapsed, row.wasNull() ? OptionalLong.empty() : OptionalLong.of(peak));
            })
        .orElse(new Times(Optional.empty(), OptionalLong.empty()));
  }
}
