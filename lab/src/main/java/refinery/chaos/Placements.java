package refinery.chaos;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import refinery.client.Terminal;

/** Reads from the journal and the read rows when attempts began and where they run. Blocking. */
final class Placements {
  /** How long placements are watched after a fault. */
  static final Duration WINDOW = Duration.ofSeconds(30);

  private final ChaosDatabase database;

  Placements(ChaosDatabase database) {
    this.database = database;
  }

  /**
   * Waits for the end of the window after the fault, and returns its longest time without a
   * placement.
   */
  Duration gap(Instant begin) {
    Instant end = begin.plus(WINDOW);
    Terminal.pause(Duration.between(Instant.now(), end));
    return gapUntil(begin, end);
  }

  Duration gapUntil(Instant begin, Instant end) {
    Duration longest = Duration.ZERO;
    Instant last = begin;
    List<Instant> starts = new ArrayList<>(since(begin));
    starts.add(end);
    for (Instant start : starts) {
      Duration pause = Duration.between(last, start);
      longest = pause.compareTo(longest) > 0 ? pause : longest;
      last = start;
    }
    return longest;
  }

  List<Instant> since(Instant begin) {
    return query(
        "select (convert_from(event_payload, 'UTF8')::json ->> 'at')::timestamptz at from"
            + " event_journal where event_ser_manifest = 'job' and convert_from(event_payload,"
            + " 'UTF8')::json ->> 'type' = 'started' and write_timestamp >= ? order by 1",
        begin.toEpochMilli(),
        rows -> rows.getTimestamp(1).toInstant());
  }

  List<String> runningOn(String node) {
    return query(
        "select id from job_row where state = 'running' and node = ?",
        node,
        rows -> rows.getString(1));
  }

  /**
   * When the last of these jobs began again; empty while one has not. A job that has ended needs no
   * new start.
   */
  Optional<Instant> lastRestart(List<String> jobs, Instant begin) {
    List<Instant> again = new ArrayList<>();
    for (String job : jobs) {
      List<Timestamp> found =
          query(
              "select (document ->> 'started_at')::timestamptz from job_row where id = ?",
              job,
              rows -> rows.getTimestamp(1));
      if (found.isEmpty()) {
        return Optional.empty();
      }
      boolean ended =
          !query("select 1 from job_row where finished_at is not null and id = ?", job, rows -> 1)
              .isEmpty();
      Instant started = found.getFirst().toInstant();
      if (started.isBefore(begin) && !ended) {
        return Optional.empty();
      }
      again.add(started.isBefore(begin) ? begin : started);
    }
    return again.stream().max(Instant::compareTo).or(() -> Optional.of(begin));
  }

  int unfinished() {
    return query(
            "select count(*) from job_row where finished_at is null and id <> ?",
            "",
            rows -> rows.getInt(1))
        .getFirst();
  }

  int failed() {
    return query(
            "select count(*) from job_row where state <> ?", "succeeded", rows -> rows.getInt(1))
        .getFirst();
  }

  /** Reads a row. */
  private interface Reader<T> {
    T read(ResultSet rows) throws SQLException;
  }

  private <T> List<T> query(String sql, Object parameter, Reader<T> reader) {
    try (Connection connection = database.connect();
        PreparedStatement statement = connection.prepareStatement(sql)) {
      statement.setObject(1, parameter);
      List<T> found = new ArrayList<>();
      try (ResultSet rows = statement.executeQuery()) {
        while (rows.next()) {
          found.add(reader.read(rows));
        }
      }
      return found;
    } catch (SQLException e) {
      throw new IllegalStateException("the run's own database failed: " + e.getMessage(), e);
    }
  }
}
