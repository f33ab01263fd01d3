package refinery.readmodel;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.job.JobKind;
import refinery.protocol.query.FailureGroups;
import refinery.protocol.query.FailureGroups.Group;
import refinery.protocol.query.FailureGroups.Sample;
import refinery.protocol.query.ReadModel.Filter;

/**
 * Failed jobs by cause. The groups are counted along an index, which costs about 20 ms for 100,000
 * failed jobs; rows are read for a few samples of each group that is shown.
 */
final class FailureRows {
  private static final int SAMPLES = 3;
  private static final List<String> FILTERS =
      List.of("kind", "survey_id", "pipeline", "failure_class");

  private FailureRows() {}

  private record Counted(
      String id, long jobs, Instant first, Instant last, Map<String, Long> kinds) {}

  private record Sampled(String group, String failureClass, String cause, Sample sample) {}

  static FailureGroups groups(Connection connection, Filter filter) throws SQLException {
    List<Counted> all = counted(filter).list(connection, FailureRows::counted);
    List<Counted> shown = all.stream().limit(filter.limit()).toList();
    Map<String, List<Sampled>> samples =
        samples(connection, filter, shown.stream().map(Counted::id).toList());
    return new FailureGroups(
        shown.stream()
            .filter(group -> samples.containsKey(group.id()))
            .map(group -> group(group, samples.get(group.id())))
            .toList(),
        java.util.Optional.empty(),
        all.size(),
        all.stream().mapToLong(Counted::jobs).sum());
  }

  static Query counted(Filter filter) {
    Query query = new Query("select failure_group, count(*) as jobs");
    query.add(", min(finished_at) as first, max(finished_at) as last");
    for (JobKind kind : JobKind.values()) {
      query.add(", count(*) filter (where kind = ?) as " + kind.word(), kind.word());
    }
    query.add("from job_row where state = 'failed' and failure_group is not null");
    filtered(query, filter.values());
    return query.add("group by failure_group order by jobs desc, failure_group");
  }

  /** Adds a condition for each filter that failed jobs have. */
  static Query filtered(Query query, Map<String, String> filters) {
    for (String name : FILTERS) {
      String value = filters.get(name);
      if (value != null) {
        query.add("and " + name + " = ?", value);
      }
    }
    return query;
  }

  private static Counted counted(ResultSet row) throws SQLException {
    Map<String, Long> kinds = new TreeMap<>();
    for (JobKind kind : JobKind.values()) {
      long jobs = row.getLong(kind.word());
      if (jobs > 0) {
        kinds.put(kind.word(), jobs);
      }
    }
    return new Counted(
        row.getString("failure_group"),
        row.getLong("jobs"),
        row.getObject("first", OffsetDateTime.class).toInstant(),
        row.getObject("last", OffsetDateTime.class).toInstant(),
        kinds);
  }

  /** The jobs that were made last of each group, by group. */
  private static Map<String, List<Sampled>> samples(
      Connection connection, Filter filter, List<String> groups) throws SQLException {
    if (groups.isEmpty()) {
      return new HashMap<>();
    }
    Query query =
        new Query(
            "select g.id as failure_group, j.failure_class, failure_cause(j.failure) as cause,"
                + " j.id, left(j.failure, 2000) as failure, j.finished_at"
                + " from unnest(?::text[]) as g (id) cross join lateral"
                + " (select * from job_row where failure_group = g.id collate \"C\""
                + " and state = 'failed'",
            groups);
    filtered(query, filter.values());
    return query
        .add("order by created_at desc, id limit ?) j order by j.created_at desc, j.id", SAMPLES)
        .list(connection, FailureRows::sampled)
        .stream()
        .collect(Collectors.groupingBy(Sampled::group));
  }

  private static Sampled sampled(ResultSet row) throws SQLException {
    return new Sampled(
        row.getString("failure_group"),
        row.getString("failure_class"),
        row.getString("cause"),
        new Sample(
            JobId.of(row.getString("id")),
            row.getString("failure"),
            row.getObject("finished_at", OffsetDateTime.class).toInstant()));
  }

  private static Group group(Counted counted, List<Sampled> samples) {
    Sampled latest = samples.getFirst();
    return new Group(
        counted.id(),
        FailureClass.valueOf(latest.failureClass().toUpperCase(java.util.Locale.ROOT)),
        latest.cause(),
        counted.jobs(),
        counted.first(),
        counted.last(),
        counted.kinds(),
        samples.stream().map(Sampled::sample).toList());
  }
}
