package refinery.main;

import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.cluster.RejoinConfig;
import refinery.configuration.ConfigurationException;
import refinery.database.DatabaseException;

/**
 * The lives of a node in one process: when the cluster gave it up it starts over, on the same
 * directory, which stays locked, and at the same addresses. {@link #close} may be called from
 * another thread at any time, and ends the life that is or begins.
 */
final class NodeLives implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(NodeLives.class);

  private final NodeOptions options;
  private final NodeDirectory directory;
  private final PrintStream err;
  private final CountDownLatch stop = new CountDownLatch(1);
  private volatile Node node = new Node();

  NodeLives(NodeOptions options, NodeDirectory directory, PrintStream err) {
    this.options = options;
    this.directory = directory;
    this.err = err;
  }

  /** Starts the first life; its failure is thrown. */
  Node begin() throws Exception {
    node.boot(options, directory);
    return node;
  }

  boolean isStopped() {
    return stop.getCount() == 0;
  }

  /**
   * Serves until it is stopped.
   *
   * @param rejoin whether to start over when given up
   * @return the exit code
   */
  int live(boolean rejoin) throws InterruptedException {
    NodeOptions same = node.sameAddresses(options);
    RejoinConfig config = node.rejoinConfig();
    Duration wait = config.minBackoff();
    while (true) {
      long begun = System.nanoTime();
      boolean givenUp = end();
      if (!givenUp || isStopped()) {
        return 0;
      }
      if (!rejoin) {
        err.println(
            "refinery: this node was given up (see the log); its jobs run elsewhere. Start it again"
                + " and it joins anew");
        return 1;
      }
      if (System.nanoTime() - begun > config.maxBackoff().toNanos()) {
        wait = config.minBackoff();
      }
      err.println(
          "refinery: this node was given up, because the others could not reach it, its database"
              + " was away, or it could not do its part (see the log); its jobs run elsewhere. It"
              + " starts over in "
              + wait.toMillis()
              + " ms");
      Optional<Integer> end = again(same, config, wait);
      if (end.isPresent()) {
        return end.get();
      }
      wait = config.next(wait);
    }
  }

  /** Waits for the end of this life, and tells whether the node was given up. */
  private boolean end() throws InterruptedException {
    try {
      node.terminated().get();
    } catch (ExecutionException e) {
      LOG.error("the node ended", e);
    }
    boolean givenUp = node.wasGivenUp();
    node.close();
    return givenUp;
  }

  /** Tries until a new life has begun; an exit code when there is none to be. */
  private Optional<Integer> again(NodeOptions same, RejoinConfig config, Duration first)
      throws InterruptedException {
    Duration wait = first;
    while (!stop.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
      try {
        Node next = new Node();
        node = next;
        if (isStopped()) {
          return Optional.of(0);
        }
        next.boot(same, directory);
        err.println(
            "refinery: rejoined http="
                + next.http().map(HostPort::toString).orElse("none")
                + " management="
                + next.management());
        return Optional.empty();
      } catch (Exception e) {
        if (isStopped()) {
          return Optional.of(0);
        }
        if (!mayPass(e)) {
          err.println("refinery: this node cannot start over: " + e.getMessage());
          return Optional.of(1);
        }
        wait = config.next(wait);
        err.println(
            "refinery: this node has not started over: "
                + e.getMessage()
                + "; again in "
                + wait.toSeconds()
                + " s");
      }
    }
    return Optional.of(0);
  }

  private boolean mayPass(Exception e) {
    if (!Files.isDirectory(options.dir(), LinkOption.NOFOLLOW_LINKS)
        || e instanceof IllegalArgumentException) {
      return false;
    }
    if (e instanceof ConfigurationException) {
      return e instanceof PassingException;
    }
    return !(e instanceof DatabaseException) || isAway(e);
  }

  /** A server that refuses this node, or has another schema, is not away. */
  private static boolean isAway(Throwable thrown) {
    for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
      if (cause instanceof SQLException sql && sql.getSQLState() != null) {
        return sql.getSQLState().matches("(08|53|57|58).*");
      }
    }
    return thrown.getCause() != null
        && !(thrown.getCause() instanceof org.flywaydb.core.api.FlywayException);
  }

  @Override
  public void close() {
    stop.countDown();
    node.close();
  }
}
