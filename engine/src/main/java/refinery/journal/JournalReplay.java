package refinery.journal;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.protocol.batch.Artifact;

/**
 * Replays the whole journal through the entities' pure functions, and writes the read rows that are
 * true at its end into the tables that the connection sees. Streams, so memory does not grow with
 * the journal. Blocking; runs in the caller's transaction.
 */
public final class JournalReplay {
  private static final int GROUP = 500;
  private static final String EVENTS =
      """
      select persistence_id, sequence_number, event_ser_manifest, event_payload
      from event_journal where event_ser_id = ? and not deleted
      order by persistence_id, sequence_number
      """;

  private final Map<String, Projector<?, ?>> projectors;
  private final List<ReadRowWriter.Versioned> rows = new ArrayList<>();
  private final List<ReadRowWriter.Listed> artifacts = new ArrayList<>();

  /**
   * @param projectors by entity type: {@code Survey}, {@code Batch}, {@code Job}
   */
  public JournalReplay(Map<String, Projector<?, ?>> projectors) {
    this.projectors = Map.copyOf(projectors);
  }

  /** Replays the journal. Returns how many events were read. */
  public long run(Connection connection) throws SQLException {
    long count = 0;
    Replayed<?, ?> entity = null;
    try (PreparedStatement statement = connection.prepareStatement(EVENTS)) {
      statement.setInt(1, EventSerializer.IDENTIFIER);
      statement.setFetchSize(GROUP);
      try (ResultSet events = statement.executeQuery()) {
        while (events.next()) {
          String id = events.getString(1);
          if (entity == null || !entity.persistenceId.equals(id)) {
            finish(connection, entity, false);
            entity = started(id);
          }
          Object event = read(events, id);
          entity.apply(events.getLong(2), event);
          for (Artifact artifact : ListedArtifacts.of(event)) {
            artifacts.add(new ReadRowWriter.Listed(entity.entityId(), artifact));
          }
          count++;
        }
      }
    }
    finish(connection, entity, true);
    return count;
  }

  private static Object read(ResultSet events, String id) throws SQLException {
    try {
      return EventSerializer.read(events.getString(3), events.getBytes(4));
    } catch (IOException e) {
      throw new SQLException("cannot read event " + events.getLong(2) + " of " + id, e);
    }
  }

  private Replayed<?, ?> started(String persistenceId) throws SQLException {
    String type = persistenceId.substring(0, Math.max(0, persistenceId.indexOf('|')));
    Projector<?, ?> projector = projectors.get(type);
    if (projector == null) {
      throw new SQLException("the journal holds an entity of a type without projector: " + type);
    }
    return new Replayed<>(persistenceId, projector);
  }

  private void finish(Connection connection, Replayed<?, ?> entity, boolean last)
      throws SQLException {
    if (entity != null) {
      entity.rows().forEach(rows::add);
    }
    if (last || rows.size() + artifacts.size() >= GROUP) {
      ReadRowWriter.write(connection, rows, artifacts);
      rows.clear();
      artifacts.clear();
    }
  }

  /** An entity, as far as its events were read. */
  private static final class Replayed<E, S> {
    private final String persistenceId;
    private final Projector<E, S> projector;
    private S state;
    private long seqNr;
    private Optional<ReadRowWriter.Versioned> refined = Optional.empty();

    Replayed(String persistenceId, Projector<E, S> projector) {
      this.persistenceId = persistenceId;
      this.projector = projector;
      this.state = projector.empty(entityId());
    }

    final String entityId() {
      return persistenceId.substring(persistenceId.indexOf('|') + 1);
    }

    @SuppressWarnings("unchecked") // the manifest says which events these are
    void apply(long number, Object event) {
      state = projector.evolve(state, (E) event);
      seqNr = number;
      Optional<Instant> refinedAt = RefinedArtifacts.broughtAt(event);
      if (refinedAt.isPresent()) {
        refined = row(refinedAt);
      }
    }

    /** The row as it was when the entity last got results, if it did, and the last row. */
    Stream<ReadRowWriter.Versioned> rows() {
      return Stream.concat(refined.stream(), row(Optional.empty()).stream());
    }

    private Optional<ReadRowWriter.Versioned> row(Optional<Instant> refinedAt) {
      return projector.row(state).map(row -> new ReadRowWriter.Versioned(seqNr, row, refinedAt));
    }
  }
}
