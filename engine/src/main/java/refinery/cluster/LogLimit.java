package refinery.cluster;

import akka.actor.ActorSystem;
import akka.event.EventStream;
import akka.event.LogMarker;
import akka.event.slf4j.Slf4jLoggingFilter;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.LoggerFactory;
import refinery.configuration.ConfigurationException;

/**
 * Limits how many warnings and errors each class of Akka logs in a minute. Akka logs a line for
 * every few bytes of nonsense that a stranger sends to its port; each line would wait with its
 * stack trace in an unbounded mailbox and then fill the log. Thread-safe, called on the thread that
 * logs. Akka makes it by its class name.
 */
public final class LogLimit extends Slf4jLoggingFilter {
  private static final String KEY = "refinery.log.akka-lines-per-minute";
  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final int linesPerMinute;
  private final Map<Class<?>, Window> warnings = new ConcurrentHashMap<>();
  private final Map<Class<?>, Window> errors = new ConcurrentHashMap<>();

  public LogLimit(ActorSystem.Settings settings, EventStream events) {
    super(settings, events);
    linesPerMinute = settings.config().getInt(KEY);
    if (linesPerMinute < 1) {
      throw new ConfigurationException(KEY + " must be at least 1");
    }
  }

  @Override
  public boolean isWarningEnabled(Class<?> logClass, String logSource) {
    return super.isWarningEnabled(logClass, logSource) && mayWarn(logClass);
  }

  @Override
  public boolean isWarningEnabled(Class<?> logClass, String logSource, LogMarker marker) {
    return super.isWarningEnabled(logClass, logSource, marker) && mayWarn(logClass);
  }

  @Override
  public boolean isErrorEnabled(Class<?> logClass, String logSource) {
    return super.isErrorEnabled(logClass, logSource) && mayComplain(logClass);
  }

  @Override
  public boolean isErrorEnabled(Class<?> logClass, String logSource, LogMarker marker) {
    return super.isErrorEnabled(logClass, logSource, marker) && mayComplain(logClass);
  }

  private boolean mayWarn(Class<?> logClass) {
    return window(warnings, logClass).admits(logClass, linesPerMinute);
  }

  private boolean mayComplain(Class<?> logClass) {
    return window(errors, logClass).admits(logClass, linesPerMinute);
  }

  private static Window window(Map<Class<?>, Window> windows, Class<?> logClass) {
    return windows.computeIfAbsent(logClass, key -> new Window());
  }

  /** The lines of one class in the current minute. */
  private static final class Window {
    private long begun = System.nanoTime();
    private long lines;

    private synchronized boolean admits(Class<?> logClass, int most) {
      long now = System.nanoTime();
      if (now - begun >= MINUTE) {
        begun = now;
        lines = 0;
      }
      lines++;
      if (lines == most + 1L) {
        LoggerFactory.getLogger(logClass)
            .warn("says more than {} lines in a minute; the rest of this minute is left out", most);
      }
      return lines <= most;
    }
  }
}
