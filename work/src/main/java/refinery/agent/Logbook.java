package refinery.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.protocol.JobId;

/**
 * A file of the attempts that run on this node. From it the node's next life learns which attempts
 * were running when this life ended, and for how long.
 *
 * <p>It has a line for each begin ({@code + JOB ATTEMPT NANOS}), each end ({@code - JOB ATTEMPT
 * NANOS}) and each heartbeat ({@code . NANOS}); times count from the opening of the file. It is
 * written without fsync: it survives the death of the process, but not always that of the machine.
 * Blocking and thread-safe.
 */
final class Logbook implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Logbook.class);
  private static final long LARGEST = 1L << 20;

  private record Entry(JobId job, int attempt) {}

  private final ReentrantLock lock = new ReentrantLock();
  private final Path file;
  private final long opened = System.nanoTime();
  private final Map<Entry, Long> running = new LinkedHashMap<>();
  private FileChannel channel;

  private Logbook(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /** Opens an empty logbook and discards what was in the file. */
  static Logbook open(Path file) throws IOException {
    return new Logbook(file, created(file));
  }

  private static FileChannel created(Path file) throws IOException {
    return FileChannel.open(
        file,
        StandardOpenOption.CREATE,
        StandardOpenOption.TRUNCATE_EXISTING,
        StandardOpenOption.WRITE);
  }

  /** The attempts that were running by the file's last line. Cut or damaged lines are ignored. */
  static List<Executor.Unfinished> read(Path file) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    Map<Entry, Long> running = new LinkedHashMap<>();
    long last = 0;
    try (Stream<String> lines = Files.lines(file, StandardCharsets.ISO_8859_1)) {
      for (String line : (Iterable<String>) lines::iterator) {
        String[] words = line.split(" ");
        if (words.length == 0 || !words[words.length - 1].matches("\\d{1,18}")) {
          continue;
        }
        last = Math.max(last, Long.parseLong(words[words.length - 1]));
        if (words.length == 4
            && words[1].startsWith(JobId.PREFIX)
            && words[2].matches("\\d{1,9}")) {
          Entry entry = new Entry(JobId.of(words[1]), Integer.parseInt(words[2]));
          if (words[0].equals("+")) {
            running.put(entry, Long.parseLong(words[3]));
          } else {
            running.remove(entry);
          }
        }
      }
    }
    long end = last;
    return running.entrySet().stream()
        .map(
            one ->
                new Executor.Unfinished(
                    one.getKey().job(),
                    one.getKey().attempt(),
                    Duration.ofNanos(end - one.getValue())))
        .toList();
  }

  void begun(JobId job, int attempt) {
    locked(
        () -> {
          long now = now();
          running.put(new Entry(job, attempt), now);
          append("+ " + job.value() + " " + attempt + " " + now + "\n");
        });
  }

  void ended(JobId job, int attempt) {
    locked(
        () -> {
          running.remove(new Entry(job, attempt));
          append("- " + job.value() + " " + attempt + " " + now() + "\n");
        });
  }

  /** Writes a sign of life, and a new file when this one has grown too large. */
  void beat() {
    locked(
        () -> {
          append(". " + now() + "\n");
          if (channel.position() > LARGEST) {
            beginAnew();
          }
        });
  }

  private long now() {
    return System.nanoTime() - opened;
  }

  private void beginAnew() throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    StringBuilder all = new StringBuilder();
    running.forEach(
        (entry, at) ->
            all.append("+ " + entry.job().value() + " " + entry.attempt() + " " + at + "\n"));
    FileChannel fresh = created(next);
    try {
      write(fresh, all + ". " + now() + "\n");
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException fullDisk) {
      fresh.close();
      throw fullDisk;
    }
    FileChannel old = channel;
    channel = fresh;
    old.close();
  }

  private void append(String text) throws IOException {
    write(channel, text);
  }

  private static void write(FileChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** A failure to write is only logged: a full disk must not end an attempt. */
  private void locked(Step step) {
    lock.lock();
    try {
      step.run();
    } catch (IOException e) {
      LOG.debug("the logbook cannot be written: {}", e.toString());
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
