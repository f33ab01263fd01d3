package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
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

  /** When the survey's own work began; now, if it did not yet. */
  private static final String BEGAN =
      """
      coalesce((select min(own.created_at) from job_row own
                where own.survey_id = ? and own.kind <> 'survey'), now())
      """;

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
            sum(extract(epoch from (a ->> 'finished_at')::timestamptz
                                 - (a ->> 'started_at')::timestamptz)) as run
          from json_array_elements(j.document -> 'attempts') a) took
        where j.kind = 'process' and j.state = 'succeeded' and j.pipeline =
          (select s.document ->> 'pipeline' from survey_row s where s.id = ?)
          and j.created_at < BEGAN and j.finished_at < BEGAN
        order by j.created_at desc limit ?) last
      """;

  private PlanSums() {}

  static SurveyPlan read(Connection connection, SurveyId id) throws SQLException {
    return new SurveyPlan(
        batches(connection, id, "m.state <> 'cancelled'"),
        batches(connection, id, PlanTruth.CHOSEN),
        earlier(connection, id),
        PlanTruth.read(connection, id));
  }

  private static Batches batches(Connection connection, SurveyId id, String take)
      throws SQLException {
    return new Query(
            """
            select count(distinct b.id) filter (where TAKE),
                   count(distinct b.id) filter (where m.state = 'cancelled'),
                   coalesce(sum((f ->> 'size')::bigint) filter (where TAKE), 0),
                   count(*) filter (where TAKE and f is not null and f ->> 'size' is null)
            from batch_survey m join batch_row b on b.id = m.batch_id
            left join lateral json_array_elements(b.document -> 'files') f on true
            where m.survey_id = ?
            """
                .replace("TAKE", take),
            id.value())
        .first(
            connection,
            row -> new Batches(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)))
        .orElse(Batches.NONE);
  }

  private static Earlier earlier(Connection connection, SurveyId id) throws SQLException {
    OptionalDouble rate = downloads(connection, id);
    return new Query(EARLIER.replace("BEGAN", BEGAN), id.value(), id.value(), id.value(), JOBS)
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

  /** Bytes a second of the last downloads, over the time in which at least one of them ran. */
  private static OptionalDouble downloads(Connection connection, SurveyId id) throws SQLException {
    return new Query(
            """
            with last as (
              select (j.ticket ->> 'order')::bigint as bytes,
                tstzrange((j.document ->> 'started_at')::timestamptz, j.finished_at) as ran
              from job_row j
              where j.kind = 'download' and j.state = 'succeeded'
                and (j.ticket ->> 'order')::bigint > 0
                and j.created_at < BEGAN and j.finished_at < BEGAN
              order by j.created_at desc limit ?)
            select (select sum(bytes) from last)
                   / nullif(sum(extract(epoch from upper(busy) - lower(busy))), 0)
            from (select unnest(range_agg(ran)) as busy from last) spans
            """
                .replace("BEGAN", BEGAN),
            id.value(),
            id.value(),
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
