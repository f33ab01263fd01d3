package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.OptionalDouble;
import refinery.protocol.SurveyId;
import refinery.protocol.query.SurveyPlan;

/** The sums of a survey's plan, from the rows of its batches and of the jobs before them. */
final class PlanSums {
  /** Enough for a mean, and read in a moment however many there are. */
  private static final int JOBS = 500;

  private PlanSums() {}

  private record Batches(long take, long skip, long bytes, long unknown) {}

  private record Earlier(long jobs, double cpuSeconds) {}

  static SurveyPlan read(Connection connection, SurveyId id) throws SQLException {
    Batches batches = batches(connection, id);
    Earlier earlier = earlier(connection, id);
    OptionalDouble hours =
        earlier.jobs() == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of(earlier.cpuSeconds() / earlier.jobs() * batches.take() / 3600);
    return new SurveyPlan(
        batches.take(),
        batches.skip(),
        batches.bytes(),
        batches.unknown(),
        hours,
        earlier.jobs(),
        soFar(connection, id) / 3600);
  }

  private static Batches batches(Connection connection, SurveyId id) throws SQLException {
    return new Query(
            """
            select count(distinct b.id) filter (where m.state <> 'cancelled'),
                   count(distinct b.id) filter (where m.state = 'cancelled'),
                   coalesce(sum((f ->> 'size')::bigint) filter (where m.state <> 'cancelled'), 0),
                   count(*) filter (where m.state <> 'cancelled' and f is not null and f ->> 'size' is null)
            from batch_survey m join batch_row b on b.id = m.batch_id
            left join lateral json_array_elements(b.document -> 'files') f on true
            where m.survey_id = ?
            """,
            id.value())
        .first(
            connection,
            row -> new Batches(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)))
        .orElse(new Batches(0, 0, 0, 0));
  }

  /** The last jobs that processed batches of the same pipeline, other surveys' included. */
  private static Earlier earlier(Connection connection, SurveyId id) throws SQLException {
    return new Query(
            """
            select count(*), coalesce(sum(cpu), 0) from (
              select (select sum((a ->> 'cpu_seconds')::double precision)
                      from json_array_elements(j.document -> 'attempts') a) as cpu
              from job_row j
              where j.kind = 'process' and j.state = 'succeeded' and j.pipeline =
                (select s.document ->> 'pipeline' from survey_row s where s.id = ?)
              order by j.created_at desc limit ?) last
            """,
            id.value(),
            JOBS)
        .first(connection, row -> new Earlier(row.getLong(1), row.getDouble(2)))
        .orElse(new Earlier(0, 0));
  }

  private static double soFar(Connection connection, SurveyId id) throws SQLException {
    return new Query(
            """
            select coalesce(sum((a ->> 'cpu_seconds')::double precision), 0)
            from batch_survey m join batch_row b on b.id = m.batch_id
            cross join lateral json_array_elements_text(b.document -> 'job_ids') ids
            join job_row j on j.id = ids
            cross join lateral json_array_elements(j.document -> 'attempts') a
            where m.survey_id = ? and m.state not in ('planned', 'cancelled') and j.kind = 'process'
            """,
            id.value())
        .first(connection, row -> row.getDouble(1))
        .orElse(0.0);
  }
}
