package refinery.audit;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.audit.AuditEntry;
import refinery.protocol.audit.AuditLog;
import refinery.protocol.query.Page;
import refinery.protocol.query.ReadModel.Filter;
import refinery.readmodel.SqlAuditEntries;
import refinery.readmodel.SqlExecutor;

/**
 * The audit log in the database. One thread writes all entries that wait in one transaction, so an
 * entry costs its request one commit at most, however many there are. An entry that cannot be
 * written goes to the log of this node. Thread-safe.
 */
public final class SqlAuditLog implements AuditLog, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger("refinery.audit");
  private static final int WAITING = 20_000;
  private static final int AT_ONCE = 500;
  private static final int READERS = 2;
  private static final int PRUNE_MINUTES = 10;

  private record Waiting(AuditEntry entry, CompletableFuture<Void> stored) {}

  private final DataSource database;
  private final SqlExecutor queries;
  private final SqlAuditEntries reading;
  private final AuditConfig config;
  private final BlockingQueue<Waiting> queue = new ArrayBlockingQueue<>(WAITING);
  private final AtomicBoolean writing = new AtomicBoolean();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread made = new Thread(task, "audit");
            made.setDaemon(true);
            return made;
          });

  private SqlAuditLog(DataSource database, AuditConfig config) {
    this.database = database;
    this.queries = new SqlExecutor(database, READERS);
    this.reading = new SqlAuditEntries(queries);
    this.config = config;
  }

  /** Opens the log of this database, and begins to delete what is too old. */
  public static SqlAuditLog open(DataSource database, AuditConfig config) {
    SqlAuditLog log = new SqlAuditLog(database, config);
    log.thread.scheduleWithFixedDelay(log::prune, 1, PRUNE_MINUTES, TimeUnit.MINUTES);
    return log;
  }

  @Override
  public CompletionStage<Void> store(AuditEntry entry) {
    Waiting waiting = new Waiting(entry, new CompletableFuture<>());
    if (thread.isShutdown() || !queue.offer(waiting)) {
      lost(List.of(waiting), new IllegalStateException("too many entries wait, or the node stops"));
    } else if (writing.compareAndSet(false, true)) {
      begin();
    }
    return waiting.stored();
  }

  private void begin() {
    try {
      thread.execute(this::write);
    } catch (java.util.concurrent.RejectedExecutionException stopping) {
      flush(stopping);
    }
  }

  private void flush(Exception why) {
    List<Waiting> rest = new ArrayList<>();
    queue.drainTo(rest);
    lost(rest, why);
  }

  private void write() {
    List<Waiting> some = new ArrayList<>();
    queue.drainTo(some, AT_ONCE);
    if (!some.isEmpty()) {
      try (Connection connection = database.getConnection()) {
        AuditTable.insert(connection, some.stream().map(Waiting::entry).toList());
        some.forEach(each -> each.stored().complete(null));
      } catch (SQLException | RuntimeException e) {
        lost(some, e);
      }
    }
    writing.set(false);
    if (!queue.isEmpty() && writing.compareAndSet(false, true)) {
      begin();
    }
  }

  private static void lost(List<Waiting> some, Exception why) {
    for (Waiting each : some) {
      LOG.warn("not in the database ({}): {}", why.getMessage(), each.entry());
      each.stored().completeExceptionally(why);
    }
  }

  private void prune() {
    try (Connection connection = database.getConnection()) {
      while (!thread.isShutdown() && AuditTable.prune(connection, config) && queue.isEmpty()) {
        LOG.debug("more to prune");
      }
    } catch (SQLException | RuntimeException e) {
      LOG.warn("the oldest entries cannot be deleted: {}", e.getMessage());
    }
  }

  @Override
  public CompletionStage<Page<Stored>> entries(Filter filter) {
    return reading.entries(filter);
  }

  /** Writes what waits. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
        LOG.warn("the node stops before all entries are written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    flush(new IllegalStateException("the node stops"));
    queries.close();
  }
}
