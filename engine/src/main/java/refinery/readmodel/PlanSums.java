package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.OptionalDouble;
import refinery.protocol.Resources;
import refinery.protocol.SurveyId;
import refinery.protocol.query.SurveyPlan;
import refinery.protocol.query.SurveyPlan.Batches;
import refinery.protocol.query.SurveyPlan.Earlier;

/** The sums of a survey's plan, from the rows of its batches and of the jobs before them. */
final class PlanSums {
  /** Enough for a mean, and read in a moment however many there are. */
  private static final int JOBS = 500;

  private static final String EARLIER =
      """
      select count(*), coalesce(avg(cpu), 0), coalesce(avg(run), 0), coalesce(avg(kept), 0),
             coalesce(avg((resources ->> 'cpu')::double precision), 0),
             coalesce(avg((resources ->> 'memory')::double precision), 0),
             coalesce(avg((resources ->> 'disk')::double precision), 0)
      from (
        select j.document -> 'resources' as resources, cpu, run,
          (select coalesce(sum(o.size), 0)
           from json_array_elements_text(j.document -> 'batch_ids') b
           join artifact_row o on o.batch_id = b) as kept
        from job_row j
        cross join lateral (
          select sum((a ->> 'cpu_seconds')::double precision) as cpu,
            sum(greatest(0, extract(epoch from (a ->> 'finished_at')::timestamptz
                                 - (a ->> 'started_at')::timestamptz))) as run
          from json_array_elements(j.document -> 'attempts') a) took
        where j.kind = 'process' and j.state = 'succeeded' and j.pipeline =
          (select s.document ->> 'pipeline' from survey_row s where s.id = ?)
          and j.created_at < ? and j.finished_at < ?
        order by j.created_at desc limit ?) last
      """;

  private PlanSums() {}

  /** Each batch and each job is read once: there may be 100,000 of them. */
  static SurveyPlan read(Connection connection, SurveyId id) throws SQLException {
    Instant began = began(connection, id);
    Found found = batches(connection, id);
    return new SurveyPlan(
        found.all(),
        found.chosen(),
        earlier(connection, id, began),
        PlanTruth.read(connection, id, found.chosen()));
  }

  private record Found(Batches all, Batches chosen) {}

  /** When the survey's own work began; now, if it did not yet. */
  private static Instant began(Connection connection, SurveyId id) throws SQLException {
    return new Query(
            """
            select coalesce((select min(created_at) from job_row
                             where survey_id = ? and kind <> 'survey'), now())
            """,
            id.value())
        .first(connection, row -> row.getObject(1, OffsetDateTime.class).toInstant())
        .orElseThrow();
  }

  private static Found batches(Connection connection, SurveyId id) throws SQLException {
    return new Query(
            """
            select count(*) filter (where FOUND), count(*) filter (where CHOSEN),
                   count(*) filter (where m.state = 'cancelled'),
                   coalesce(sum(f.bytes) filter (where FOUND), 0),
                   coalesce(sum(f.bytes) filter (where CHOSEN), 0),
                   coalesce(sum(f.unknown) filter (where FOUND), 0),
                   coalesce(sum(f.unknown) filter (where CHOSEN), 0)
            from batch_survey m join batch_row b on b.id = m.batch_id
            cross join lateral (
              select sum((file ->> 'size')::bigint) as bytes,
                count(*) filter (where file ->> 'size' is null) as unknown
              from json_array_elements(b.document -> 'files') file) f
            where m.survey_id = ?
            """
                .replace("FOUND", "m.state <> 'cancelled'")
                .replace("CHOSEN", PlanTruth.CHOSEN),
            id.value())
        .first(
            connection,
            row ->
                new Found(
                    new Batches(row.getLong(1), row.getLong(3), row.getLong(4), row.getLong(6)),
                    new Batches(row.getLong(2), row.getLong(3), row.getLong(5), row.getLong(7))))
        .orElse(new Found(Batches.NONE, Batches.NONE));
  }

  private static Earlier earlier(Connection connection, SurveyId id, Instant began)
      throws SQLException {
    OptionalDouble rate = downloads(connection, began);
    return new Query(EARLIER, id.value(), began, began, JOBS)
        .first(
            connection,
            row ->
                new Earlier(
                    row.getLong(1),
                    row.getDouble(2),
                    row.getDouble(3),
                    Resources.of(
                        Math.round(row.getDouble(5)),
                        Math.round(row.getDouble(6)),
                        Math.round(row.getDouble(7))),
                    row.getDouble(4),
                    rate))
        .orElse(Earlier.NONE);
  }

  /**
   * Bytes a second of the last downloads, over the time in which at least one of them ran. Clocks
   * of nodes differ: one that ended before it began says nothing.
   */
  private static OptionalDouble downloads(Connection connection, Instant began)
      throws SQLException {
    return new Query(
            """
            with last as (
              select (j.ticket ->> 'order')::bigint as bytes,
                tstzrange(least((j.document ->> 'started_at')::timestamptz, j.finished_at),
                  j.finished_at) as ran
              from job_row j
              where j.kind = 'download' and j.state = 'succeeded'
                and (j.ticket ->> 'order')::bigint > 0
                and j.created_at < ? and j.finished_at < ?
              order by j.created_at desc limit ?)
            select (select sum(bytes) from last where not isempty(ran))
                   / nullif(sum(extract(epoch from upper(busy) - lower(busy))), 0)
            from (select unnest(range_agg(ran)) as busy from last) spans
            """,
            began,
            began,
            JOBS)
        .first(
            connection,
            row -> {
              double rate = row.getDouble(1);
              return rate > 0 ? OptionalDouble.of(rate) : OptionalDouble.empty();
            })
        .orElse(OptionalDouble.empty());
  }
}
