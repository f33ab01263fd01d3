package refinery.dashboard;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;

/**
 * Asks what an open overview page asks, without a browser: its stream of news, and upon news the
 * health and the inbox at most every 3 s, the history of the last hour at most every 5 s and how
 * states stood in it at most every minute; who reads it asks once.
 */
final class OverviewReader implements AutoCloseable {
  /** As {@code views/overview.js} and {@code app.js} ask. */
  private enum Asked {
    HEALTH("/api/v1/health", 3_000),
    INBOX("/api/v1/surveys?state=awaiting_input&limit=100", 3_000),
    HISTORY("/api/v1/stats/history?step=60&from=", 5_000),
    STATES("/api/v1/stats/states?step=60&from=", 60_000);

    private final String path;
    private final long throttle;

    Asked(String path, long throttle) {
      this.path = path;
      this.throttle = throttle;
    }

    String path() {
      return path.endsWith("=")
          ? path + Instant.now().minusSeconds(3_600).truncatedTo(ChronoUnit.MINUTES)
          : path;
    }
  }

  private final String url;
  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(Thread.ofPlatform().daemon().factory());
  private final AtomicLong requests = new AtomicLong();
  private final AtomicLong news = new AtomicLong();
  private final AtomicReference<String> refused = new AtomicReference<>();
  private final long[] due = new long[Asked.values().length];
  private final Stream<String> lines;

  OverviewReader(String url) {
    this.url = url;
    this.lines = opened();
    Thread.ofPlatform().daemon().name("reader").start(() -> read(lines));
    for (Asked asked : Asked.values()) {
      ask(asked);
    }
    ask("/api/v1/session");
  }

  private Stream<String> opened() {
    try {
      return http.send(request("/api/v1/events?summary=true"), BodyHandlers.ofLines()).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private HttpRequest request(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header("Accept-Encoding", "gzip, deflate, br, zstd")
        .header("X-Refinery-Request", "1")
        .build();
  }

  private void read(Stream<String> all) {
    try {
      all.filter(line -> line.startsWith("data:")).forEach(line -> tell());
    } catch (UncheckedIOException closed) {
      timer.shutdownNow();
    }
  }

  private void tell() {
    news.incrementAndGet();
    long now = System.nanoTime();
    for (Asked asked : Asked.values()) {
      if (due[asked.ordinal()] - now <= 0) {
        due[asked.ordinal()] = now + TimeUnit.MILLISECONDS.toNanos(asked.throttle);
        timer.schedule(() -> ask(asked), asked.throttle, TimeUnit.MILLISECONDS);
      }
    }
  }

  private void ask(Asked asked) {
    ask(asked.path());
  }

  private void ask(String path) {
    requests.incrementAndGet();
    int status = http.sendAsync(request(path), BodyHandlers.ofByteArray()).join().statusCode();
    if (status != 200) {
      refused.set(path + " was answered " + status);
    }
  }

  /**
   * @throws IllegalStateException when one was not answered, so that nobody takes it for cheap
   */
  long requests() {
    if (refused.get() != null) {
      throw new IllegalStateException(refused.get());
    }
    return requests.get();
  }

  /** Messages of the stream. */
  long news() {
    return news.get();
  }

  @Override
  public void close() {
    timer.shutdownNow();
    lines.close();
    http.shutdownNow();
  }
}
