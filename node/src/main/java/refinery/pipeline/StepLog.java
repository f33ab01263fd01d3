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
 * A step's part of the attempt's combined log: what was appended since it began. The combined log
 * is what people follow; the part becomes an artifact.
 */
final class StepLog {
  private static final long LARGEST = 32L << 20;

  private final Path log;
  private final long start;

  private StepLog(Path log, long start) {
    this.log = log;
    this.start = start;
  }

  static StepLog begin(Path log) throws IOException {
    return new StepLog(log, Files.exists(log) ? Files.size(log) : 0);
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

  /** Nothing when the step was silent; of a very long log the beginning. */
  Optional<Artifact> publish(String step, Path folder, ObjectStore store) throws IOException {
    if (!Files.exists(log) || Files.size(log) <= start) {
      return Optional.empty();
    }
    Path part = Files.createTempFile(folder, step, ".log");
    try (FileChannel from = FileChannel.open(log, StandardOpenOption.READ);
        InputStream in = Channels.newInputStream(from.position(start));
        OutputStream out = Files.newOutputStream(part)) {
      byte[] buffer = new byte[1 << 16];
      long left = LARGEST;
      for (int n = in.read(buffer); n >= 0 && left > 0; n = in.read(buffer)) {
        int kept = (int) Math.min(n, left);
        out.write(buffer, 0, kept);
        left -= kept;
      }
    }
    ObjectStore.StoredObject stored = store.put("", part, true);
    return Optional.of(
        new Artifact(step + ".log", stored.sha256(), stored.size(), "text/plain; charset=utf-8"));
  }
}
