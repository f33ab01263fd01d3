package refinery.archive;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.zip.GZIPInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import refinery.hosts.HostGate;
import refinery.protocol.FailureClass;
import refinery.web.Backoff;
import refinery.web.BoundedCall;
import refinery.web.RetryAfter;
import refinery.web.StallWatch;

/**
 * Asks archives for the answers that a survey reads, not for data files. Requests are paced per
 * host, bounded in size and time, and repeated while that can help. Blocking: call it on a virtual
 * thread; an interrupt ends every wait. Thread-safe.
 */
public final class ArchiveHttp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ArchiveHttp.class);
  private static final int SNIPPET = 400;
  private static final int MOST_REDIRECTS = 5;
  private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

  private final HttpClient client;
  private final ArchivesConfig.Http settings;
  private final ArchivesConfig.Limits limits;
  private final AllowedHosts hosts;
  private final String userAgent;
  private final HostPacer pacer;
  private final HostGate gate;
  private final HostGate.Caller caller;
  private final StallWatch watch;
  private final Pause pause;

  public ArchiveHttp(ArchivesConfig archives, String version) {
    this(archives, archives.http(), "refinery/" + version, Pause.real(), HostGate.OPEN);
  }

  /** With another way to wait between tries, for tests. */
  public ArchiveHttp(ArchivesConfig archives, String version, Pause pause) {
    this(archives, archives.http(), "refinery/" + version, pause, HostGate.OPEN);
  }

  /** For a node of a cluster, whose gate is asked before each request. */
  public ArchiveHttp(ArchivesConfig archives, String version, HostGate gate) {
    this(archives, archives.http(), "refinery/" + version, Pause.real(), gate);
  }

  /** With other settings and another user agent than those of surveys. */
  public ArchiveHttp(
      ArchivesConfig archives,
      ArchivesConfig.Http settings,
      String userAgent,
      Pause pause,
      HostGate gate) {
    this.settings = settings;
    this.limits = archives.limits();
    this.hosts = archives.hosts();
    this.userAgent = userAgent;
    this.pacer = new HostPacer(settings.requestsPerSecond());
    this.gate = gate;
    this.caller = new HostGate.Caller("", settings.requestsPerSecond(), reason -> {});
    this.watch = new StallWatch(settings.stallTimeout(), settings.totalTimeout());
    this.pause = pause;
    this.client =
        HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.connectTimeout())
            .build();
  }

  /**
   * Turns the body of a 200 into a value. If it throws a {@link MalformedAnswer}, the archive is
   * asked again.
   */
  @FunctionalInterface
  public interface Reader<T> {
    T read(InputStream body) throws IOException, MalformedAnswer;
  }

  /**
   * What the answer to a HEAD states; empty what it does not.
   *
   * @param length in bytes
   * @param version changes when the content does: the ETag, else the time of the last change
   */
  public record Head(Optional<Long> length, Optional<String> version) {}

  public ArchivesConfig.Limits limits() {
    return limits;
  }

  /** Asks for an answer that the reader keeps in memory, which has the smaller size limit. */
  public <T> Reply<T> get(URI uri, String accept, Reader<T> reader) throws InterruptedException {
    return get(uri, accept, limits.held(), reader);
  }

  /** Asks for an answer that the reader writes to disk, which has the larger size limit. */
  public <T> Reply<T> getLarge(URI uri, String accept, Reader<T> reader)
      throws InterruptedException {
    return get(uri, accept, limits.answer(), reader);
  }

  private <T> Reply<T> get(URI uri, String accept, Bound most, Reader<T> reader)
      throws InterruptedException {
    HttpRequest request = request(uri).header("Accept", accept).GET().build();
    return patiently(
        request,
        response -> {
          try (InputStream body = body(response, most)) {
            return new Attempted.Answered<>(reader.read(body));
          }
        });
  }

  /** Asks whether a file exists, and how long it is. */
  public Reply<Head> head(URI uri) throws InterruptedException {
    HttpRequest request = request(uri).method("HEAD", HttpRequest.BodyPublishers.noBody()).build();
    return patiently(
        request,
        response -> {
          response.body().close();
          return new Attempted.Answered<>(
              new Head(statedLength(response), statedVersion(response)));
        });
  }

  @Override
  public void close() {
    watch.close();
    client.shutdownNow();
  }

  private HttpRequest.Builder request(URI uri) {
    return HttpRequest.newBuilder(uri).header("User-Agent", userAgent);
  }

  /** How one try ended. */
  private sealed interface Attempted<T> {
    record Answered<T>(T value) implements Attempted<T> {}

    record Ended<T>(Reply<T> reply) implements Attempted<T> {}

    record Again<T>(FailureClass failureClass, String reason, Optional<Duration> after)
        implements Attempted<T> {}
  }

  @FunctionalInterface
  private interface Success<T> {
    Attempted<T> handle(HttpResponse<InputStream> response) throws IOException, MalformedAnswer;
  }

  private <T> Reply<T> patiently(HttpRequest request, Success<T> success)
      throws InterruptedException {
    for (int number = 1; ; number++) {
      pause.await(pacer.reserve(request.uri().getAuthority(), System.nanoTime()));
      Optional<String> away = gate.enter(request.uri(), caller);
      if (away.isPresent()) {
        return new Reply.Transient<>(FailureClass.TRANSIENT, away.get() + "; try again later");
      }
      switch (once(request, success)) {
        case Attempted.Answered<T> answered -> {
          gate.answered(request.uri());
          return new Reply.Ok<>(answered.value());
        }
        case Attempted.Ended<T> ended -> {
          gate.answered(request.uri());
          return ended.reply();
        }
        case Attempted.Again<T> again -> {
          tell(request.uri(), again);
          if (number >= settings.maxTries()) {
            String message =
                again.reason() + " (" + place(request) + ", " + number + " tries); try again later";
            return new Reply.Transient<>(again.failureClass(), message);
          }
          LOG.debug("{} {}: {}", request.method(), place(request), again.reason());
          pause.await(delay(again.after(), number));
        }
      }
    }
  }

  /** An answer that cannot be read is no failure of its host. */
  private void tell(URI address, Attempted.Again<?> again) throws InterruptedException {
    if (again.failureClass() == FailureClass.CORRUPT) {
      gate.answered(address);
    } else if (gate.failed(address, caller, again.reason(), again.after())) {
      LOG.debug("{} counts as away: {}", address.getHost(), again.reason());
    }
  }

  /** The pause before the next try: what the archive asks for, but at most 4 x max-backoff. */
  private Duration delay(Optional<Duration> asked, int tries) {
    return asked
        .map(wish -> shorter(wish, settings.maxBackoff().multipliedBy(4)))
        .orElseGet(
            () ->
                new Backoff(settings.minBackoff(), settings.maxBackoff())
                    .delay(tries, ThreadLocalRandom.current().nextDouble()));
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }

  private <T> Attempted<T> once(HttpRequest request, Success<T> success)
      throws InterruptedException {
    try {
      HttpResponse<InputStream> response = follow(request);
      if (response.statusCode() == 200) {
        return success.handle(response);
      }
      return refused(request, response);
    } catch (MalformedAnswer e) {
      return new Attempted.Again<>(FailureClass.CORRUPT, e.getMessage(), Optional.empty());
    } catch (AnswerTooLarge e) {
      String message = place(request) + ": " + e.getMessage();
      return new Attempted.Ended<>(new Reply.Rejected<>(200, "", message));
    } catch (RefusedRedirect e) {
      String message = place(request) + " redirects, and " + e.getMessage();
      return new Attempted.Ended<>(new Reply.Rejected<>(302, "", message));
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("stopped while asking " + place(request));
      }
      return new Attempted.Again<>(FailureClass.TRANSIENT, words(e), Optional.empty());
    }
  }

  /** Follows up to five redirects to allowed hosts; one more is returned as the answer. */
  private HttpResponse<InputStream> follow(HttpRequest request)
      throws IOException, InterruptedException {
    HttpRequest next = request;
    for (int redirects = 0; ; redirects++) {
      HttpResponse<InputStream> response =
          BoundedCall.send(
              client, next, settings.answerTimeout(), HttpResponse.BodyHandlers.ofInputStream());
      Optional<URI> target = REDIRECTS.contains(response.statusCode()) ? target(response) : none();
      if (target.isEmpty() || redirects == MOST_REDIRECTS) {
        return response;
      }
      response.body().close();
      Optional<String> refusal = hosts.refusal(next.uri(), target.get());
      if (refusal.isPresent()) {
        throw new RefusedRedirect(refusal.get());
      }
      next = HttpRequest.newBuilder(request, (name, value) -> true).uri(target.get()).build();
    }
  }

  private static Optional<URI> none() {
    return Optional.empty();
  }

  private static Optional<URI> target(HttpResponse<?> response) {
    try {
      return response.headers().firstValue("Location").map(response.uri()::resolve);
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  /** A redirect to a host that is not allowed. It is not tried again: it would be the same. */
  private static final class RefusedRedirect extends IOException {
    private static final long serialVersionUID = 1L;

    RefusedRedirect(String message) {
      super(message);
    }
  }

  private <T> Attempted<T> refused(HttpRequest request, HttpResponse<InputStream> response)
      throws IOException {
    int status = response.statusCode();
    String body;
    try (InputStream in = body(response, limits.held())) {
      body = new String(in.readNBytes(SNIPPET), StandardCharsets.UTF_8).strip();
    }
    String said = status + (body.isEmpty() ? "" : " " + oneLine(body));
    if (status == 204 || status == 404 || status == 410) {
      return new Attempted.Ended<>(
          new Reply.Absent<>(status, place(request) + " answered " + said));
    }
    if (status == 408 || status == 421 || status == 425 || status == 429 || status >= 500) {
      Optional<Duration> after =
          response
              .headers()
              .firstValue("Retry-After")
              .flatMap(text -> RetryAfter.parse(text, Instant.now()));
      return new Attempted.Again<>(FailureClass.TRANSIENT, "answered " + said, after);
    }
    if (status >= 300 && status < 400) {
      return new Attempted.Again<>(
          FailureClass.TRANSIENT,
          "answered " + status + ", a redirect that leads nowhere",
          Optional.empty());
    }
    String message = place(request) + " refused the request: " + said;
    return new Attempted.Ended<>(new Reply.Rejected<>(status, body, message));
  }

  /**
   * The unpacked body. Reading fails when no byte comes in time, or when the unpacked size exceeds
   * the limit.
   */
  private InputStream body(HttpResponse<InputStream> response, Bound most) throws IOException {
    InputStream watched = watch.watch(response.body());
    try {
      return new BoundedBody(decoded(response, watched), most);
    } catch (IOException e) {
      watched.close();
      throw e;
    }
  }

  private static InputStream decoded(HttpResponse<?> response, InputStream body)
      throws IOException {
    boolean zipped =
        response
            .headers()
            .firstValue("Content-Encoding")
            .map(encoding -> encoding.toLowerCase(Locale.ROOT).contains("gzip"))
            .orElse(false);
    return zipped ? new GZIPInputStream(body) : body;
  }

  private static Optional<Long> statedLength(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Content-Length")
        .filter(text -> text.matches("\\d{1,15}"))
        .map(Long::parseLong);
  }

  private static Optional<String> statedVersion(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("ETag")
        .or(() -> response.headers().firstValue("Last-Modified"))
        .map(ArchiveHttp::oneLine)
        .filter(text -> !text.isEmpty());
  }

  private static String place(HttpRequest request) {
    return request.uri().getScheme()
        + "://"
        + request.uri().getAuthority()
        + request.uri().getPath();
  }

  /** Untrusted text on one line without control characters, short enough for a message. */
  public static String oneLine(String text) {
    String start = text.length() <= 4 * SNIPPET ? text : text.substring(0, 4 * SNIPPET);
    String line = start.replaceAll("\\s+", " ").replaceAll("[\\p{Cntrl}\\p{Cf}]", "").strip();
    return line.length() <= 240 ? line : line.substring(0, 240) + "...";
  }

  private static String words(IOException e) {
    String message = e.getMessage() == null ? "" : ": " + e.getMessage();
    return switch (e) {
      case java.net.http.HttpConnectTimeoutException timeout -> "could not connect in time";
      case java.net.http.HttpTimeoutException timeout -> "no answer in time";
      case java.net.ConnectException refused -> "could not connect" + message;
      default -> "the connection broke" + message;
    };
  }
}
