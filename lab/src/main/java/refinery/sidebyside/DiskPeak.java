package refinery.sidebyside;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import refinery.client.Terminal;

/**
 * Records the largest size of a node's directory, looking at it every few seconds until it is
 * closed.
 */
final class DiskPeak implements AutoCloseable {
  private static final Duration LOOK = Duration.ofSeconds(4);

  private final Path home;
  private final CountDownLatch closed = new CountDownLatch(1);
  private volatile long bytes;
  private volatile long references;

  private DiskPeak(Path home) {
    this.home = home;
  }

  static DiskPeak watch(Path home) {
    DiskPeak peak = new DiskPeak(home);
    peak.look();
    Thread.ofVirtual().name("disk-peak").start(peak::lookOn);
    return peak;
  }

  private void lookOn() {
    while (!Terminal.pause(closed, LOOK)) {
      look();
    }
  }

  private void look() {
    bytes = Math.max(bytes, Trees.size(home, "postgres"));
    try (Stream<Path> found = Files.list(home.resolve("references"))) {
      references = Math.max(references, found.count());
    } catch (IOException e) {
      references = Math.max(references, 0);
    }
  }

  long bytes() {
    look();
    return bytes;
  }

  long references() {
    return references;
  }

  @Override
  public void close() {
    closed.countDown();
  }
}
