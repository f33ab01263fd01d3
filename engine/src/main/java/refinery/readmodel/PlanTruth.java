package refinery.readmodel;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import refinery.protocol.SurveyId;
import refinery.protocol.query.SurveyPlan.Batches;
import refinery.protocol.query.SurveyPlan.Truth;

/** What a survey's work took by now, from the rows of its batches, their jobs and outputs. */
final class PlanTruth {
  /** Of a membership {@code m}: the batch is worked on, or was. */
  static final String CHOSEN = "m.state not in ('planned', 'cancelled')";

  /**
   * Of all jobs of a survey but its own: cpu seconds, bytes of raw data (the order of a process
   * job, the same for all jobs of a batch), time, and the most disk that was reserved at once; what
   * ends in a moment frees its disk before what begins in it. Each document is parsed once.
   */
  private static final String JOBS =
      """
      with attempt as materialized (
        select j.kind, d.batch_ids ->> 0 as batch, (j.ticket ->> 'order')::bigint as raw,
          (j.ticket -> 'resources' ->> 'disk')::bigint as disk,
          (a ->> 'cpu_seconds')::double precision as cpu,
          (a ->> 'started_at')::timestamptz as began,
          (a ->> 'finished_at')::timestamptz as ended
        from job_row j
        cross join lateral json_to_record(j.document) as d (batch_ids json, attempts json)
        cross join lateral json_array_elements(d.attempts) a
        where j.survey_id = ? and j.kind <> 'survey'),
      change as (
        select began as at, disk from attempt where kind = 'process' and ended is not null
        union all
        select ended, -disk from attempt where kind = 'process' and ended is not null)
      select coalesce(sum(cpu) filter (where kind = 'process'), 0),
        (select coalesce(sum(raw), 0) from (
           select max(greatest(raw, 0)) as raw from attempt
           where kind = 'process' group by batch) batches),
        extract(epoch from max(ended) - min(began) filter (where ended is not null)),
        (select max(held)::bigint from (
           select sum(disk) over (order by at, disk rows unbounded preceding) as held
           from change) sums)
      from attempt
      """;

  private PlanTruth() {}

  /**
   * @param chosen the batches that the figures are of
   */
  static Truth read(Connection connection, SurveyId id, Batches chosen) throws SQLException {
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
    boolean hasFiles = chosen.bytes() > 0 || chosen.filesOfUnknownSize() > 0;
    return new Query(JOBS, id.value())
        .first(connection, row -> truth(row, ended, kept, hasFiles))
        .orElse(Truth.NONE);
  }

  /** Clocks of nodes differ: what ended before it began took no time. */
  private static Truth truth(ResultSet row, long ended, long kept, boolean hasFiles)
      throws SQLException {
    double cpuSeconds = row.getDouble(1);
    long rawBytes = hasFiles ? row.getLong(2) : 0;
    double seconds = row.getDouble(3);
    Optional<Duration> elapsed =
        row.wasNull()
            ? Optional.empty()
            : Optional.of(Duration.ofMillis(Math.max(0, Math.round(seconds * 1000))));
    long peak = row.getLong(4);
    OptionalLong peakDisk = row.wasNull() ? OptionalLong.empty() : OptionalLong.of(peak);
    return new Truth(ended, cpuSeconds, rawBytes, kept, elapsed, peakDisk);
  }

  private static long number(Connection connection, SurveyId id, String sql) throws SQLException {
    return new Query(sql, id.value()).first(connection, row -> row.getLong(1)).orElse(0L);
  }
}
