package refinery.http;

import akka.NotUsed;
import akka.stream.javadsl.Source;
import akka.stream.javadsl.StreamConverters;
import akka.util.ByteString;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;

/** Streams the bytes of channels on Akka's dispatcher for blocking work. */
final class Bytes {
  private static final int CHUNK = 64 * 1024;

  private Bytes() {}

  /** Opens a channel; may block. */
  @FunctionalInterface
  interface Opening {
    ReadableByteChannel open() throws IOException;
  }

  /**
   * Streams {@code length} bytes from {@code offset}. The channel is opened when the stream starts,
   * and closed at its end.
   */
  static Source<ByteString, NotUsed> from(Opening opening, long offset, long length) {
    return StreamConverters.fromInputStream(() -> positioned(opening.open(), offset), CHUNK)
        .statefulMap(
            () -> length,
            (left, chunk) -> {
              int taken = (int) Math.min(left, chunk.size());
              return akka.japi.Pair.create(left - taken, chunk.take(taken));
            },
            left -> java.util.Optional.empty())
        .takeWhile(chunk -> !chunk.isEmpty())
        .mapMaterializedValue(ignored -> NotUsed.getInstance());
  }

  static ReadableByteChannel channel(String text) {
    return Channels.newChannel(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  private static InputStream positioned(ReadableByteChannel channel, long offset)
      throws IOException {
    if (offset > 0 && channel instanceof SeekableByteChannel seekable) {
      seekable.position(offset);
    }
    return Channels.newInputStream(channel);
  }
}
