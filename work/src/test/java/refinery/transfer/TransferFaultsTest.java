package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.announcing;
import static refinery.transfer.FaultServer.cut;
import static refinery.transfer.FaultServer.file;
import static refinery.transfer.FaultServer.head;
import static refinery.transfer.FaultServer.reset;
import static refinery.transfer.FaultServer.status;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.reads;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;

/** Every fault of the transport: what becomes of it, and that no bad file is ever delivered. */
class TransferFaultsTest {
  private static final byte[] GOOD = fixture("malformed/good_1.fastq.gz");
  private static final byte[] MATE = fixture("malformed/good_2.fastq.gz");
  private static final byte[] OTHER = fixture("malformed/two_members_1.fastq.gz");
  private static final String TAG = "ETag: \"one\"";
  private static final byte[] HTML =
      "<!DOCTYPE html><html><title>Maintenance</title></html>".getBytes(StandardCharsets.US_ASCII);

  private static final int TRIES = 3;

  @TempDir Path directory;
  private Node node;

  @BeforeEach
  void start() throws Exception {
    node = new Node(directory, Node.settings(TRIES));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  /**
   * @param stated whether size and MD5 are stated by the archive
   * @param tries each of which takes as long as a stall where the server is slow
   */
  record Fault(
      String name,
      boolean stated,
      Function<FaultServer, FaultServer.Answer[]> answers,
      FailureClass failure,
      String message,
      int tries) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Fault fault(
      String name, FailureClass failure, String message, FaultServer.Answer... answers) {
    return new Fault(name, true, server -> answers, failure, message, TRIES);
  }

  private static Fault unstated(
      String name, FailureClass failure, String message, FaultServer.Answer... answers) {
    return new Fault(name, false, server -> answers, failure, message, TRIES);
  }

  static Stream<Fault> faults() {
    byte[] flipped = GOOD.clone();
    flipped[7000] ^= 0x55;
    byte[] text = "@r\nACGT\n+\nFFFF\n".getBytes(StandardCharsets.US_ASCII);
    return Stream.of(
        fault("not found", FailureClass.ABSENT, "ena has no copy", status(404)),
        fault("gone", FailureClass.ABSENT, "410", status(410)),
        fault("forbidden", FailureClass.ABSENT, "controlled data", status(403)),
        fault("server error", FailureClass.TRANSIENT, "ena did not answer", status(500)),
        fault("bad gateway", FailureClass.TRANSIENT, "502", status(502)),
        fault("too many", FailureClass.TRANSIENT, "429", status(429)),
        fault("misdirected", FailureClass.TRANSIENT, "421", status(421)),
        fault(
            "asks for an hour",
            FailureClass.TRANSIENT,
            "asks to wait 3600 s",
            status(503, "Retry-After: 3600")),
        fault("nothing", FailureClass.CORRUPT, "announces 0 bytes", announcing(GOOD, 0, 0)),
        unstated("0 bytes", FailureClass.CORRUPT, "0 bytes", announcing(GOOD, 0, 0)),
        fault("no content", FailureClass.CORRUPT, "204", status(204)),
        fault("bit flip", FailureClass.CORRUPT, "gzip stream is damaged", file(flipped)),
        fault(
            "announces too little",
            FailureClass.CORRUPT,
            "announces 9000",
            announcing(GOOD, 9000, 9000)),
        unstated("silently short", FailureClass.CORRUPT, "truncated", announcing(GOOD, 9000, 9000)),
        fault(
            "more than stated",
            FailureClass.CORRUPT,
            "the archive states",
            file(Arrays.copyOf(GOOD, GOOD.length + 5000))),
        fault("other file", FailureClass.CORRUPT, "the archive states", file(OTHER)),
        unstated(
            "page, typed",
            FailureClass.CORRUPT,
            "text/html",
            file(HTML, "Content-Type: text/html")),
        unstated("page, untyped", FailureClass.CORRUPT, "an HTML page", file(HTML)),
        unstated(
            "XML",
            FailureClass.CORRUPT,
            "an XML document",
            file("<?xml version=\"1.0\"?><Error/>".getBytes(StandardCharsets.US_ASCII))),
        unstated("text", FailureClass.CORRUPT, "uncompressed sequence text", file(text)),
        unstated(
            "ends without a length",
            FailureClass.CORRUPT,
            "truncated",
            (request, socket, out) -> {
              head(out, 200);
              out.write(GOOD, 0, 9000);
            }),
        unstated(
            "broken chunks",
            FailureClass.TRANSIENT,
            "broke",
            (request, socket, out) -> {
              head(out, 200, "Transfer-Encoding: chunked");
              out.write("400\r\n".getBytes(StandardCharsets.US_ASCII));
              out.write(GOOD, 0, 500);
            }),
        fault("resets at once", FailureClass.TRANSIENT, "broke", reset(GOOD, 0)),
        fault(
            "redirects in a circle",
            FailureClass.CORRUPT,
            "circle",
            status(302, "Location: /file")),
        fault(
            "redirects elsewhere",
            FailureClass.PERMANENT,
            "something else than http",
            status(301, "Location: ftp://example.org/file")),
        fault("redirects nowhere", FailureClass.CORRUPT, "without a Location", status(301)),
        new Fault(
            "too many redirects",
            true,
            server -> {
              for (int hop = 1; hop <= 7; hop++) {
                server.on("/hop" + hop, status(307, "Location: /hop" + (hop + 1)));
              }
              return new FaultServer.Answer[] {status(302, "Location: /hop1")};
            },
            FailureClass.CORRUPT,
            "more than 5 redirects",
            TRIES),
        new Fault(
            "stalls",
            true,
            server -> new FaultServer.Answer[] {server.stall(GOOD, 4000)},
            FailureClass.TRANSIENT,
            "no byte from",
            1),
        new Fault(
            "never answers",
            true,
            server -> new FaultServer.Answer[] {server.silence()},
            FailureClass.TRANSIENT,
            "did not answer in time",
            1),
        new Fault(
            "slow loris",
            true,
            server -> new FaultServer.Answer[] {drips(GOOD)},
            FailureClass.TRANSIENT,
            "bytes a second",
            1));
  }

  private static FaultServer.Answer drips(byte[] body) {
    return (request, socket, out) -> {
      head(out, 200, "Content-Length: " + body.length);
      for (byte one : body) {
        out.write(one);
        out.flush();
        FaultServer.pause(20);
      }
    };
  }

  @ParameterizedTest
  @MethodSource("faults")
  void deliversNoBadFile(Fault fault) throws Exception {
    if (fault.tries() != TRIES) {
      node.close();
      node = new Node(directory, Node.settings(fault.tries()));
    }
    node.server.on("/file", fault.answers().apply(node.server));
    Location location = fault.stated() ? node.ena("/file", GOOD) : node.ena("/file");

    Outcome outcome = node.run("R1", List.of(reads("R1.fastq.gz", location)), Map.of());

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    Outcome.Failed failed = (Outcome.Failed) outcome;
    assertThat(failed.failure().message()).contains(fault.message()).contains("/file");
    assertThat(failed.failure().failureClass()).isEqualTo(fault.failure());
    assertThat(node.stored()).isEmpty();
    try (Stream<Path> left = Files.list(directory.resolve("attempt-1/download"))) {
      assertThat(left).isEmpty();
    }
  }

  record Recovery(String name, Function<FaultServer, FaultServer.Answer[]> answers, int requests) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static Recovery recovery(String name, int requests, FaultServer.Answer... answers) {
    return new Recovery(name, server -> answers, requests);
  }

  static Stream<Recovery> recoveries() {
    byte[] changed = OTHER;
    return Stream.of(
        recovery("at once", 1, file(GOOD)),
        recovery("after a reset", 2, reset(GOOD, 6000, TAG), file(GOOD, TAG)),
        recovery(
            "after two breaks", 3, cut(GOOD, 6000, TAG), cut(GOOD, 3000, TAG), file(GOOD, TAG)),
        recovery("after errors", 3, status(503), status(500), file(GOOD)),
        recovery("ranges ignored", 2, cut(GOOD, 6000), announcing(GOOD, GOOD.length, GOOD.length)),
        recovery(
            "changed between pieces",
            2,
            cut(changed, 6000, TAG),
            announcing(GOOD, GOOD.length, GOOD.length, "ETag: \"two\"")),
        recovery(
            "other tag in the second piece",
            3,
            cut(GOOD, 6000, TAG),
            file(GOOD, "ETag: \"two\""),
            file(GOOD, "ETag: \"two\"")),
        recovery(
            "wrong Content-Range",
            3,
            cut(GOOD, 6000, TAG),
            (request, socket, out) -> {
              head(out, 206, "Content-Length: 100", "Content-Range: bytes 100-199/" + GOOD.length);
              out.write(GOOD, 100, 100);
            },
            file(GOOD)),
        recovery("416 to a resume", 3, cut(GOOD, 6000, TAG), status(416), file(GOOD)),
        recovery(
            "announces too much, 416 at the end",
            1,
            announcing(GOOD, GOOD.length + 100L, GOOD.length)),
        recovery("a redirect", 1, status(302, "Location: /moved")),
        recovery(
            "no length",
            1,
            (request, socket, out) -> {
              head(out, 200);
              out.write(GOOD);
            }),
        recovery(
            "chunked",
            1,
            (request, socket, out) -> {
              head(out, 200, "Transfer-Encoding: chunked");
              out.write(
                  (Integer.toHexString(GOOD.length) + "\r\n").getBytes(StandardCharsets.US_ASCII));
              out.write(GOOD);
              out.write("\r\n0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            }),
        recovery("an encoding that a proxy added", 1, file(GOOD, "Content-Encoding: gzip")),
        new Recovery(
            "after a stall",
            server -> new FaultServer.Answer[] {server.stall(GOOD, 4000), file(GOOD)},
            2));
  }

  @ParameterizedTest
  @MethodSource("recoveries")
  void recovers(Recovery recovery) throws Exception {
    node.server.on("/file", recovery.answers().apply(node.server)).on("/moved", file(GOOD));

    Outcome outcome =
        node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());

    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    JobResult.Downloaded result = (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
    RawFile file = result.files().getFirst();
    assertThat(node.stored(file.object())).isEqualTo(GOOD);
    assertThat(file.reads()).hasValue(300);
    assertThat(file.role()).isEqualTo("reads");
    assertThat(node.server.requests("/file")).hasSize(recovery.requests());
  }

  @Test
  void resumesWithRangeAndValidator() throws Exception {
    node.server.on("/file", cut(GOOD, 6000, TAG), file(GOOD, TAG));
    node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
    FaultServer.Request second = node.server.requests("/file").get(1);
    assertThat(second.headers()).containsEntry("if-range", "\"one\"");
    assertThat(second.from()).isPositive().isLessThanOrEqualTo(6000);
    assertThat(second.headers()).containsEntry("accept-encoding", "identity");
  }

  @Test
  void waitsAsLongAsTheServerAsks() throws Exception {
    AtomicReference<Instant> asked = new AtomicReference<>();
    AtomicReference<Instant> until = new AtomicReference<>();
    node.server.on(
        "/file",
        status(429, "Retry-After: 0.4"),
        (request, socket, out) -> {
          asked.set(Instant.now());
          until.set(asked.get().plusMillis(1500).truncatedTo(ChronoUnit.SECONDS));
          String date =
              DateTimeFormatter.RFC_1123_DATE_TIME.format(until.get().atOffset(ZoneOffset.UTC));
          status(503, "Retry-After: " + date).write(request, socket, out);
        },
        file(GOOD));
    Instant began = Instant.now();
    Outcome outcome =
        node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    Duration tolerance = Duration.ofMillis(50);
    assertThat(asked.get()).isAfter(began.plusMillis(400).minus(tolerance));
    assertThat(Instant.now()).isAfter(until.get().minus(tolerance));
  }

  @Test
  void triesTheNextLocationAndTellsWhatHappened() throws Exception {
    node.server.on("/first", status(500)).on("/second", file(OTHER)).on("/third", file(GOOD));
    SourceFile file =
        reads(
            "R1.fastq.gz",
            node.ena("/first", GOOD),
            node.ena("/second", GOOD),
            node.ena("/third", GOOD));
    Outcome outcome = node.run("R1", List.of(file), Map.of());
    JobResult.Downloaded result = (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
    assertThat(result.facts().get("fallback_reason"))
        .contains("ena did not answer")
        .contains("ena delivered a bad copy");
    assertThat(result.files().getFirst().url()).endsWith("/third");
    assertThat(node.server.requests("/first")).hasSize(3);
    assertThat(node.server.requests("/second")).hasSize(1);
  }

  @Test
  void theMostHopefulLocationDecidesTheClass() throws Exception {
    node.server.on("/first", status(404)).on("/second", status(500)).on("/third", file(OTHER));
    SourceFile file =
        reads("R1.fastq.gz", node.ena("/first"), node.ena("/second"), node.ena("/third", GOOD));
    Outcome.Failed failed = (Outcome.Failed) node.run("R1", List.of(file), Map.of());
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.TRANSIENT);
    assertThat(failed.failure().message()).contains("/first", "/second", "/third", "has no copy");
  }

  @Test
  void whatArchivesDoIsLoggedInOneLineWithoutStackTraces() throws Exception {
    Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    ListAppender<ILoggingEvent> seen = new ListAppender<>();
    seen.start();
    root.addAppender(seen);
    try {
      node.server.on("/first", status(500)).on("/second", status(404)).on("/third", file(OTHER));
      SourceFile file =
          reads("R1.fastq.gz", node.ena("/first"), node.ena("/second"), node.ena("/third", GOOD));
      node.run("R1", List.of(file), Map.of());
    } finally {
      root.detachAppender(seen);
    }
    List<ILoggingEvent> events = List.copyOf(seen.list);
    assertThat(events)
        .noneMatch(event -> event.getLevel() == Level.ERROR || event.getThrowableProxy() != null);
    for (String path : List.of("/first", "/second", "/third")) {
      assertThat(events)
          .filteredOn(event -> event.getFormattedMessage().contains(path + ": "))
          .as(path)
          .hasSize(1);
    }
  }

  @Test
  void aFullDiskIsNotTheArchivesFault() throws Exception {
    node.server.on("/file", file(GOOD));
    LocalAttempt attempt =
        node.attempt("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
    Files.createDirectories(attempt.scratch().resolve("download"));
    Files.createSymbolicLink(
        attempt.scratch().resolve("download/R1.fastq.gz.part"), Path.of("/dev/full"));
    Outcome.Failed failed = (Outcome.Failed) node.run(attempt);
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.OUT_OF_DISK);
  }

  @Test
  void stoppingClosesTheSocketAtOnce() throws Exception {
    node.close();
    node = new Node(directory, patient());
    node.server.on("/file", node.server.stall(GOOD, 4000));
    LocalAttempt attempt =
        node.attempt("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
    CompletableFuture<Outcome> outcome = node.start(attempt);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> attempt.progress.get() > 0);
    attempt.tellToStop();
    Outcome.Failed failed = (Outcome.Failed) outcome.get(20, java.util.concurrent.TimeUnit.SECONDS);
    assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.NODE_LOST);
    assertThat(attempt.scratch().resolve("download/R1.fastq.gz.part")).doesNotExist();
  }

  /** One file is bad while its mate still streams: both are fetched from elsewhere. */
  @Test
  void aBadFileStopsItsMateAndTheNextLocationIsTried() throws Exception {
    node.server
        .on("/bad_1", file(OTHER))
        .on("/slow_2", node.server.stall(MATE, 4000))
        .on("/good_1", file(GOOD))
        .on("/good_2", file(MATE));
    List<SourceFile> pair =
        List.of(
            reads("R1_1.fastq.gz", node.ena("/bad_1", GOOD), node.ena("/good_1", GOOD)),
            reads("R1_2.fastq.gz", node.ena("/slow_2", MATE), node.ena("/good_2", MATE)));
    LocalAttempt attempt = node.attempt("R1", pair, Map.of(), 2);
    Outcome outcome = node.run(attempt);
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    assertThat(node.server.requests("/slow_2")).hasSize(1);
  }

  @Test
  void stoppingDuringTheBackOffEndsIt() throws Exception {
    node.close();
    node = new Node(directory, patient());
    node.server.on("/file", status(503, "Retry-After: 60"));
    LocalAttempt attempt =
        node.attempt("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
    CompletableFuture<Outcome> outcome = node.start(attempt);
    Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> !node.server.requests().isEmpty());
    attempt.tellToStop();
    assertThat(outcome.get(20, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(Outcome.Failed.class);
  }

  private static TransferSettings patient() {
    return new TransferSettings(
        5,
        Duration.ofSeconds(30),
        Duration.ofMinutes(5),
        Duration.ofSeconds(2),
        Duration.ofMinutes(2),
        0,
        Duration.ofSeconds(1),
        "refinery-test",
        Duration.ofMinutes(2),
        Duration.ofMinutes(2),
        OptionalLong.empty());
  }

  @Test
  void unusableAddressesAreRefused() throws Exception {
    for (String url : List.of("gopher://example.org/a", "http:///a", "file:///etc/passwd", "a b")) {
      Location location =
          new Location("ena", url, "fastq.gz", OptionalLong.empty(), Optional.empty());
      Outcome.Failed failed =
          (Outcome.Failed) node.run("R1", List.of(reads("R1.fastq.gz", location)), Map.of());
      assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    }
  }

  @Test
  void nobodyIsAskedWhomTheConfigurationDoesNotName() throws Exception {
    try (FaultServer other = new FaultServer()) {
      other.on("/file", file(GOOD));
      node.server.on("/file", status(302, "Location: " + other.url("/file")));
      for (String url : List.of(other.url("/file"), node.server.url("/file"))) {
        Location location =
            new Location("ena", url, "fastq.gz", OptionalLong.empty(), Optional.empty());
        Outcome.Failed failed =
            (Outcome.Failed) node.run("R1", List.of(reads("R1.fastq.gz", location)), Map.of());
        assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.PERMANENT);
        assertThat(failed.failure().message()).contains("refinery.archives.redirect-hosts");
      }
      assertThat(other.requests("/file")).isEmpty();
      assertThat(node.server.requests("/file")).hasSize(1);
    }
  }

  /** The headers have a limit of their own; a body may take longer, as long as it comes. */
  @Test
  void aBodyMayTakeLongerThanItsHeaders() throws Exception {
    node.server.on(
        "/file",
        (request, socket, out) -> {
          head(out, 200, "Content-Length: " + GOOD.length);
          int pieces = 6;
          for (int piece = 0; piece < pieces; piece++) {
            int from = GOOD.length * piece / pieces;
            out.write(GOOD, from, GOOD.length * (piece + 1) / pieces - from);
            out.flush();
            FaultServer.pause(500);
          }
        });
    Outcome outcome =
        node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file", GOOD))), Map.of());
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    assertThat(node.server.requests("/file")).hasSize(1);
  }

  @Test
  void hostsThatDoNotExistAndPortsThatAreClosedAreTransient() throws Exception {
    for (String url : List.of("http://nowhere.invalid/a", "http://127.0.0.1:1/a")) {
      Location location =
          new Location("ena", url, "fastq.gz", OptionalLong.empty(), Optional.empty());
      Outcome.Failed failed =
          (Outcome.Failed) node.run("R1", List.of(reads("R1.fastq.gz", location)), Map.of());
      assertThat(failed.failure().failureClass()).isEqualTo(FailureClass.TRANSIENT);
      assertThat(failed.failure().message()).contains("ena did not answer");
    }
  }
}
