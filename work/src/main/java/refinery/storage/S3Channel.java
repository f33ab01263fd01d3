package refinery.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NonWritableChannelException;
import java.nio.channels.SeekableByteChannel;

/**
 * Reads an object window by window. Each window is one ranged request that is complete before its
 * bytes are handed out, so a slow reader, or one that forgets to close, holds no connection.
 * Windows grow while reading goes on in sequence, so reading a few bytes stays cheap. For one
 * thread at a time.
 */
final class S3Channel implements SeekableByteChannel {
  private static final int FIRST_WINDOW = 64 << 10;

  private final S3Download object;
  private final long size;
  private final int largestWindow;
  private byte[] window = {};
  private long windowAt;
  private int nextWindow = FIRST_WINDOW;
  private long position;
  private boolean open = true;

  S3Channel(S3Download object, long size, int largestWindow) {
    this.object = object;
    this.size = size;
    this.largestWindow = largestWindow;
  }

  @Override
  public int read(ByteBuffer target) throws IOException {
    requireOpen();
    if (position >= size) {
      return -1;
    }
    if (position < windowAt || position >= windowAt + window.length) {
      fetch();
    }
    int from = (int) (position - windowAt);
    int count = Math.min(target.remaining(), window.length - from);
    target.put(window, from, count);
    position += count;
    return count;
  }

  private void fetch() throws IOException {
    boolean inSequence = position == windowAt + window.length;
    nextWindow = inSequence ? Math.min(largestWindow, nextWindow * 2) : FIRST_WINDOW;
    int length = (int) Math.min(nextWindow, size - position);
    window = new byte[0];
    window = object.range(position, length);
    windowAt = position;
  }

  @Override
  public long position() throws IOException {
    requireOpen();
    return position;
  }

  @Override
  public SeekableByteChannel position(long newPosition) throws IOException {
    requireOpen();
    if (newPosition < 0) {
      throw new IllegalArgumentException("before the first byte: " + newPosition);
    }
    position = newPosition;
    return this;
  }

  @Override
  public long size() throws IOException {
    requireOpen();
    return size;
  }

  @Override
  public boolean isOpen() {
    return open;
  }

  @Override
  public void close() {
    open = false;
    window = new byte[0];
  }

  private void requireOpen() throws ClosedChannelException {
    if (!open) {
      throw new ClosedChannelException();
    }
  }

  @Override
  public int write(ByteBuffer source) {
    throw new NonWritableChannelException();
  }

  @Override
  public SeekableByteChannel truncate(long newSize) {
    throw new NonWritableChannelException();
  }
}
