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
 * Akka's lease as a row in the cluster's own PostgreSQL. When the network is cut, the side that
 * reaches the database first carries on. Akka makes it by reflection; it connects only when it is
 * used.
 *
 * <p>One thread of its own does all the work and holds the connection, so the methods return at
 * once and actors may call them. A held lease is renewed every {@code heartbeat-interval}; in the
 * database it expires {@code heartbeat-timeout} after the last renewal. {@link #checkLease} counts
 * that time from before the renewal was sent, so it is never true for longer than the lease is
 * valid in the database.
 *
 * <p>When the database does not answer, for example because it restarts, an operation is repeated
 * until {@code lease-operation-timeout} has passed, and then fails.
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

  /**
   * The time, by {@link System#nanoTime}, until which this node surely holds the lease; empty when
   * it does not.
   */
  private volatile Optional<Long> heldUntil = Optional.empty();

  /**
   * Used by the worker only: whom to tell of a loss. {@code term} below grows with every
   * acquisition and release, and heartbeats of an older term stop.
   */
  private Consumer<Optional<Throwable>> lost = cause -> {};

  private long term;

  /** The constructor that Akka's {@code LeaseProvider} calls. */
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

  /**
   * Stops renewing and closes the connection. The row is left to expire, since a node that stops
   * may be cut off from the database. Idempotent.
   */
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

  /** One try of an operation. It completes the answer or throws, after which it is tried again. */
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
      // The caller was told that it failed, so the lease must not stay held.
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
