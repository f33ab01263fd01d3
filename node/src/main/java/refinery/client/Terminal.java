package refinery.client;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Whether a person looks on, and waiting. */
public final class Terminal {
  private Terminal() {}

  /** Whether standard output is a terminal that understands ANSI sequences. */
  public static boolean isInteractive() {
    if (System.console() == null || "dumb".equals(System.getenv("TERM"))) {
      return false;
    }
    Path stdout = Path.of("/proc/self/fd/1");
    try {
      return !Files.exists(stdout)
          || Files.readSymbolicLink(stdout).toString().matches("/dev/(pts/\\d+|tty.*|console)");
    } catch (IOException | UnsupportedOperationException e) {
      return false;
    }
  }

  /** Waits between two looks at a node. */
  public static void pause(Duration duration) {
    pause(new CountDownLatch(1), duration);
  }

  /** Waits until {@code end} opens or the time is over; true when it opened. */
  public static boolean pause(CountDownLatch end, Duration duration) {
    try {
      return end.await(duration.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw CommandFailure.failed("interrupted");
    }
  }
}
