package refinery.client;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** What the terminal is and can do, and pauses between looks at a node. */
public final class Terminal {
  private static final int USUAL = 80;
  private static final int NARROWEST = 20;
  private static final int USUAL_LINES = 24;
  private static final int LOWEST = 5;

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

  /** A terminal, and nobody has set NO_COLOR (no-color.org). */
  public static boolean isColoured() {
    return isInteractive() && System.getenv().getOrDefault("NO_COLOR", "").isEmpty();
  }

  /** As COLUMNS says, else the columns of the terminal; 80 where neither says. */
  public static int width() {
    String asked = System.getenv().getOrDefault("COLUMNS", "");
    int seen = asked.isEmpty() ? columnsByStty() : 0;
    return seen > 0 ? seen : columns(asked);
  }

  /** Keys are seen without Enter and not shown, until this process ends, however it does so. */
  public static void readKeysAtOnce() {
    String before = stty("-g").strip();
    if (!before.isEmpty()) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> stty(before), "terminal-as-it-was"));
      stty("-icanon", "-echo", "min", "1");
    }
  }

  /** Lines of the terminal; 24 where it does not say. */
  public static int height() {
    String[] words = stty("size").strip().split(" ", -1);
    int lines = words[0].matches("\\d{1,4}") ? Integer.parseInt(words[0]) : 0;
    return lines < LOWEST ? USUAL_LINES : lines;
  }

  private static int columnsByStty() {
    String[] words = stty("size").strip().split(" ", -1);
    return words.length == 2 ? columns(words[1]) : 0;
  }

  /** What stty says of the controlling terminal; empty where there is none. */
  private static String stty(String... arguments) {
    List<String> command = new ArrayList<>(List.of("stty"));
    command.addAll(List.of(arguments));
    try {
      Process stty =
          new ProcessBuilder(command)
              .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/tty")))
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      return new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException noTerminal) {
      return "";
    }
  }

  private static int columns(String text) {
    int columns = text.matches("\\d{1,4}") ? Integer.parseInt(text) : 0;
    return columns < NARROWEST ? USUAL : columns;
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
