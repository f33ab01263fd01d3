package refinery.transfer;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import refinery.protocol.batch.Location;
import refinery.transfer.HttpSource.Resume;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.ExhaustedTransfer;
import refinery.transfer.TransferException.StoppedTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/**
 * One file from one location. {@link #run} makes one connection and blocks; called again after a
 * {@link TransientTransfer} it goes on where the connection broke. {@link #close} may be called by
 * any thread, closes the socket at once, removes what is incomplete, and returns when nothing runs
 * any more.
 */
final class Transfer implements AutoCloseable {
  private static final Pattern CONTENT_RANGE =
      Pattern.compile("bytes\\s+(?:(\\d{1,18})-(\\d{1,18})|\\*)/(\\d{1,18}|\\*)");

  private final HttpSource source;
  private final TransferSettings settings;
  private final Location location;
  private final URI url;
  private final PartFile part;
  private final TransferLog log;
  private final Runnable progressed;
  private final String name;
  private final ReentrantLock running = new ReentrantLock();
  private final AtomicReference<Thread> runner = new AtomicReference<>();
  private volatile boolean stopped;
  private volatile Instant notBefore = Instant.MIN;

  private Optional<String> validator = Optional.empty();
  private OptionalLong total = OptionalLong.empty();
  private int startedOver;
  private boolean delivered;

  /** Where a transfer reports to. */
  record Reporter(TransferLog log, Runnable progressed) {}

  /**
   * Where the file goes.
   *
   * @param beginning as {@link PartFile} takes it
   */
  record Target(Path file, OptionalLong beginning) {}

  /**
   * @throws CorruptTransfer when the location's address is none that we can use
   */
  static Transfer of(
      HttpSource source,
      TransferSettings settings,
      Location location,
      Target target,
      Executor executor,
      Reporter reporter)
      throws CorruptTransfer {
    try {
      URI url = new URI(location.url());
      boolean http = "http".equalsIgnoreCase(url.getScheme());
      if (url.getHost() != null && (http || "https".equalsIgnoreCase(url.getScheme()))) {
        return new Transfer(source, settings, location, url, target, executor, reporter);
      }
    } catch (URISyntaxException malformed) {
      throw new CorruptTransfer("not an address: " + malformed.getMessage());
    }
    throw new CorruptTransfer("not an http or https address: " + location.url());
  }

  private Transfer(
      HttpSource source,
      TransferSettings settings,
      Location location,
      URI url,
      Target target,
      Executor executor,
      Reporter reporter) {
    this.source = source;
    this.settings = settings;
    this.location = location;
    this.url = url;
    this.part =
        new PartFile(
            target.file(),
            Content.of(location.format()),
            location.checksum(),
            target.beginning(),
            executor);
    this.log = reporter.log();
    this.progressed = reporter.progressed();
    this.name = target.file().getFileName().toString();
  }

  /** Until when the server asked us to wait. */
  Instant notBefore() {
    return notBefore;
  }

  PartFile.Verified run() throws TransferException {
    running.lock();
    runner.set(Thread.currentThread());
    try {
      if (stopped) {
        throw new StoppedTransfer();
      }
      return connect();
    } catch (InterruptedException interrupted) {
      throw new StoppedTransfer();
    } catch (TransferException problem) {
      if (stopped) {
        throw new StoppedTransfer();
      }
      log.line(name + ": " + problem.getMessage() + " (" + location.url() + ")");
      if (!(problem instanceof TransientTransfer)) {
        part.discard();
      }
      throw problem;
    } finally {
      runner.set(null);
      running.unlock();
    }
  }

  @Override
  public void close() {
    stopped = true;
    Thread active = runner.get();
    if (active != null) {
      active.interrupt();
    }
    running.lock();
    try {
      if (delivered) {
        part.close();
      } else {
        part.discard();
      }
    } catch (TransferException undeletable) {
      log.line(name + ": " + undeletable.getMessage());
    } finally {
      running.unlock();
    }
  }

  private PartFile.Verified connect() throws TransferException, InterruptedException {
    if (part.offset() == 0) {
      startOver();
    }
    Instant began = Instant.now();
    HttpResponse<ResponseChunks> response = source.open(url, new Resume(part.offset(), validator));
    try (ResponseChunks body = response.body()) {
      if (accept(response)) {
        receive(body);
      }
    }
    PartFile.Verified verified = part.finish();
    delivered = true;
    Duration took = Duration.between(began, Instant.now());
    log.line(
        "%s: %s from %s in %.1f s, sha-256 %s, %s verified"
            .formatted(
                name,
                TransferLog.bytes(verified.size()),
                location.archive(),
                took.toMillis() / 1000.0,
                verified.sha256(),
                location
                    .checksum()
                    .map(Location.Checksum::algorithm)
                    .orElse("no checksum stated;")));
    return verified;
  }

  private void startOver() throws TransferException {
    part.reset();
    validator = Optional.empty();
    total = OptionalLong.empty();
  }

  /** As {@link #startOver}, when bytes were thrown away for it; a server may do so a few times. */
  private void startAgain(String why) throws TransferException {
    if (++startedOver >= settings.maxAttempts()) {
      throw new ExhaustedTransfer("cannot be resumed: " + why);
    }
    log.line(name + ": from the first byte again: " + why);
    startOver();
  }

  /** Whether a body follows that belongs behind what we have; false: we have everything. */
  private boolean accept(HttpResponse<?> response) throws TransferException {
    HttpHeaders headers = response.headers();
    return switch (response.statusCode()) {
      case 200 -> {
        if (part.offset() > 0) {
          startAgain("the server sends the whole file, or it has changed");
        }
        beginWhole(headers);
        yield true;
      }
      case 206 -> {
        continueRange(headers);
        yield true;
      }
      case 416 -> {
        unsatisfiable(headers);
        yield false;
      }
      default -> {
        Refusal refusal = Refusal.of(response, settings.maxBackoff(), Instant.now());
        refusal.retryAfter().ifPresent(wait -> notBefore = Instant.now().plus(wait));
        throw refusal.problem();
      }
    };
  }

  private void beginWhole(HttpHeaders headers) throws TransferException {
    String type = headers.firstValue("content-type").orElse("");
    if (!Content.of(location.format()).mayHaveType(type)) {
      throw new CorruptTransfer("the server sent a page of type " + type + " instead of the file");
    }
    validator =
        headers
            .firstValue("etag")
            .filter(tag -> tag.startsWith("\""))
            .or(() -> headers.firstValue("last-modified"));
    total = headers.firstValueAsLong("content-length");
    if (total.isPresent()
        && location.size().isPresent()
        && total.getAsLong() < location.size().getAsLong()) {
      throw new CorruptTransfer(
          "the server announces "
              + total.getAsLong()
              + " bytes, the archive states "
              + location.size().getAsLong());
    }
  }

  private void continueRange(HttpHeaders headers) throws TransferException {
    String header = headers.firstValue("content-range").orElse("");
    Matcher range = CONTENT_RANGE.matcher(header.strip());
    boolean fits =
        part.offset() > 0
            && range.matches()
            && range.group(1) != null
            && Long.parseLong(range.group(1)) == part.offset();
    boolean sameLength =
        fits
            && (total.isEmpty()
                || range.group(3).equals("*")
                || Long.parseLong(range.group(3)) == total.getAsLong());
    boolean sameObject =
        headers
            .firstValue("etag")
            .filter(tag -> tag.startsWith("\""))
            .flatMap(tag -> validator.filter(old -> old.startsWith("\"")).map(tag::equals))
            .orElse(true);
    if (!sameLength || !sameObject) {
      String why =
          !fits
              ? "wrong Content-Range \"" + header + "\" after " + part.offset() + " bytes"
              : "the file has changed on the server";
      startAgain(why);
      throw new TransientTransfer(why);
    }
  }

  private void unsatisfiable(HttpHeaders headers) throws TransferException {
    Matcher range = CONTENT_RANGE.matcher(headers.firstValue("content-range").orElse("").strip());
    boolean complete =
        part.offset() > 0
            && range.matches()
            && range.group(1) == null
            && range.group(3).equals(Long.toString(part.offset()));
    if (!complete) {
      String why = "status 416 after " + part.offset() + " bytes";
      startAgain(why);
      throw new TransientTransfer(why);
    }
  }

  private void receive(ResponseChunks body) throws TransferException, InterruptedException {
    Pace pace = new Pace();
    while (true) {
      Optional<List<ByteBuffer>> chunk;
      try {
        long asked = System.nanoTime();
        chunk = body.next(settings.stallTimeout());
        pace.waited(System.nanoTime() - asked, chunk);
      } catch (TimeoutException stalled) {
        part.flush();
        if (isComplete()) {
          return;
        }
        throw new TransientTransfer(
            "no byte from "
                + url.getHost()
                + " for "
                + settings.stallTimeout().toMillis() / 1000.0
                + " s, after "
                + part.offset());
      } catch (IOException broke) {
        part.flush();
        if (isComplete()) {
          return;
        }
        TransientTransfer network = Problems.network(url.getHost(), broke);
        throw new TransientTransfer(
            network.getMessage() + ", after " + part.offset() + " bytes", broke);
      }
      if (chunk.isEmpty()) {
        ended();
        return;
      }
      for (ByteBuffer buffer : chunk.get()) {
        part.append(buffer);
      }
      progressed.run();
      refuseTooMuch();
    }
  }

  /** The body ended as the server announced it: is that the file? */
  private void ended() throws TransferException {
    part.flush();
    if (total.isPresent() && part.offset() < total.getAsLong()) {
      throw new TransientTransfer("only " + part.offset() + " of " + total.getAsLong() + " bytes");
    }
    if (part.offset() > 0 && location.size().isPresent() && !isComplete()) {
      throw new CorruptTransfer(
          "the server sent "
              + part.offset()
              + " bytes, the archive states "
              + location.size().getAsLong());
    }
  }

  /** A broken connection does not matter when the bytes that the archive states are all there. */
  private boolean isComplete() {
    return location.size().isPresent() && location.size().getAsLong() == part.offset();
  }

  private void refuseTooMuch() throws CorruptTransfer {
    if (location.size().isPresent() && part.offset() > location.size().getAsLong()) {
      throw new CorruptTransfer(
          "the server sends more than the "
              + location.size().getAsLong()
              + " bytes that the archive states");
    }
  }

  /** Watches the speed over the time spent waiting for the network, and tells how far we are. */
  private final class Pace {
    private long waited;
    private long received;
    private long told = System.nanoTime();
    private long toldOffset = part.offset();

    void waited(long nanos, Optional<List<ByteBuffer>> chunk) throws TransientTransfer {
      waited += nanos;
      received += chunk.stream().flatMap(List::stream).mapToLong(ByteBuffer::remaining).sum();
      if (waited >= settings.stallTimeout().toNanos()) {
        double speed = received / (waited / 1e9);
        if (speed < settings.minimumSpeed()) {
          throw new TransientTransfer(
              "%s sends only %.0f bytes a second".formatted(url.getHost(), speed));
        }
        waited = 0;
        received = 0;
      }
      tell();
    }

    private void tell() {
      long now = System.nanoTime();
      if (now - told >= settings.progressInterval().toNanos()) {
        double speed = (part.offset() - toldOffset) / ((now - told) / 1e9);
        String whole =
            location.size().isPresent()
                ? " of " + TransferLog.bytes(location.size().getAsLong())
                : total.isPresent() ? " of " + TransferLog.bytes(total.getAsLong()) : "";
        log.line(
            "%s: %s%s from %s, %s/s"
                .formatted(
                    name,
                    TransferLog.bytes(part.offset()),
                    whole,
                    location.archive(),
                    TransferLog.bytes((long) speed)));
        told = now;
        toldOffset = part.offset();
      }
    }
  }
}
