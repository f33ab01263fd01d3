package refinery.readmodel;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.BatchId;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.SurveyId;
import refinery.protocol.batch.BatchState;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobState;
import refinery.protocol.query.ReadModel.Filter;
import refinery.protocol.query.SurveyMatrix;
import refinery.protocol.query.SurveyMatrix.Cell;
import refinery.protocol.query.SurveyMatrix.Row;

/**
 * Reads how far the batches of a survey are. A page costs two statements: one along the index of
 * the survey's batches, one for all of their jobs. A job's document is parsed only where its steps
 * are shown, once.
 */
final class MatrixRows {
  private static final String LIST = "matrix";
  private static final String STATE = "state";
  private static final int LARGEST_PAGE = 1_000;

  private static final String JOBS =
      """
      select j.id, j.kind, j.state, j.created_at, j.failure_class, d.failure ->> 'step' as failed_at,
        array(select s ->> 'name' from json_array_elements(d.steps) s) as steps
      from job_row j
      cross join lateral json_to_record(
        case when j.kind = 'process' and j.state in ('succeeded', 'failed') then j.document
             else '{}'::json end) as d (failure json, steps json)
      where j.id = any(?)
      """;

  private MatrixRows() {}

  private record Found(
      BatchId batch,
      String key,
      BatchState state,
      Optional<String> quality,
      List<String> jobs,
      Cursor cursor) {}

  private record Known(JobKind kind, OffsetDateTime createdAt, Cell cell) {}

  static SurveyMatrix read(Connection connection, SurveyId id, Filter filter) throws SQLException {
    int limit = Math.clamp(filter.limit(), 1, LARGEST_PAGE);
    List<Found> found = batches(id, filter, limit + 1).list(connection, MatrixRows::found);
    List<Found> shown = found.stream().limit(limit).toList();
    Map<String, Known> jobs = jobs(connection, shown);
    return new SurveyMatrix(
        shown.stream().map(batch -> row(batch, jobs)).toList(),
        found.size() > limit
            ? Optional.of(shown.getLast().cursor().encode(LIST + id, filter))
            : Optional.empty());
  }

  private static Query batches(SurveyId id, Filter filter, int limit) {
    Query query =
        new Query(
            "select m.batch_id, m.state, m.quality, m.created_at, b.key, array(select"
                + " json_array_elements_text(b.document -> 'job_ids')) as jobs from batch_survey m"
                + " join batch_row b on b.id = m.batch_id where m.survey_id = ?",
            id.value());
    Optional.ofNullable(filter.values().get(STATE))
        .ifPresent(state -> query.add("and m.state = ?", state));
    filter
        .cursor()
        .map(text -> Cursor.decode(text, LIST + id, filter))
        .ifPresent(
            after ->
                query.add(
                    "and m.created_at <= ? and (m.created_at < ? or m.batch_id > ?)",
                    after.createdAt(),
                    after.createdAt(),
                    after.id()));
    return query.add("order by m.created_at desc, m.batch_id limit ?", limit);
  }

  private static Found found(ResultSet row) throws SQLException {
    return new Found(
        BatchId.of(row.getString("batch_id")),
        row.getString("key"),
        BatchState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
        Optional.ofNullable(row.getString("quality")),
        texts(row, "jobs"),
        new Cursor(
            row.getObject("created_at", OffsetDateTime.class).toInstant(),
            row.getString("batch_id")));
  }

  private static Map<String, Known> jobs(Connection connection, List<Found> batches)
      throws SQLException {
    Map<String, Known> jobs = new HashMap<>();
    List<String> ids = batches.stream().flatMap(batch -> batch.jobs().stream()).distinct().toList();
    new Query(JOBS, ids)
        .list(connection, MatrixRows::known)
        .forEach(known -> jobs.put(known.cell().job().value(), known));
    return jobs;
  }

  private static Known known(ResultSet row) throws SQLException {
    return new Known(
        JobKind.valueOf(row.getString("kind").toUpperCase(Locale.ROOT)),
        row.getObject("created_at", OffsetDateTime.class),
        new Cell(
            JobId.of(row.getString("id")),
            JobState.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
            Optional.ofNullable(row.getString("failure_class"))
                .map(word -> FailureClass.valueOf(word.toUpperCase(Locale.ROOT))),
            Optional.ofNullable(row.getString("failed_at")).filter(step -> !step.isEmpty()),
            texts(row, "steps")));
  }

  private static List<String> texts(ResultSet row, String column) throws SQLException {
    return Arrays.asList((String[]) row.getArray(column).getArray());
  }

  private static Row row(Found batch, Map<String, Known> jobs) {
    return new Row(
        batch.batch(),
        batch.key(),
        batch.state(),
        batch.quality(),
        newest(batch, jobs, JobKind.DOWNLOAD),
        newest(batch, jobs, JobKind.PROCESS));
  }

  private static Optional<Cell> newest(Found batch, Map<String, Known> jobs, JobKind kind) {
    return batch.jobs().stream()
        .flatMap(id -> Optional.ofNullable(jobs.get(id)).stream())
        .filter(known -> known.kind() == kind)
        .max(Comparator.comparing(Known::createdAt))
        .map(Known::cell);
  }
}
