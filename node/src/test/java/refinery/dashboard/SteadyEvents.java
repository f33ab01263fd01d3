package refinery.dashboard;

import java.io.IOException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import refinery.journal.EventSerializer;
import refinery.scale.LargeNode;

/**
 * Writes events of a steady rate into a node's journal, and touches the rows that belong to them,
 * as a busy cluster would: a thread of its own, one transaction each 25 ms, of jobs, of batches and
 * one of the survey. No entity of this node is told.
 */
final class SteadyEvents implements AutoCloseable {
  private static final long PACE = TimeUnit.MILLISECONDS.toNanos(25);
  private static final int IDS = 10_000;

  private static final String EVENT =
      """
      insert into event_journal (persistence_id, sequence_number, writer, write_timestamp, event_ser_id, event_ser_manifest, event_payload)
      select kind || '|' || id, ?, 'bench', extract(epoch from now()) * 1000, %d, lower(kind), convert_to(?, 'UTF8') from unnest(?, ?) each (kind, id)
      """
          .formatted(EventSerializer.IDENTIFIER);

  /** About as long as most. */
  private static final String PAYLOAD =
      "{\"type\":\"noted\",\"text\":\"%s\"}".formatted("x".repeat(400));

  private final AtomicLong written = new AtomicLong();
  private final AtomicBoolean stopped = new AtomicBoolean();
  private final Thread thread;

  /**
   * @param rate events a second
   */
  SteadyEvents(LargeNode node, int rate) throws SQLException, IOException {
    List<String> batches = node.ids("batch_row", IDS);
    List<String> jobs = node.ids("job_row", IDS);
    Connection connection = node.connection();
    int each = Math.max(3, (int) (rate * PACE / TimeUnit.SECONDS.toNanos(1)));
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("events")
            .start(() -> run(connection, node.survey(), batches, jobs, each));
  }

  private void run(
      Connection connection, String survey, List<String> batches, List<String> jobs, int each) {
    try (connection) {
      connection.setAutoCommit(false);
      long number = 1_000_000_000L + System.currentTimeMillis();
      long next = System.nanoTime();
      for (int turn = 0; !stopped.get(); turn++) {
        int half = (each - 1) / 2;
        String[] some = some(batches, turn, half);
        String[] others = some(jobs, turn, each - 1 - half);
        write(connection, number + turn, survey, some, others);
        connection.commit();
        written.addAndGet(each);
        next += PACE;
        TimeUnit.NANOSECONDS.sleep(Math.max(0, next - System.nanoTime()));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String[] some(List<String> ids, int turn, int size) {
    String[] some = new String[size];
    for (int i = 0; i < size; i++) {
      some[i] = ids.get((turn * size + i) % ids.size());
    }
    return some;
  }

  private static void write(
      Connection connection, long number, String survey, String[] batches, String[] jobs)
      throws SQLException {
    int size = batches.length + jobs.length + 1;
    String[] kinds = new String[size];
    String[] ids = new String[size];
    for (int i = 0; i < size; i++) {
      boolean isBatch = i < batches.length;
      kinds[i] = isBatch ? "Batch" : i < size - 1 ? "Job" : "Survey";
      ids[i] = isBatch ? batches[i] : i < size - 1 ? jobs[i - batches.length] : survey;
    }
    try (PreparedStatement events = connection.prepareStatement(EVENT)) {
      events.setLong(1, number);
      events.setString(2, PAYLOAD);
      events.setArray(3, connection.createArrayOf("text", kinds));
      events.setArray(4, connection.createArrayOf("text", ids));
      events.executeUpdate();
    }
    touch(connection, "batch_row", batches);
    touch(connection, "job_row", jobs);
  }

  private static void touch(Connection connection, String table, String[] ids) throws SQLException {
    try (PreparedStatement rows =
        connection.prepareStatement(
            "update "
                + table
                + " set seq_nr = seq_nr + 1, changed_at = now() where id = any (?)")) {
      rows.setArray(1, connection.createArrayOf("text", ids));
      rows.executeUpdate();
    }
  }

  /** Events written so far. */
  long written() {
    return written.get();
  }

  @Override
  public void close() {
    stopped.set(true);
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
