package refinery.pipeline;

import java.io.BufferedWriter;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import refinery.agent.Attempt;
import refinery.storage.ObjectStore.OutOfSpaceException;

/**
 * Limits what a step in Java writes. Every byte counts against the disk that is reserved for its
 * attempt, less what the scratch directory holds at the step's first write. Such steps write files
 * in no other way; writing fails once the attempt is stopped. Used by one thread.
 */
final class ScratchRoom {
  /** Bytes that every file costs, even an empty one, so that a million of them count. */
  private static final long FILE = 4096;

  private static final int BUFFER = 1 << 16;
  private static final long UNKNOWN = -1;

  private final Attempt attempt;
  private long left = UNKNOWN;

  ScratchRoom(Attempt attempt) {
    this.attempt = attempt;
  }

  /** With a limit of its own, for files outside the attempt's scratch. */
  ScratchRoom(Attempt attempt, long bytes) {
    this.attempt = attempt;
    this.left = bytes;
  }

  void grant(long bytes) {
    left += bytes;
  }

  /** Opens a new or emptied file for writing, without a buffer. */
  OutputStream create(Path file) throws IOException {
    if (left == UNKNOWN) {
      left = attempt.diskLeft();
    }
    take(FILE);
    return new Counted(Files.newOutputStream(file));
  }

  /** Opens a new or emptied text file for writing, as Latin-1. */
  BufferedWriter writer(Path file) throws IOException {
    return new BufferedWriter(
        new OutputStreamWriter(create(file), StandardCharsets.ISO_8859_1), BUFFER);
  }

  /** Opens a new or emptied text file for writing, as UTF-8. */
  BufferedWriter unicode(Path file) throws IOException {
    return new BufferedWriter(new OutputStreamWriter(create(file), StandardCharsets.UTF_8), BUFFER);
  }

  private void take(long bytes) throws IOException {
    Streams.heed(attempt);
    if (bytes > left) {
      throw new OutOfSpaceException(
          "more would be written than the %d bytes of disk that are reserved"
              .formatted(attempt.reserved().disk()),
          null);
    }
    left -= bytes;
  }

  private final class Counted extends FilterOutputStream {
    Counted(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int single) throws IOException {
      take(1);
      out.write(single);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      take(length);
      out.write(bytes, offset, length);
    }
  }
}
