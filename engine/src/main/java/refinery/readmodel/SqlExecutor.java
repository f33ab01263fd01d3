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
 * Runs JDBC work on threads of its own, one for each connection. When {@value #WAITING} pieces of
 * work wait, further ones fail at once with {@link OverloadedException}. Thread-safe.
 */
public final class SqlExecutor implements AutoCloseable {
  private static final int WAITING = 2_000;

  private final DataSource dataSource;
  private final ThreadPoolExecutor threads;

  /** A piece of work with a connection in auto-commit. */
  interface Work<T> {
    T on(Connection connection) throws SQLException;
  }

  /** The work was refused, because too much waits already. */
  public static final class OverloadedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    OverloadedException() {
      super("the database is overloaded: " + WAITING + " queries are waiting; try again later");
    }
  }

  /** The work was refused or failed, because the node is stopping. */
  public static final class StoppingException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    StoppingException(Throwable cause) {
      super("the node is stopping", cause);
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
              result.completeExceptionally(threads.isShutdown() ? new StoppingException(e) : e);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          threads.isShutdown() ? new StoppingException(e) : new OverloadedException());
    }
    return result;
  }

  @Override
  public void close() {
    threads.shutdown();
  }
}
