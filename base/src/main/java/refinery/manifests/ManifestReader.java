package refinery.manifests;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * Reads the lines of a stored list one by one, starting at any line. Blocking; not thread-safe.
 * Closing it closes the channel.
 */
public final class ManifestReader implements AutoCloseable {
  private static final int LONGEST = 1 << 16;

  private final SeekableByteChannel channel;
  private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).limit(0);
  private long place;

  /**
   * @param place where to begin: the byte at which a line begins
   */
  public ManifestReader(SeekableByteChannel channel, long place) throws IOException {
    this.channel = channel;
    this.place = place;
    channel.position(place);
  }

  /** The byte at which the next line begins. */
  public long place() {
    return place;
  }

  /**
   * The next line without its line feed; empty at the end of the list.
   *
   * @throws IOException when the list ends within a line, or a line is longer than {@value
   *     #LONGEST} bytes
   */
  public Optional<String> next() throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(128);
    while (true) {
      if (!buffer.hasRemaining() && !fill()) {
        if (line.size() > 0) {
          throw new IOException("a list ends within a line");
        }
        return Optional.empty();
      }
      byte next = buffer.get();
      place++;
      if (next == '\n') {
        return Optional.of(line.toString(StandardCharsets.UTF_8));
      }
      line.write(next);
      if (line.size() > LONGEST) {
        throw new IOException("a line of a list is longer than " + LONGEST + " bytes");
      }
    }
  }

  private boolean fill() throws IOException {
    buffer.clear();
    int read = 0;
    while (read == 0) {
      read = channel.read(buffer);
    }
    buffer.flip();
    return read > 0;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
