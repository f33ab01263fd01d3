package refinery.transfer;

import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A response body as a bounded queue. One thread reads it, with a time limit for every piece. Any
 * thread may close it, which closes the connection at once.
 */
final class ResponseChunks implements HttpResponse.BodySubscriber<ResponseChunks>, AutoCloseable {
  private static final int DEMAND = 16;

  private final BlockingQueue<Item> queue = new LinkedBlockingQueue<>();
  private final AtomicReference<Flow.Subscription> subscription = new AtomicReference<>();

  private sealed interface Item {}

  private record Data(List<ByteBuffer> buffers) implements Item {}

  private record End() implements Item {}

  private record Broken(Throwable cause) implements Item {}

  @Override
  public CompletionStage<ResponseChunks> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Flow.Subscription offered) {
    if (subscription.compareAndSet(null, offered)) {
      offered.request(DEMAND);
    } else {
      offered.cancel();
    }
  }

  @Override
  public void onNext(List<ByteBuffer> buffers) {
    queue.add(new Data(buffers));
  }

  @Override
  public void onError(Throwable cause) {
    queue.add(new Broken(cause));
  }

  @Override
  public void onComplete() {
    queue.add(new End());
  }

  /**
   * The next bytes; empty at the end.
   *
   * @throws TimeoutException when nothing arrives within {@code limit}
   * @throws IOException when the connection broke
   */
  Optional<List<ByteBuffer>> next(Duration limit)
      throws IOException, TimeoutException, InterruptedException {
    Item item = queue.poll(limit.toNanos(), TimeUnit.NANOSECONDS);
    return switch (item) {
      case null -> throw new TimeoutException();
      case Data(List<ByteBuffer> buffers) -> {
        subscription.get().request(1);
        yield Optional.of(buffers);
      }
      case End() -> {
        queue.add(item);
        yield Optional.empty();
      }
      case Broken(Throwable cause) -> {
        queue.add(item);
        throw new IOException(Problems.text(cause), cause);
      }
    };
  }

  @Override
  public void close() {
    Flow.Subscription open = subscription.get();
    if (open != null) {
      open.cancel();
    }
  }
}
