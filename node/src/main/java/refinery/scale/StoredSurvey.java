package refinery.scale;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import refinery.journal.EntityHistory;
import refinery.protocol.Entities;
import refinery.protocol.survey.SurveyEvent;
import refinery.survey.SurveyLogic;

/**
 * A survey as the journal of a stopped node holds it. What its state weighs is measured by making
 * it from its events in this JVM, where nothing else is new on the heap then.
 *
 * @param own events of the survey
 * @param all events that were written while it ran: its own, its batches' and its jobs'
 * @param heap bytes that its state keeps alive
 */
record StoredSurvey(long own, long all, long heap) {
  private static final int COLLECTIONS = 3;
  private static final String BETWEEN =
      "select count(*) from event_journal where write_timestamp >= ? and write_timestamp < ?";

  static StoredSurvey read(Connection connection, String id, Instant from, Instant until)
      throws SQLException {
    SurveyLogic logic = new SurveyLogic();
    long before = used();
    AtomicReference<SurveyLogic.Slot> state = new AtomicReference<>(logic.empty(id));
    long own =
        EntityHistory.read(
            connection,
            Entities.SURVEY.name() + "|" + id,
            event -> state.set(logic.evolve(state.get(), (SurveyEvent) event)));
    long heap = used() - before;
    if (state.get().survey().isEmpty()) {
      throw new SQLException("the journal holds no survey " + id);
    }
    return new StoredSurvey(own, between(connection, from, until), heap);
  }

  /** Bytes in use when nothing is left to collect. */
  private static long used() {
    for (int time = 0; time < COLLECTIONS; time++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static long between(Connection connection, Instant from, Instant until)
      throws SQLException {
    try (PreparedStatement statement = connection.prepareStatement(BETWEEN)) {
      statement.setLong(1, from.toEpochMilli());
      statement.setLong(2, until.toEpochMilli());
      try (ResultSet row = statement.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }
}
