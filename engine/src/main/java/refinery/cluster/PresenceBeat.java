package refinery.cluster;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes into the database at intervals that this node is alive, and logs an error when a node that
 * is no member of this cluster is alive there. Runs from {@link #start} until it is closed, on a
 * thread of its own. When the database is away, it warns once and tries again.
 */
public final class PresenceBeat implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PresenceBeat.class);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  private final PresenceTable table;
  private final Presence self;
  private final PresenceConfig config;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("presence").daemon().factory());
  private final StrangerWatch strangers;
  private boolean failing;

  private PresenceBeat(
      PresenceTable table, Presence self, PresenceConfig config, Supplier<Set<String>> members) {
    this.table = table;
    this.self = self;
    this.config = config;
    strangers = new StrangerWatch(members);
  }

  /**
   * @param members the addresses (HOST:PORT) of all members of this node's cluster, whatever their
   *     state
   */
  public static PresenceBeat start(
      PresenceTable table, Presence self, PresenceConfig config, Supplier<Set<String>> members) {
    PresenceBeat beat = new PresenceBeat(table, self, config, members);
    var unused =
        beat.executor.scheduleWithFixedDelay(
            beat::beat, 0, config.beat().toMillis(), TimeUnit.MILLISECONDS);
    return beat;
  }

  private void beat() {
    try {
      table.beat(self);
      strangers.seen(
          table.look(self, config.stale()).others().stream().map(Presence::address).toList());
      failing = false;
    } catch (SQLException | RuntimeException e) {
      if (!failing) {
        LOG.warn("this node's presence is not written: {}", e.getMessage());
      }
      failing = true;
    }
  }

  /**
   * Reports a node that is no member only when two beats in a row find it, since a node that joins
   * or leaves is no member for a moment.
   */
  private static final class StrangerWatch {
    private final Supplier<Set<String>> members;
    private List<String> before = List.of();
    private long silentUntil = System.nanoTime();

    StrangerWatch(Supplier<Set<String>> members) {
      this.members = members;
    }

    void seen(List<String> alive) {
      Set<String> known = members.get();
      List<String> strangers = alive.stream().filter(address -> !known.contains(address)).toList();
      long now = System.nanoTime();
      List<String> again = strangers.stream().filter(before::contains).toList();
      if (!again.isEmpty() && now - silentUntil >= 0) {
        LOG.error(
            "{} use this database and are no members of this cluster: two clusters on one database"
                + " run jobs twice; end one of them",
            String.join(", ", again));
        silentUntil = now + BETWEEN_WARNINGS.toNanos();
      }
      before = strangers;
    }
  }

  /**
   * Stops, and removes this node from the table, so that others do not wait for it to become stale.
   */
  @Override
  public void close() {
    executor.shutdownNow();
    try {
      if (executor.awaitTermination(config.beat().toMillis(), TimeUnit.MILLISECONDS)) {
        table.forget(self);
      }
    } catch (SQLException e) {
      LOG.debug("this node's presence was not removed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
