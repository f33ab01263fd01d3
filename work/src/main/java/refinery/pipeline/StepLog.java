package refinery.pipeline;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import refinery.protocol.batch.Artifact;
import refinery.storage.ObjectStore;

/**
 * A step's part of the attempt's log: what was appended since the step began. People follow the
 * whole log; the part becomes an artifact. It also holds what steps that store no log of their own
 * said before, so that all artifacts in order are the log, byte for byte.
 */
final class StepLog {
  /**
   * The largest artifact in bytes. Half of it is kept for the end, where tools say why they failed.
   */
  static final long LARGEST = 32L << 20;

  private final Path log;
  private final long stored;
  private final long start;

  private StepLog(Path log, long stored, long start) {
    this.log = log;
    this.stored = stored;
    this.start = start;
  }

  static StepLog begin(Path log) throws IOException {
    long start = size(log);
    return new StepLog(log, start, start);
  }

  /**
   * @param stored how much of the log is in artifacts of earlier steps
   */
  static StepLog begin(Path log, long stored) throws IOException {
    return new StepLog(log, stored, size(log));
  }

  static long size(Path log) throws IOException {
    return Files.exists(log) ? Files.size(log) : 0;
  }

  void say(String line) throws IOException {
    Files.writeString(
        log,
        LastWords.clean(line) + "\n",
        StandardCharsets.UTF_8,
        StandardOpenOption.CREATE,
        StandardOpenOption.APPEND);
  }

  String tail() throws IOException {
    return LastWords.tail(log, start);
  }

  /**
   * Stores the part; empty when the step wrote nothing. Of a very long part only the beginning and
   * the end are stored.
   */
  Optional<Artifact> publish(String step, Path folder, ObjectStore store) throws IOException {
    if (size(log) <= stored) {
      return Optional.empty();
    }
    Path part = Files.createTempFile(folder, step, ".log");
    try (FileChannel from = FileChannel.open(log, StandardOpenOption.READ);
        InputStream in = Channels.newInputStream(from.position(stored));
        OutputStream out = Files.newOutputStream(part)) {
      long size = from.size() - stored;
      if (size <= LARGEST) {
        copy(in, out, size);
      } else {
        copy(in, out, LARGEST / 2);
        long leftOut = size - LARGEST / 2 * 2;
        out.write(
            "%n[... %d bytes are left out ...]%n"
                .formatted(leftOut)
                .getBytes(StandardCharsets.UTF_8));
        from.position(stored + LARGEST / 2 + leftOut);
        copy(in, out, LARGEST / 2);
      }
    }
    ObjectStore.StoredObject stored = store.put("", part, true);
    return Optional.of(
        new Artifact(
            step + ".log",
            stored.sha256(),
            stored.size(),
            "text/plain; charset=utf-8",
            Artifact.LOG));
  }

  private static void copy(InputStream in, OutputStream out, long bytes) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long left = bytes;
    while (left > 0) {
      int n = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (n < 0) {
        return;
      }
      out.write(buffer, 0, n);
      left -= n;
    }
  }
}
