package refinery.dataset.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;

/**
 * Threads that compute pieces at the same time and hand them over in order, so that results do not
 * depend on their number. Few pieces are under way at once. The caller waits: not for actors.
 */
public final class Crew implements AutoCloseable {
  private final int threads;
  private final ExecutorService pool;

  public Crew(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be at least 1, not " + threads);
    }
    this.threads = threads;
    this.pool =
        Executors.newFixedThreadPool(
            threads, Thread.ofPlatform().daemon().name("dataset-", 0).factory());
  }

  public int threads() {
    return threads;
  }

  /** What takes a piece. */
  @FunctionalInterface
  public interface Taker<T> {
    void take(T piece) throws IOException;
  }

  /** Computes the pieces 0 to {@code number - 1} and gives each to the taker, in this order. */
  public <T> void inOrder(int number, IntFunction<Callable<T>> piece, Taker<T> taker)
      throws IOException {
    ArrayDeque<Future<T>> underWay = new ArrayDeque<>();
    try {
      for (int next = 0; next < number || !underWay.isEmpty(); ) {
        while (next < number && underWay.size() <= threads) {
          underWay.add(pool.submit(piece.apply(next++)));
        }
        taker.take(underWay.remove().get());
      }
    } catch (ExecutionException e) {
      throw reason(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      underWay.forEach(future -> future.cancel(true));
    }
  }

  private static IOException reason(Throwable cause) {
    return switch (cause) {
      case IOException failed -> failed;
      case UncheckedIOException failed -> failed.getCause();
      case RuntimeException failed -> throw failed;
      case Error failed -> throw failed;
      default -> new IOException(cause);
    };
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
