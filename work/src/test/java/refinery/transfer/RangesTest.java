package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.head;
import static refinery.transfer.FaultServer.status;
import static refinery.transfer.Node.md5;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;

/** Files that several connections fetch in parts. */
class RangesTest {
  private static final int PART = 10_000;
  private static final int SIZE = 12 * PART + 17;
  private static final byte[] FILE = bytes(1);
  private static final byte[] OTHER = bytes(2);
  private static final int TRIES = 3;

  @TempDir Path directory;
  private Node node;
  private final AtomicInteger asked = new AtomicInteger();

  @BeforeEach
  void start() throws Exception {
    node =
        new Node(
            directory, Node.settings(TRIES).withRanges(new TransferSettings.Ranges(SIZE, 4, PART)));
  }

  @AfterEach
  void stop() {
    node.close();
  }

  private static byte[] bytes(int seed) {
    byte[] bytes = new byte[SIZE];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** First and last byte of a request. */
  private record Range(int from, int end) {
    static Range of(FaultServer.Request request) {
      String[] ends = request.headers().get("range").substring(6).split("-", 2);
      int end = ends[1].isEmpty() ? SIZE : Math.min(SIZE, Integer.parseInt(ends[1]) + 1);
      return new Range(Integer.parseInt(ends[0]), end);
    }

    String header(int total) {
      return "Content-Range: bytes " + from + "-" + (end - 1) + "/" + total;
    }
  }

  /** A good server: ranges, and the whole file if another version is asked for. */
  private static FaultServer.Answer serves(byte[] file, String tag) {
    return (request, socket, out) -> {
      String wanted = request.headers().getOrDefault("if-range", tag);
      if (!request.hasRange() || !wanted.equals(tag)) {
        head(out, 200, "Content-Length: " + file.length, "ETag: " + tag);
        out.write(file);
        return;
      }
      Range range = Range.of(request);
      head(
          out,
          206,
          "Content-Length: " + (range.end() - range.from()),
          range.header(file.length),
          "ETag: " + tag);
      out.write(file, range.from(), range.end() - range.from());
    };
  }

  /** The n-th request gets another answer. */
  private FaultServer.Answer but(int number, FaultServer.Answer other, FaultServer.Answer usual) {
    return (request, socket, out) ->
        (asked.incrementAndGet() == number ? other : usual).write(request, socket, out);
  }

  private Outcome fetch() throws Exception {
    Location location =
        new Location(
            "ena",
            node.server.url("/file"),
            "bin",
            OptionalLong.of(SIZE),
            Optional.of(Location.Checksum.md5(md5(FILE))));
    return node.run("R1", List.of(new SourceFile("R1.bin", "bin", List.of(location))), Map.of());
  }

  private void delivers() throws Exception {
    Outcome outcome = fetch();
    assertThat(outcome).isInstanceOf(Outcome.Succeeded.class);
    JobResult.Downloaded done = (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
    assertThat(node.stored(done.files().getFirst().object())).isEqualTo(FILE);
  }

  private long wholeRequests() {
    return node.server.requests("/file").stream().filter(one -> !one.hasRange()).count();
  }

  @Test
  void everyByteIsAskedForOnceAndTheFileIsInOrder() throws Exception {
    node.server.on("/file", serves(FILE, "\"one\""));
    delivers();
    List<Range> ranges =
        node.server.requests("/file").stream()
            .map(Range::of)
            .sorted((one, other) -> Integer.compare(one.from(), other.from()))
            .toList();
    assertThat(ranges).hasSize(13);
    int at = 0;
    for (Range range : ranges) {
      assertThat(range.from()).isEqualTo(at);
      at = range.end();
    }
    assertThat(node.server.requests("/file").stream().skip(1))
        .allMatch(one -> one.headers().get("if-range").equals("\"one\""));
  }

  @Test
  void aHostThatIgnoresRangesSendsTheFileOnce() throws Exception {
    node.server.on(
        "/file",
        (request, socket, out) -> {
          head(out, 200, "Content-Length: " + SIZE, "ETag: \"one\"");
          out.write(FILE);
        });
    delivers();
    assertThat(node.server.requests("/file")).hasSize(1);
  }

  @Test
  void aHostThatDoesNotTellVersionsApartIsAskedForTheFileInOnePiece() throws Exception {
    FaultServer.Answer good = serves(FILE, "\"one\"");
    node.server.on(
        "/file",
        (request, socket, out) -> {
          if (!request.hasRange()) {
            good.write(request, socket, out);
            return;
          }
          Range range = Range.of(request);
          head(out, 206, "Content-Length: " + (range.end() - range.from()), range.header(SIZE));
          out.write(FILE, range.from(), range.end() - range.from());
        });
    delivers();
    assertThat(wholeRequests()).isEqualTo(1);
  }

  @Test
  void aPartThatBreaksIsFetchedAgainAndWhatCameBeforeIsKept() throws Exception {
    FaultServer.Answer cut =
        (request, socket, out) -> {
          Range range = Range.of(request);
          head(
              out,
              206,
              "Content-Length: " + (range.end() - range.from()),
              range.header(SIZE),
              "ETag: \"one\"");
          out.write(FILE, range.from(), (range.end() - range.from()) / 2);
        };
    for (int number : new int[] {1, 2, 7, 13}) {
      asked.set(0);
      int before = node.server.requests("/file").size();
      node.server.on("/file", but(number, cut, serves(FILE, "\"one\"")));
      delivers();
      assertThat(node.server.requests("/file").size() - before).isBetween(13, 20);
    }
  }

  @Test
  void aPartThatIsRefusedFailsOrIsTriedAgainAsAFileWouldBe() throws Exception {
    node.server.on("/file", but(5, status(503), serves(FILE, "\"one\"")));
    delivers();
    asked.set(0);
    node.server.on("/file", but(5, status(404), serves(FILE, "\"one\"")));
    assertThat(((Outcome.Failed) fetch()).failure().failureClass()).isEqualTo(FailureClass.ABSENT);
  }

  @Test
  void aFileThatChangesInBetweenIsNeverMixed() throws Exception {
    FaultServer.Answer now = serves(FILE, "\"one\"");
    FaultServer.Answer before = serves(OTHER, "\"old\"");
    node.server.on(
        "/file",
        (request, socket, out) ->
            (asked.incrementAndGet() <= 5 ? before : now).write(request, socket, out));
    delivers();
  }

  @Test
  void partsOfAnotherVersionOrPlaceAreRefused() throws Exception {
    List<FaultServer.Answer> wrong =
        List.of(
            lies(OTHER, "\"two\"", 0, SIZE),
            lies(FILE, "\"one\"", 1, SIZE),
            lies(FILE, "\"one\"", 0, SIZE + 1));
    for (FaultServer.Answer lie : wrong) {
      asked.set(0);
      node.server.on("/file", but(6, lie, serves(FILE, "\"one\"")));
      delivers();
    }
  }

  /** Answers with another tag, place or length than was asked for. */
  private static FaultServer.Answer lies(byte[] file, String tag, int shift, int total) {
    return (request, socket, out) -> {
      Range range = Range.of(request);
      Range shifted = new Range(range.from() - shift, range.end() - shift);
      head(
          out,
          206,
          "Content-Length: " + (range.end() - range.from()),
          shifted.header(total),
          "ETag: " + tag);
      out.write(file, shifted.from(), shifted.end() - shifted.from());
    };
  }

  @Test
  void bytesThatAreWrongInAPartAreFoundByTheChecksum() throws Exception {
    byte[] flipped = Arrays.copyOf(FILE, SIZE);
    flipped[6 * PART + 5] ^= 1;
    node.server.on("/file", serves(flipped, "\"one\""));
    assertThat(((Outcome.Failed) fetch()).failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
  }

  @Test
  void anAttemptThatIsStoppedLeavesNoConnection() throws Exception {
    node.server.on("/file", but(4, node.server.silence(), serves(FILE, "\"one\"")));
    LocalAttempt attempt =
        node.attempt("R1", List.of(new SourceFile("R1.bin", "bin", List.of(unstated()))), Map.of());
    var outcome = node.start(attempt);
    org.awaitility.Awaitility.await()
        .atMost(java.time.Duration.ofMinutes(1))
        .until(() -> asked.get() >= 4);
    attempt.tellToStop();
    assertThat(outcome.get(60, java.util.concurrent.TimeUnit.SECONDS))
        .isInstanceOf(Outcome.Failed.class);
  }

  private Location unstated() throws IOException {
    return new Location(
        "ena", node.server.url("/file"), "bin", OptionalLong.of(SIZE), Optional.empty());
  }
}
