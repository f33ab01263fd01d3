package refinery.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import refinery.files.ToolWords;

/** Reads parts of logs and recognises some errors in them. */
final class LogTail {
  private static final int TAIL = 16 * 1024;
  private static final List<String> FULL_DISK =
      List.of(
          "no space left on device",
          "storage exhausted",
          "rcstorage,rcexhausted",
          "disk quota exceeded");

  private LogTail() {}

  static long size(Path log) {
    return log.toFile().length();
  }

  /**
   * The last 16 KiB, at most, of what was written from {@code start} on; empty when nothing was
   * written or the log cannot be read.
   */
  static String since(Path log, long start) {
    long size = size(log);
    if (size <= start) {
      return "";
    }
    try {
      return ToolWords.of(read(log, Math.max(start, size - TAIL), TAIL));
    } catch (IOException unreadable) {
      return "";
    }
  }

  static byte[] read(Path log, long offset, int limit) throws IOException {
    if (size(log) <= offset) {
      return new byte[0];
    }
    try (SeekableByteChannel channel = Files.newByteChannel(log)) {
      ByteBuffer buffer =
          ByteBuffer.allocate((int) Math.max(0, Math.min(limit, channel.size() - offset)));
      channel.position(offset);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        continue;
      }
      byte[] bytes = new byte[buffer.position()];
      buffer.flip().get(bytes);
      return bytes;
    }
  }

  /** True if the text holds what tools print when the disk is full. Some still exit with 0. */
  static boolean saysDiskFull(String tail) {
    String lower = tail.toLowerCase(java.util.Locale.ROOT);
    return FULL_DISK.stream().anyMatch(lower::contains);
  }

  /** True if the text holds what C++ programs print when an allocation fails, or a starting JVM. */
  static boolean saysMemoryRefused(String tail) {
    return tail.contains("std::bad_alloc") || tail.contains("Could not reserve enough space for ");
  }
}
