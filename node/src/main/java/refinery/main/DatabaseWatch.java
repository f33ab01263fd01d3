package refinery.main;

import akka.actor.typed.ActorSystem;
import akka.cluster.typed.Cluster;
import akka.cluster.typed.Down;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.readiness.Condition;

/**
 * Gives this node up when its database has not answered for long. Time is counted in looks, so that
 * a pause of the machine counts for nothing. One thread of its own.
 */
final class DatabaseWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DatabaseWatch.class);
  private static final int LOOKS = 10;

  private final ActorSystem<?> system;
  private final Condition database;
  private final Duration away;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("database-watch").daemon().factory());
  private int failed;

  private DatabaseWatch(ActorSystem<?> system, Condition database, Duration away) {
    this.system = system;
    this.database = database;
    this.away = away;
  }

  static DatabaseWatch start(ActorSystem<?> system, Condition database, Duration away) {
    DatabaseWatch watch = new DatabaseWatch(system, database, away);
    long interval = away.dividedBy(LOOKS).toMillis();
    var unused =
        watch.executor.scheduleWithFixedDelay(
            watch::look, interval, interval, TimeUnit.MILLISECONDS);
    return watch;
  }

  private void look() {
    Optional<String> obstacle = database.obstacle().toCompletableFuture().join();
    failed = obstacle.isPresent() ? failed + 1 : 0;
    if (failed == LOOKS) {
      LOG.error(
          "{} since {} s: this node gives itself up", obstacle.orElseThrow(), away.toSeconds());
      Cluster cluster = Cluster.get(system);
      cluster.manager().tell(new Down(cluster.selfMember().address()));
    }
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
