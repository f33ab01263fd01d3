package refinery.cluster;

import akka.actor.ExtendedActorSystem;
import akka.coordination.lease.LeaseException;
import akka.coordination.lease.LeaseSettings;
import akka.coordination.lease.javadsl.Lease;
import com.typesafe.config.Config;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Akka's lease as a row in the cluster's own PostgreSQL: the side of a cut that reaches the
 * database, and is first there, carries on. Akka makes it by reflection; nothing is opened before
 * it is used.
 *
 * <p>All of its work is done by one thread of its own, which holds the connection; the methods
 * return at once and may be called from actors. A held lease is renewed every {@code
 * heartbeat-interval} and ends {@code heartbeat-timeout} after the last renewal by the database's
 * clock. {@link #checkLease} counts from before the renewal was sent, so it never says yes for
 * longer than the database does.
 *
 * <p>A database that is restarting is asked again until {@code lease-operation-timeout} has passed;
 * then the answer is a failure, never silence.
 */
public final class PostgresLease extends Lease {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresLease.class);
  private static final long RETRY_MILLIS = 250;

  private final LeaseSettings settings;
  private final LeaseTable table;
  private final Duration validity;
  private final Duration patience;
  private final ScheduledExecutorService worker =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("refinery-lease").daemon().factory());

  /** Until when it is certainly ours, by {@link System#nanoTime}; empty when it is not. */
  private volatile Optional<Long> heldUntil = Optional.empty();

  /** Of the worker: who wants to know of a loss, and which acquisition the heartbeats serve. */
  private Consumer<Optional<Throwable>> lost = cause -> {};

  private long term;

  /** As Akka's {@code LeaseProvider} calls it. */
  public PostgresLease(LeaseSettings settings, ExtendedActorSystem system) {
    this(settings);
    system.registerOnTermination(this::stop);
  }

  PostgresLease(LeaseSettings settings) {
    this.settings = settings;
    this.validity = settings.timeoutSettings().getHeartbeatTimeout();
    this.patience = settings.timeoutSettings().getOperationTimeout();
    Config config = settings.leaseConfig();
    this.table =
        new LeaseTable(
            config.getString("url"),
            config.getString("user"),
            config.getString("password"),
            settings.leaseName(),
            settings.ownerName(),
            validity,
            patience);
  }

  @Override
  public LeaseSettings getSettings() {
    return settings;
  }

  @Override
  public CompletionStage<Boolean> acquire() {
    return acquire(cause -> {});
  }

  @Override
  public CompletionStage<Boolean> acquire(Consumer<Optional<Throwable>> leaseLostCallback) {
    return operation("acquired", answer -> tryAcquire(answer, leaseLostCallback));
  }

  @Override
  public CompletionStage<Boolean> release() {
    return operation("released", this::tryRelease);
  }

  @Override
  public boolean checkLease() {
    return heldUntil.filter(until -> System.nanoTime() - until < 0).isPresent();
  }

  /** Lets go of all but the row, which expires: who stops may have been cut off. Idempotent. */
  synchronized void stop() {
    if (worker.isShutdown()) {
      return;
    }
    heldUntil = Optional.empty();
    worker.execute(
        () -> {
          term++;
          try {
            table.close();
          } catch (SQLException e) {
            LOG.debug("while closing the connection of the lease: {}", e.getMessage());
          }
        });
    worker.shutdown();
  }

  /** One try; true when it answered. */
  @FunctionalInterface
  private interface Step {
    void run(CompletableFuture<Boolean> answer) throws SQLException;
  }

  private CompletionStage<Boolean> operation(String done, Step step) {
    CompletableFuture<Boolean> answer = new CompletableFuture<>();
    try {
      worker.execute(() -> attempt(done, step, answer));
    } catch (RejectedExecutionException stopped) {
      return CompletableFuture.failedFuture(new LeaseException("the node is stopping"));
    }
    var unused = answer.orTimeout(patience.toMillis(), TimeUnit.MILLISECONDS);
    return answer.handle(
        (yes, failed) -> {
          if (failed != null) {
            throw new LeaseException(
                "the lease %s could not be %s within %s: the database does not answer (%s)"
                    .formatted(settings.leaseName(), done, patience, failed));
          }
          return yes;
        });
  }

  private void attempt(String done, Step step, CompletableFuture<Boolean> answer) {
    if (answer.isDone()) {
      return;
    }
    try {
      step.run(answer);
    } catch (SQLException e) {
      LOG.warn("The lease {} could not be {} yet: {}", settings.leaseName(), done, e.getMessage());
      worker.schedule(() -> attempt(done, step, answer), RETRY_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void tryAcquire(
      CompletableFuture<Boolean> answer, Consumer<Optional<Throwable>> leaseLostCallback)
      throws SQLException {
    long asked = System.nanoTime();
    if (!table.acquire()) {
      heldUntil = Optional.empty();
      term++;
      answer.complete(false);
      return;
    }
    if (answer.isDone()) {
      // the caller was told that it failed
      table.release();
      return;
    }
    heldUntil = Optional.of(asked + validity.toNanos());
    lost = leaseLostCallback;
    beat(++term);
    answer.complete(true);
  }

  private void tryRelease(CompletableFuture<Boolean> answer) throws SQLException {
    heldUntil = Optional.empty();
    term++;
    table.release();
    answer.complete(true);
  }

  private void beat(long served) {
    worker.schedule(
        () -> renew(served),
        settings.timeoutSettings().getHeartbeatInterval().toMillis(),
        TimeUnit.MILLISECONDS);
  }

  private void renew(long served) {
    if (served != term) {
      return;
    }
    try {
      long asked = System.nanoTime();
      if (table.renew()) {
        heldUntil = Optional.of(asked + validity.toNanos());
        beat(served);
      } else {
        lose(Optional.empty());
      }
    } catch (SQLException e) {
      if (checkLease()) {
        beat(served);
      } else {
        lose(Optional.of(e));
      }
    }
  }

  private void lose(Optional<Throwable> cause) {
    heldUntil = Optional.empty();
    term++;
    LOG.warn(
        "The lease {} is lost: {}",
        settings.leaseName(),
        cause.map(Throwable::getMessage).orElse("another node has taken it"));
    lost.accept(cause);
  }
}
