package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import refinery.protocol.dataset.DatasetId;
import refinery.protocol.query.OverviewQueries.Jump;

/** Finds what a text may mean, each kind by an index. Used once, by one thread. */
final class Jumps {
  /** A shorter beginning of an id or digest would mean too much. */
  private static final int SHORTEST = 6;

  /** Surveys are few; of the newest the accession is looked at, too. */
  private static final int NEWEST_SURVEYS = 500;

  private final Connection connection;
  private final String text;
  private final String lower;
  private final int limit;

  Jumps(Connection connection, String text, int limit) {
    this.connection = connection;
    this.text = text.strip();
    this.lower = this.text.toLowerCase(Locale.ROOT);
    this.limit = limit;
  }

  List<Jump> find() throws SQLException {
    List<Jump> found = new ArrayList<>();
    found.addAll(batchesByKey());
    found.addAll(surveysByAccession());
    found.addAll(rows("survey", "survey_row", "source"));
    found.addAll(rows("batch", "batch_row", "key"));
    found.addAll(rows("job", "job_row", "pipeline || ' ' || kind"));
    found.addAll(schedules());
    found.addAll(datasets());
    found.addAll(artifacts());
    return found.stream().distinct().toList();
  }

  /** Materialized, lest the newest batches be read one by one until so many have the key. */
  static Query byKey(List<String> keys, int limit) {
    return new Query(
        "with found as materialized (select id, key, pipeline, created_at from batch_row"
            + " where key = any(?) and source <> 'dataset')"
            + " select id, key, pipeline from found order by created_at desc limit ?",
        keys,
        limit);
  }

  private List<Jump> batchesByKey() throws SQLException {
    List<String> keys = Stream.of(text, lower, text.toUpperCase(Locale.ROOT)).distinct().toList();
    return byKey(keys, limit)
        .list(
            connection,
            row ->
                new Jump(
                    "batch",
                    row.getString(1),
                    row.getString(2) + ", " + row.getString(3),
                    row.getString(1)));
  }

  private List<Jump> surveysByAccession() throws SQLException {
    return new Query(
            "select id, source from (select id, source, created_at, document from survey_row order"
                + " by created_at desc limit ?) newest where lower(document -> 'parameters' ->>"
                + " 'accession') = ? order by created_at desc limit ?",
            NEWEST_SURVEYS,
            lower,
            limit)
        .list(
            connection,
            row ->
                new Jump(
                    "survey", row.getString(1), text + ", " + row.getString(2), row.getString(1)));
  }

  private List<Jump> rows(String kind, String table, String title) throws SQLException {
    String prefix = kind + "-";
    String begins = lower.startsWith(prefix) ? lower : prefix + lower;
    if (begins.length() < prefix.length() + SHORTEST) {
      return List.of();
    }
    return new Query(
            "select id, "
                + title
                + " from "
                + table
                + " where id >= ? and id < ? order by id limit ?",
            begins,
            begins + "~",
            limit)
        .list(
            connection,
            row -> new Jump(kind, row.getString(1), row.getString(2), row.getString(1)));
  }

  private List<Jump> schedules() throws SQLException {
    String begins = lower.startsWith("schedule-") ? lower : "schedule-" + lower;
    return new Query(
            "select id from schedule_row where id >= ? and id < ? and state <> 'deleted' order by"
                + " id limit ?",
            begins,
            begins + "~",
            limit)
        .list(
            connection,
            row ->
                new Jump(
                    "schedule",
                    row.getString(1),
                    row.getString(1).substring("schedule-".length()),
                    row.getString(1)));
  }

  /** Datasets are batches whose key is the dataset's id. */
  private List<Jump> datasets() throws SQLException {
    String begins = lower.startsWith(DatasetId.PREFIX) ? lower : DatasetId.PREFIX + lower;
    if (begins.length() < DatasetId.PREFIX.length() + SHORTEST) {
      return List.of();
    }
    return new Query(
            "select key from batch_row where key collate \"C\" >= ? and key collate \"C\" < ? and"
                + " source = 'dataset' order by key collate \"C\" limit ?",
            begins,
            begins + "~",
            limit)
        .list(
            connection,
            row -> new Jump("dataset", row.getString(1), row.getString(1), row.getString(1)));
  }

  private List<Jump> artifacts() throws SQLException {
    if (!lower.matches("[0-9a-f]{" + SHORTEST + ",64}")) {
      return List.of();
    }
    return new Query(
            "select sha256, name, owner from listed_artifact where sha256 >= ? and sha256 < ? order"
                + " by sha256, owner limit ?",
            lower,
            lower + "~",
            limit)
        .list(
            connection,
            row -> new Jump("artifact", row.getString(1), row.getString(2), row.getString(3)));
  }
}
