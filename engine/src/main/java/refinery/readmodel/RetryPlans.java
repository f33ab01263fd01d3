package refinery.readmodel;

import com.fasterxml.jackson.core.type.TypeReference;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import refinery.protocol.BatchId;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.batch.Need;
import refinery.protocol.query.FailureGroups.RetryPlan;

/**
 * Finds what hangs on the failed jobs of a group. Their batches go on by themselves when the job
 * does. Other batches have failed because nothing brought what those batches make, and more because
 * of these in turn: all of them have to be retried. Batches that still wait go on by themselves.
 */
final class RetryPlans {
  private static final int MOST_NEEDS = 1_000;
  private static final int MOST_MAKERS = 2_000;

  /** An index, what is counted with it, and what is made of that: longer chains do not exist. */
  private static final int LONGEST_CHAIN = 5;

  private static final TypeReference<Map<String, String>> MAP = new TypeReference<>() {};

  private RetryPlans() {}

  /** A batch that would bring outputs: what is known of it before it is done. */
  private record Maker(String pipeline, Optional<String> organism, Map<String, String> known) {
    boolean mayBring(Need need) {
      return need instanceof Need.One one && one.selector().mayMatch(pipeline, organism, known);
    }
  }

  private record Wanted(String digest, Need need) {}

  /**
   * @param filters of {@link FailureRows}: only jobs that pass them are taken up
   * @param most the most jobs, and the most batches
   */
  static Optional<RetryPlan> of(
      Connection connection, String group, Map<String, String> filters, int most)
      throws SQLException {
    List<JobId> jobs =
        failed("id", group, filters)
            .add("order by created_at desc, id limit ?", most)
            .list(connection, row -> JobId.of(row.getString(1)));
    if (jobs.isEmpty()) {
      return Optional.empty();
    }
    long total =
        failed("count(*)", group, filters).first(connection, row -> row.getLong(1)).orElse(0L);
    TreeSet<String> found = new TreeSet<>();
    List<Wanted> missed = wanted(connection, "missed");
    List<Wanted> awaited = wanted(connection, "awaits");
    List<Maker> makers =
        missed.isEmpty() && awaited.isEmpty()
            ? List.of()
            : makersOf(connection, jobs.stream().map(JobId::value).toList());
    long waiting = waiting(connection, brought(awaited, makers));
    for (int link = 0; link < LONGEST_CHAIN && !makers.isEmpty() && found.size() < most; link++) {
      List<String> more = having(connection, brought(missed, makers), most);
      more.removeIf(found::contains);
      found.addAll(more);
      makers = more.isEmpty() ? List.of() : makers(connection, more);
    }
    List<BatchId> batches = found.stream().limit(most).map(BatchId::of).toList();
    return Optional.of(new RetryPlan(group, jobs, batches, waiting, total));
  }

  private static Query failed(String wanted, String group, Map<String, String> filters) {
    return FailureRows.filtered(
        new Query(
            "select " + wanted + " from job_row where failure_group = ? and state = 'failed'",
            group),
        filters);
  }

  /** The different needs in a column of digests. */
  private static List<Wanted> wanted(Connection connection, String column) throws SQLException {
    return new Query(
            "with recursive different (digest) as ((select min(%1$s) from batch_row) union all"
                    .formatted(column)
                + " select (select min(b.%1$s) from batch_row b where b.%1$s > d.digest)"
                    .formatted(column)
                + " from different d where d.digest is not null)"
                + " select d.digest, b.need from different d cross join lateral"
                + " (select need from batch_row where %s = d.digest limit 1) b".formatted(column)
                + " where d.digest is not null limit ?",
            MOST_NEEDS)
        .list(
            connection,
            row -> new Wanted(row.getString("digest"), JsonColumns.read(row, "need", Need.class)));
  }

  private static List<String> brought(List<Wanted> wanted, List<Maker> makers) {
    return wanted.stream()
        .filter(each -> makers.stream().anyMatch(maker -> maker.mayBring(each.need())))
        .map(Wanted::digest)
        .toList();
  }

  private static long waiting(Connection connection, List<String> digests) throws SQLException {
    return digests.isEmpty()
        ? 0
        : new Query("select count(*) from batch_row where awaits = any(?)", digests)
            .first(connection, row -> row.getLong(1))
            .orElse(0L);
  }

  private static List<String> having(Connection connection, List<String> digests, int most)
      throws SQLException {
    return digests.isEmpty()
        ? new ArrayList<>()
        : new Query("select id from batch_row where missed = any(?) limit ?", digests, most)
            .list(connection, row -> row.getString(1));
  }

  private static List<Maker> makersOf(Connection connection, List<String> jobs)
      throws SQLException {
    List<String> batches =
        new Query(
                "select distinct o.batch from job_row j cross join lateral"
                    + " json_array_elements_text(j.document -> 'batch_ids') as o (batch)"
                    + " where j.id = any(?) limit ?",
                jobs,
                MOST_MAKERS)
            .list(connection, row -> row.getString(1));
    return batches.isEmpty() ? List.of() : makers(connection, batches);
  }

  private static List<Maker> makers(Connection connection, List<String> batches)
      throws SQLException {
    return new Query(
            "select pipeline, organism, document -> 'parameters' as parameters,"
                + " document -> 'key_values' as key_values from batch_row where id = any(?)"
                + " limit ?",
            batches,
            MOST_MAKERS)
        .list(connection, RetryPlans::maker).stream().distinct().toList();
  }

  private static Maker maker(ResultSet row) throws SQLException {
    Map<String, String> known = new TreeMap<>(texts(row.getString("key_values")));
    known.putAll(texts(row.getString("parameters")));
    return new Maker(
        row.getString("pipeline"), Optional.ofNullable(row.getString("organism")), known);
  }

  private static Map<String, String> texts(String json) throws SQLException {
    try {
      return json == null ? Map.of() : Json.MAPPER.readValue(json, MAP);
    } catch (java.io.IOException e) {
      throw new SQLException("cannot read what is known of a batch", e);
    }
  }
}
