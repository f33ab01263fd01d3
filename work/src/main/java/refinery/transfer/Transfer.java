package refinery.transfer;

import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpHeaders;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.ReentrantLock;
import refinery.archive.PublicBuckets;
import refinery.hosts.HostGate;
import refinery.hosts.HostTraffic;
import refinery.hosts.HostTraffic.Trouble;
import refinery.protocol.batch.Location;
import refinery.transfer.HttpSource.Resume;
import refinery.transfer.TransferException.CorruptTransfer;
import refinery.transfer.TransferException.ExhaustedTransfer;
import refinery.transfer.TransferException.StoppedTransfer;
import refinery.transfer.TransferException.TransientTransfer;

/**
 * Fetches one file from one location. {@link #run} makes one connection and blocks; when called
 * again after a {@link TransientTransfer} it goes on where the connection broke. {@link #close} may
 * be called by any thread: it closes the socket at once, removes an incomplete file, and returns
 * when nothing runs any more.
 */
final class Transfer implements AutoCloseable {
  private final HttpSource source;
  private final Optional<FtpSource> ftp;
  private final HostGate.Caller caller;
  private final Optional<WholeFile> local;
  private final TransferSettings settings;
  private final Location location;
  private final URI url;
  private final PartFile part;
  private final ServedFile served;
  private final Places places;
  private final Pace pace;
  private Optional<HostTraffic.Flow> flow = Optional.empty();
  private final TransferLog log;
  private final Reception reception;
  private final Runnable progressed;
  private final Runnable received;
  private final TransferMeters meters;
  private final String name;
  private final ReentrantLock running = new ReentrantLock();
  private final AtomicReference<Thread> runner = new AtomicReference<>();
  private volatile boolean stopped;
  private volatile Instant notBefore = Instant.MIN;

  private int startedOver;
  private String waitsFor = "";
  private boolean inOnePiece;
  private boolean delivered;

  /**
   * Receives a transfer's log lines and signs of progress.
   *
   * @param received run when all bytes have come and the connection is free again; checks follow
   * @param meters count what comes
   */
  record Reporter(TransferLog log, Runnable progressed, Runnable received, TransferMeters meters) {}

  /**
   * The place of the file.
   *
   * @param beginning as for {@link PartFile}
   */
  record Target(Path file, OptionalLong beginning) {}

  /**
   * @throws CorruptTransfer when the location's address cannot be used
   */
  static Transfer of(
      Origins origins,
      TransferSettings settings,
      Location location,
      Target target,
      Executor executor,
      Reporter reporter)
      throws CorruptTransfer {
    try {
      URI stated = new URI(location.url());
      URI url = PublicBuckets.isObject(stated) ? origins.buckets().address(stated) : stated;
      boolean http = "http".equalsIgnoreCase(url.getScheme());
      boolean https = "https".equalsIgnoreCase(url.getScheme());
      boolean local =
          "file".equalsIgnoreCase(url.getScheme()) && Origins.isOwn(location)
              || StoredArtifact.of(origins.permanent(), url, location).isPresent();
      if (local || (url.getHost() != null && (http || https || FtpSource.serves(url)))) {
        return new Transfer(origins, settings, location, url, target, executor, reporter);
      }
    } catch (URISyntaxException | IllegalArgumentException malformed) {
      throw new CorruptTransfer("not an address: " + malformed.getMessage());
    }
    throw new CorruptTransfer("not an http, https, ftp or s3 address: " + location.url());
  }

  private Transfer(
      Origins origins,
      TransferSettings settings,
      Location location,
      URI url,
      Target target,
      Executor executor,
      Reporter reporter) {
    this.source = origins.http(location);
    this.ftp = FtpSource.serves(url) ? Optional.of(origins.ftp(location)) : Optional.empty();
    this.caller = caller(origins, location);
    this.local = local(origins, url, location);
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
    this.served = new ServedFile(location);
    this.log = reporter.log();
    this.progressed = reporter.progressed();
    this.received = reporter.received();
    this.meters = reporter.meters();
    this.name = target.file().getFileName().toString();
    this.places = origins.places();
    this.pace = new Pace(settings, location, url.getHost(), this::tell, this::came);
    this.reception =
        new Reception(
            source,
            new Reception.Sender(url, location, caller, origins.bandwidth()),
            settings,
            part,
            served,
            pace,
            progressed);
  }

  private void tell(String line) {
    log.line(name + ": " + line);
  }

  private void came(long bytes) {
    flow.ifPresent(open -> open.came(bytes));
  }

  private static Optional<WholeFile> local(Origins origins, URI url, Location location) {
    return "file".equalsIgnoreCase(url.getScheme())
        ? Optional.of(new LocalFile(origins.directories(), url, location.size()))
        : StoredArtifact.of(origins.permanent(), url, location).map(stored -> stored);
  }

  private HostGate.Caller caller(Origins origins, Location location) {
    return new HostGate.Caller(
        location.archive(), origins.limits().requestsPerSecond(location.archive()), this::waits);
  }

  /**
   * The time before which the server asked not to be asked again; {@code Instant.MIN} if it did
   * not.
   */
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
      count(problem);
      log.line(name + ": " + problem.getMessage() + " (" + location.url() + ")");
      if (!(problem instanceof TransientTransfer)) {
        part.discard();
      }
      throw problem;
    } finally {
      flow.ifPresent(HostTraffic.Flow::close);
      Pace.Got got = pace.got();
      if (local.isEmpty()) {
        places.got(url, got.bytes(), got.nanos());
        meters.got(location, got.bytes());
      }
      runner.set(null);
      running.unlock();
    }
  }

  private void count(TransferException problem) {
    if (local.isPresent()) {
      return;
    }
    Optional<Trouble> trouble =
        switch (problem.failureClass()) {
          case CORRUPT -> Optional.of(Trouble.CORRUPT);
          case ABSENT -> Optional.of(Trouble.ABSENT);
          case STALLED -> Optional.of(Trouble.STALLED);
          case TRANSIENT -> Optional.of(isStall(problem) ? Trouble.STALLED : Trouble.UNANSWERED);
          case OUT_OF_DISK, OUT_OF_MEMORY, NODE_LOST, PERMANENT -> Optional.empty();
        };
    trouble.ifPresent(kind -> places.traffic().failed(HostGate.host(url), kind));
  }

  /** True when nothing, or too little, came for too long from a host that was reached. */
  private boolean isStall(TransferException problem) {
    return pace.isTooSlow()
        || switch (problem.getCause()) {
          case TimeoutException late -> true;
          case SocketTimeoutException late -> true;
          case HttpConnectTimeoutException unreached -> false;
          case HttpTimeoutException late -> true;
          case null, default -> false;
        };
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
    if (local.isEmpty()) {
      flow = Optional.of(places.traffic().begin(HostGate.host(url), location.archive()));
    }
    if (local.isPresent()) {
      startOver();
      local.get().copy(part, progressed);
      meters.got(location, part.offset());
    } else if (ftp.isPresent()) {
      reception.ftp(ftp.get(), this::startAgain);
    } else {
      fetch();
    }
    received.run();
    flow.ifPresent(HostTraffic.Flow::close);
    PartFile.Verified verified = part.finish();
    delivered = true;
    if (local.isEmpty()) {
      places.traffic().delivered(HostGate.host(url));
    }
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

  private void fetch() throws TransferException, InterruptedException {
    boolean parts = !inOnePiece && Parts.areWorthwhile(settings, location.size(), part.offset());
    OptionalLong last =
        parts
            ? OptionalLong.of(part.offset() + settings.ranges().part() - 1)
            : OptionalLong.empty();
    HttpResponse<ResponseChunks> response =
        source.open(url, new Resume(part.offset(), served.validator(), last), caller);
    try (ResponseChunks body = response.body()) {
      if (parts && response.statusCode() == 206 && part.offset() == 0) {
        inOnePiece = !served.beginPart(response.headers());
      } else if (!accept(response)) {
        return;
      }
      if (!parts || response.statusCode() != 206) {
        inOnePiece = true;
        reception.whole(body, response.uri());
        return;
      }
      if (!inOnePiece) {
        reception.part(body, response.uri(), last.getAsLong() + 1);
      }
    }
    if (inOnePiece) {
      startOver();
      fetch();
    } else {
      Optional<String> otherVersion = reception.parts();
      if (otherVersion.isPresent()) {
        startAgain(otherVersion.get());
        throw new TransientTransfer(otherVersion.get());
      }
    }
  }

  /** Waiting for a host is no silence of the attempt. Each reason is logged once. */
  private void waits(String reason) {
    progressed.run();
    if (!reason.equals(waitsFor)) {
      waitsFor = reason;
      log.line(name + ": waits: " + reason);
    }
  }

  private void startOver() throws TransferException {
    part.reset();
    served.forget();
  }

  /** Like {@link #startOver}, but drops bytes. Fails when a server causes that too often. */
  private void startAgain(String why) throws TransferException {
    if (++startedOver >= settings.maxAttempts()) {
      throw new ExhaustedTransfer("cannot be resumed: " + why);
    }
    log.line(name + ": from the first byte again: " + why);
    startOver();
  }

  /** True if a body follows that continues what we have; false if we have everything. */
  private boolean accept(HttpResponse<?> response) throws TransferException {
    HttpHeaders headers = response.headers();
    return switch (response.statusCode()) {
      case 200 -> {
        if (part.offset() > 0) {
          startAgain("the server sends the whole file, or it has changed");
        }
        served.begin(headers);
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

  private void continueRange(HttpHeaders headers) throws TransferException {
    Optional<String> why = served.whyNotContinued(headers, part.offset());
    if (why.isPresent()) {
      startAgain(why.get());
      throw new TransientTransfer(why.get());
    }
  }

  private void unsatisfiable(HttpHeaders headers) throws TransferException {
    if (!ServedFile.endsAfter(headers, part.offset())) {
      String why = "status 416 after " + part.offset() + " bytes";
      startAgain(why);
      throw new TransientTransfer(why);
    }
  }
}
