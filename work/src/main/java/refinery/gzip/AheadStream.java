package refinery.gzip;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Reads another stream on a thread of its own, a few blocks ahead, so that whoever uses the bytes
 * and what makes them (an inflation) run at the same time. What the other stream throws is thrown
 * here, after the bytes before it. For one reading thread.
 */
public final class AheadStream extends InputStream {
  private static final int BLOCK = 1 << 18;
  private static final int BLOCKS = 6;

  /**
   * @param failure what was thrown instead of more bytes
   */
  private record Block(byte[] bytes, int length, IOException failure) {}

  private final InputStream in;
  private final BlockingQueue<Block> full = new ArrayBlockingQueue<>(BLOCKS);
  private final BlockingQueue<byte[]> empty = new ArrayBlockingQueue<>(BLOCKS);
  private final Thread reader;
  private Block block = new Block(new byte[0], 0, null);
  private int at;

  /** Reads {@code in}, which it closes with itself. */
  public AheadStream(InputStream in) {
    this.in = in;
    for (int index = 0; index < BLOCKS; index++) {
      empty.add(new byte[BLOCK]);
    }
    this.reader = Thread.ofPlatform().daemon().name("read-ahead").start(this::readAll);
  }

  private void readAll() {
    try {
      boolean more = true;
      while (more) {
        Block next = next(empty.take());
        full.put(next);
        more = next.length > 0 && next.failure == null;
      }
    } catch (InterruptedException closed) {
      Thread.currentThread().interrupt();
    }
  }

  private Block next(byte[] into) {
    int length = 0;
    try {
      while (length < into.length) {
        int count = in.read(into, length, into.length - length);
        if (count < 0) {
          break;
        }
        length += count;
      }
      return new Block(into, length, null);
    } catch (IOException failure) {
      return new Block(into, length, failure);
    } catch (RuntimeException defect) {
      return new Block(into, length, new IOException(defect));
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] into, int offset, int length) throws IOException {
    if (at == block.length && !advance()) {
      return -1;
    }
    int count = Math.min(length, block.length - at);
    System.arraycopy(block.bytes, at, into, offset, count);
    at += count;
    return count;
  }

  private boolean advance() throws IOException {
    if (block.failure != null) {
      throw block.failure;
    }
    try {
      if (block.length > 0) {
        empty.add(block.bytes);
      } else if (block.bytes.length > 0) {
        return false;
      }
      block = full.take();
      at = 0;
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("stopped");
    }
    if (block.length == 0 && block.failure != null) {
      throw block.failure;
    }
    return block.length > 0;
  }

  /** Ends the thread and closes the other stream. */
  @Override
  public void close() throws IOException {
    reader.interrupt();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    in.close();
  }
}
