package refinery.transfer;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import refinery.transfer.HttpSource.Resume;
import refinery.transfer.TransferException.BrokenTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/**
 * The parts of a large file, fetched by several connections at once and handed out in order. Each
 * part lies in memory until it is taken, and no more parts are begun than there are connections, so
 * memory is bounded whatever the file's size. All parts are of one version: each request names it,
 * and each answer is compared with it. {@link #next} is for one thread.
 */
final class Parts implements AutoCloseable {
  private final HttpSource source;
  private final Reception.Sender sender;
  private final TransferSettings settings;
  private final ServedFile served;
  private final long total;
  private final Deque<Running> ahead = new ArrayDeque<>();
  private long begun;

  /** A part that is being fetched. */
  private record Running(CompletableFuture<Piece> piece, Thread thread) {}

  /** What a request for a part brought. */
  sealed interface Piece {
    record Bytes(ByteBuffer bytes) implements Piece {}

    /** The answer is no part of the version that was begun. */
    record OtherVersion(String why) implements Piece {}
  }

  /**
   * @param from first byte that is wanted
   * @param served the version that was begun; not changed while parts are fetched
   */
  Parts(
      HttpSource source,
      Reception.Sender sender,
      TransferSettings settings,
      ServedFile served,
      long from) {
    this.source = source;
    this.sender = sender;
    this.settings = settings;
    this.served = served;
    this.total = served.total().orElseThrow();
    this.begun = from;
  }

  /**
   * True if the rest of a file is worth several connections: it is large, and its server tells
   * versions apart.
   */
  static boolean areWorthwhile(TransferSettings settings, OptionalLong size, long from) {
    TransferSettings.Ranges ranges = settings.ranges();
    return ranges.connections() > 1
        && size.isPresent()
        && size.getAsLong() >= ranges.above()
        && size.getAsLong() - from > ranges.part();
  }

  /** Waits for the next part in the file's order. */
  Piece next() throws TransferException, InterruptedException {
    while (ahead.size() < settings.ranges().connections() && begun < total) {
      long from = begun;
      long end = Math.min(total, from + settings.ranges().part());
      ahead.add(begin(from, end));
      begun = end;
    }
    try {
      return ahead.remove().piece().get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof TransferException problem
          ? problem
          : new BrokenTransfer("a defect in fetching a part", failed.getCause());
    }
  }

  private Running begin(long from, long end) {
    CompletableFuture<Piece> piece = new CompletableFuture<>();
    Thread thread =
        Thread.ofVirtual()
            .name("part-" + from)
            .start(
                () -> {
                  try {
                    piece.complete(fetch(from, end));
                  } catch (Exception | Error problem) {
                    piece.completeExceptionally(problem);
                  }
                });
    return new Running(piece, thread);
  }

  private Piece fetch(long from, long end) throws TransferException, InterruptedException {
    HttpResponse<ResponseChunks> response =
        source.open(
            sender.url(),
            new Resume(from, served.validator(), OptionalLong.of(end - 1)),
            sender.caller());
    try (ResponseChunks body = response.body()) {
      if (response.statusCode() == 200) {
        return new Piece.OtherVersion("the server sends the whole file, or it has changed");
      }
      if (response.statusCode() != 206) {
        throw Refusal.of(response, settings.maxBackoff(), java.time.Instant.now()).problem();
      }
      Optional<String> why = served.whyNotContinued(response.headers(), from);
      return why.isPresent()
          ? new Piece.OtherVersion(why.get())
          : new Piece.Bytes(read(body, response.uri(), (int) (end - from)));
    }
  }

  private ByteBuffer read(ResponseChunks body, URI from, int length)
      throws TransferException, InterruptedException {
    ByteBuffer bytes = ByteBuffer.allocate(length);
    while (bytes.hasRemaining()) {
      try {
        Optional<List<ByteBuffer>> chunk = body.next(settings.stallTimeout());
        if (chunk.isEmpty()) {
          throw new TransientTransfer(
              "only " + bytes.position() + " of a part of " + length + " bytes");
        }
        for (ByteBuffer buffer : chunk.get()) {
          sender.bandwidth().take(buffer.remaining());
          buffer.limit(Math.min(buffer.limit(), buffer.position() + bytes.remaining()));
          bytes.put(buffer);
        }
      } catch (TimeoutException stalled) {
        throw broke(from, "no byte from " + sender.url().getHost() + " in time", stalled);
      } catch (IOException broke) {
        throw broke(from, Problems.network(sender.url().getHost(), broke).getMessage(), broke);
      }
    }
    return bytes.flip();
  }

  private TransientTransfer broke(URI from, String what, Exception cause)
      throws InterruptedException {
    source.broke(from, sender.caller(), what);
    return new TransientTransfer(what + ", in a part", cause);
  }

  /** Ends what is still being fetched. */
  @Override
  public void close() {
    ahead.forEach(running -> running.thread().interrupt());
    ahead.clear();
  }
}
