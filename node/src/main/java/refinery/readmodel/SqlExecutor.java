package refinery.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/**
 * Runs JDBC on threads of its own, as many as there are connections. What does not fit into its
 * queue fails at once instead of piling up. Thread-safe.
 */
public final class SqlExecutor implements AutoCloseable {
  private static final int WAITING = 2_000;

  private final DataSource dataSource;
  private final ThreadPoolExecutor threads;

  /** A piece of work on a connection in auto-commit. */
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /** The database has more to do than it gets done. */
  public static final class OverloadedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OverloadedException() {
      super("the database is overloaded: " + WAITING + " queries are waiting; try again later");
    }
  }

  public SqlExecutor(DataSource dataSource, int connections) {
    this.dataSource = dataSource;
    AtomicInteger number = new AtomicInteger();
    this.threads =
        new ThreadPoolExecutor(
            connections,
            connections,
            30,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(WAITING),
            task -> {
              Thread thread = new Thread(task, "sql-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    threads.allowCoreThreadTimeOut(true);
  }

  <T> CompletionStage<T> run(Work<T> work) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(
          () -> {
            try (Connection connection = dataSource.getConnection()) {
              result.complete(work.on(connection));
            } catch (SQLException | RuntimeException | Error e) {
              result.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          threads.isShutdown()
              ? new IllegalStateException("the node is stopping")
              : new OverloadedException());
    }
    return result;
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
