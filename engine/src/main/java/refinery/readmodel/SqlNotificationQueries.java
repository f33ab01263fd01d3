package refinery.readmodel;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import refinery.journal.EventSerializer;
import refinery.journal.Projector;
import refinery.journal.ReadRow;
import refinery.protocol.Json;
import refinery.protocol.job.JobEvent;
import refinery.protocol.query.JobView;

/**
 * {@link NotificationQueries} by plain SQL. A job's view is made from its events up to the one that
 * gave it up, because its read row may have changed since. Thread-safe.
 */
public final class SqlNotificationQueries implements NotificationQueries {
  private static final int FETCH = 500;

  /** Selects each event that gave a job up, with all of that job's events up to it. */
  static final String AFTER =
      """
      select found.position, event.persistence_id, event.sequence_number, event.event_payload,
             event.sequence_number = found.sequence_number as last
      from (select position, persistence_id, sequence_number from event_journal
            where event_ser_manifest = 'job'
              and substring(event_payload from 1 for 18) = '{"type":"given_up"'::bytea
              and event_ser_id = %d and not deleted
              and position > ? and position < %s
            order by position limit ?) found
      join event_journal event on event.persistence_id = found.persistence_id
        and event.sequence_number <= found.sequence_number
      where event.event_ser_id = %d and not event.deleted
      order by found.position, event.sequence_number
      """
          .formatted(EventSerializer.IDENTIFIER, SqlReadModel.HORIZON, EventSerializer.IDENTIFIER);

  private final SqlExecutor sql;
  private final Replay<?> replay;

  /**
   * @param jobs makes a job's row from its events
   */
  public SqlNotificationQueries(SqlExecutor sql, Projector<JobEvent, ?> jobs) {
    this.sql = sql;
    this.replay = new Replay<>(jobs);
  }

  @Override
  public CompletionStage<Place> open(String channel) {
    return sql.run(
        connection ->
            new Query(
                    "insert into notification_position (channel, position) values (?, coalesce("
                        + "(select position from event_journal where position < "
                        + SqlReadModel.HORIZON
                        + " order by position desc limit 1), 0))"
                        + " on conflict (channel) do update set channel = excluded.channel"
                        + " returning position, delivered, skipped, delivered_at",
                    channel)
                .first(connection, SqlNotificationQueries::place)
                .orElseThrow());
  }

  private static Place place(ResultSet row) throws SQLException {
    return new Place(
        row.getLong("position"),
        row.getLong("delivered"),
        row.getLong("skipped"),
        Optional.ofNullable(row.getObject("delivered_at", OffsetDateTime.class))
            .map(OffsetDateTime::toInstant));
  }

  @Override
  public CompletionStage<List<GivenUp>> after(long position, int limit) {
    return sql.run(connection -> replay.page(connection, position, limit));
  }

  @Override
  public CompletionStage<Boolean> moveOn(
      String channel, long position, int delivered, int skipped) {
    return sql.run(
        connection ->
            new Query(
                    """
                    update notification_position
                    set position = ?, delivered = delivered + ?, skipped = skipped + ?,
                        delivered_at = case when ? > 0 then now() else delivered_at end
                    where channel = ? and position < ? returning position
                    """,
                    position,
                    delivered,
                    skipped,
                    delivered,
                    channel,
                    position)
                .first(connection, row -> true)
                .isPresent());
  }

  /** Makes views of jobs from their events; has no state of its own. */
  private record Replay<S>(Projector<JobEvent, S> jobs) {

    /** Streams the events, since a job may have thousands of them, and keeps only its state. */
    List<GivenUp> page(Connection connection, long position, int limit) throws SQLException {
      connection.setAutoCommit(false); // Lets the driver stream; the pool sets it back.
      List<GivenUp> page = new ArrayList<>();
      try (PreparedStatement statement = connection.prepareStatement(AFTER)) {
        statement.setLong(1, position);
        statement.setInt(2, limit);
        statement.setFetchSize(FETCH);
        try (ResultSet events = statement.executeQuery()) {
          Optional<S> state = Optional.empty();
          while (events.next()) {
            S before = state.orElseGet(() -> jobs.empty(""));
            S after = jobs.evolve(before, event(events));
            boolean last = events.getBoolean("last");
            if (last) {
              page.add(givenUp(events, after));
            }
            state = last ? Optional.empty() : Optional.of(after);
          }
        }
      }
      return List.copyOf(page);
    }

    private GivenUp givenUp(ResultSet row, S state) throws SQLException {
      Optional<JobView> view =
          jobs.row(state)
              .filter(found -> found instanceof ReadRow.Job)
              .map(found -> ((ReadRow.Job) found).view());
      if (view.isEmpty()) {
        throw new SQLException("no job before the end of " + row.getString("persistence_id"));
      }
      return new GivenUp(row.getLong("position"), row.getLong("sequence_number"), view.get());
    }

    private static JobEvent event(ResultSet row) throws SQLException {
      try {
        return Json.MAPPER.readValue(row.getBytes("event_payload"), JobEvent.class);
      } catch (IOException e) {
        throw new SQLException("cannot read an event of " + row.getString("persistence_id"), e);
      }
    }
  }
}
