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
 * A survey as the journal of a stopped node holds it. The size of its state is measured by building
 * it from its events in this JVM, while nothing else on the heap changes.
 *
 * @param own number of events of the survey
 * @param all number of events written while it ran: its own, and those of its batches and jobs
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

  /** Bytes in use after garbage was collected. */
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
