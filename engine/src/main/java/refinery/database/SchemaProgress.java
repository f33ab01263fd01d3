package refinery.database;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Says at intervals, on a thread of its own, which step of the schema goes on, for how long, and
 * what the server knows of it: that it waits for others, or how far an index is.
 */
final class SchemaProgress implements AutoCloseable {
  /** The name of the connections that change tables, as the server lists them. */
  static final String WORKER = "refinery-schema";

  private static final String LOOK =
      """
      select coalesce(
        (select 'it waits for ' || string_agg(distinct o.application_name || ' (process ' || o.pid || ')', ', ')
         from pg_stat_activity o where o.pid = any (pg_blocking_pids(a.pid))),
        (select i.relname || ': ' || p.phase || coalesce(', ' || (100 * p.blocks_done / nullif(p.blocks_total, 0)) || ' %', '')
         from pg_stat_progress_create_index p join pg_class i on i.oid = p.index_relid where p.pid = a.pid))
      from pg_stat_activity a
      where a.application_name = '\
      """
          + WORKER
          + "' and a.state = 'active' and a.datname = current_database()";

  private record Step(String name, long begun) {}

  private final DatabaseAddress address;
  private final Consumer<String> said;
  private final CountDownLatch end = new CountDownLatch(1);
  private volatile Step step = new Step("", System.nanoTime());

  SchemaProgress(DatabaseAddress address, Consumer<String> said, Duration pace) {
    this.address = address;
    this.said = said;
    Thread.ofPlatform().name("schema-progress").daemon().start(() -> run(pace));
  }

  /** From now on this step goes on. */
  void begins(String name) {
    step = new Step(name, System.nanoTime());
    said.accept("step " + name);
  }

  private void run(Duration pace) {
    try {
      while (!end.await(pace.toMillis(), TimeUnit.MILLISECONDS)) {
        String seen = seen().map(words -> "; " + words).orElse("");
        Step now = step;
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - now.begun());
        if (end.getCount() > 0) {
          said.accept("step %s takes %d s so far%s".formatted(now.name(), seconds, seen));
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private Optional<String> seen() {
    try (Connection connection =
            DriverManager.getConnection(address.tuned(), address.user(), address.password());
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(LOOK)) {
      return row.next() ? Optional.ofNullable(row.getString(1)) : Optional.empty();
    } catch (SQLException e) {
      return Optional.of("the database does not answer: " + e.getMessage());
    }
  }

  @Override
  public void close() {
    end.countDown();
  }
}
