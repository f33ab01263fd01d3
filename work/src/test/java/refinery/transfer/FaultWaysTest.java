package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.FaultServer.head;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.md5;
import static refinery.transfer.Node.reads;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.transfer.Damage.Place;
import refinery.transfer.FaultServer.Answer;

/**
 * The faults of {@link FaultMatrixTest} for files that come in parts, from a bucket, by FTP and
 * from this machine: what is accepted has exactly the archive's bytes. The table is written to
 * {@code target/fault-ways.txt}.
 */
class FaultWaysTest {
  private static final byte[] ONE = fixture("malformed/good_1.fastq.gz");
  private static final byte[] TWO = fixture("malformed/good_2.fastq.gz");
  private static final int PART = 4096;
  private static final int AT_ONCE = 24;

  @TempDir Path directory;

  private int number;

  /** How the file comes. */
  private enum Way {
    PARTS,
    BUCKET,
    FTP,
    LOCAL
  }

  /** What one request for a part gets instead. */
  private enum PartFault {
    CUT,
    RESET,
    PAGE,
    OTHER_TAG,
    SHIFTED,
    OTHER_TOTAL,
    EMPTY,
    BUSY;

    Answer of(byte[] good) {
      return (request, socket, out) -> {
        int[] range = range(request, good.length);
        int length = range[1] - range[0];
        switch (this) {
          case CUT -> part(out, good, range, 0, good.length, "\"one\"", length / 2);
          case RESET -> {
            part(out, good, range, 0, good.length, "\"one\"", length / 2);
            socket.setSoLinger(true, 0);
          }
          case PAGE ->
              FaultServer.file("<html>later</html>".getBytes(StandardCharsets.US_ASCII))
                  .write(
                      new FaultServer.Request(request.path(), Map.of(), request.taken()),
                      socket,
                      out);
          case OTHER_TAG -> part(out, TWO, range, 0, good.length, "\"two\"", length);
          case SHIFTED -> part(out, good, range, 1, good.length, "\"one\"", length);
          case OTHER_TOTAL -> part(out, good, range, 0, good.length + 1, "\"one\"", length);
          case EMPTY -> part(out, good, range, 0, good.length, "\"one\"", 0);
          case BUSY -> FaultServer.status(503).write(request, socket, out);
        }
      };
    }
  }

  private static int[] range(FaultServer.Request request, int size) {
    if (!request.hasRange()) {
      return new int[] {0, size};
    }
    String[] ends = request.headers().get("range").substring(6).split("-", 2);
    int end = ends[1].isEmpty() ? size : Math.min(size, Integer.parseInt(ends[1]) + 1);
    return new int[] {Integer.parseInt(ends[0]), end};
  }

  private static void part(
      java.io.OutputStream out,
      byte[] file,
      int[] range,
      int shift,
      int total,
      String tag,
      int sent)
      throws IOException {
    int from = Math.max(0, range[0] - shift);
    int length = range[1] - range[0];
    head(
        out,
        206,
        "Content-Length: " + length,
        "Content-Range: bytes " + from + "-" + (from + length - 1) + "/" + total,
        "ETag: " + tag);
    out.write(file, from, Math.min(sent, file.length - from));
  }

  /** A good server with ranges. */
  private static Answer inParts(byte[] file) {
    return (request, socket, out) -> {
      int[] range = range(request, file.length);
      if (request.hasRange()) {
        part(out, file, range, 0, file.length, "\"one\"", range[1] - range[0]);
      } else {
        head(out, 200, "Content-Length: " + file.length, "ETag: \"one\"");
        out.write(file);
      }
    };
  }

  /** The n-th request gets the fault. */
  private static Answer but(int request, Answer fault, Answer good) {
    AtomicInteger asked = new AtomicInteger();
    return (asking, socket, out) ->
        (asked.getAndIncrement() == request ? fault : good).write(asking, socket, out);
  }

  private record Cell(String name, CompletableFuture<Outcome> outcome) {}

  private final List<Cell> running = new ArrayList<>();
  private final Map<String, String> table = new TreeMap<>();

  /** Its size is stated, and its sum or not. */
  private static SourceFile file(String name, String url, byte[] sent, Optional<byte[]> truth) {
    return file("ena", name, url, sent, truth);
  }

  private static SourceFile file(
      String archive, String name, String url, byte[] sent, Optional<byte[]> truth) {
    return reads(
        name,
        new Location(
            archive,
            url,
            "fastq.gz",
            OptionalLong.of(truth.orElse(sent).length),
            truth.map(bytes -> Location.Checksum.md5(md5(bytes)))));
  }

  private SourceFile coming(
      Node node, FtpFaultServer ftp, Way way, String name, byte[] sent, Optional<byte[]> truth)
      throws IOException {
    String path = "/cell" + number++ + "/" + name;
    return switch (way) {
      case PARTS -> {
        node.server.on(path, inParts(sent));
        yield file(name, node.server.url(path), sent, truth);
      }
      case BUCKET -> {
        node.server.on("/open-reads" + path, inParts(sent));
        yield file(name, "s3://open-reads" + path, sent, truth);
      }
      case FTP -> {
        ftp.put(path, FtpFaultServer.File.good(sent));
        yield file(name, "ftp://" + ftp.host() + path, sent, truth);
      }
      case LOCAL -> {
        Path own = node.own.resolve("cell" + number).resolve(name);
        Files.createDirectories(own.getParent());
        Files.write(own, sent);
        yield file("files", name, own.toUri().toString(), sent, truth);
      }
    };
  }

  private void start(Node node, String cell, SourceFile... files) throws Exception {
    running.add(
        new Cell(
            cell,
            node.start(
                node.attempt("R1", List.of(files), Map.of("read_count", "300"), files.length))));
    drain(node, AT_ONCE);
  }

  private void drain(Node node, int most) throws Exception {
    while (running.size() > most) {
      Cell cell = running.removeFirst();
      table.put(cell.name(), verdict(node, cell.outcome().get(60, TimeUnit.SECONDS)));
    }
  }

  /** {@code good}, the class of the refusal, or {@code BAD}: accepted with other bytes. */
  private static String verdict(Node node, Outcome outcome) throws IOException {
    if (outcome instanceof Outcome.Failed failed) {
      return failed.failure().failureClass().word();
    }
    for (var raw : ((JobResult.Downloaded) ((Outcome.Succeeded) outcome).result()).files()) {
      if (!Arrays.equals(node.stored(raw.object()), raw.name().contains("_2") ? TWO : ONE)) {
        return "BAD";
      }
    }
    return "good";
  }

  private void damages(Node node, FtpFaultServer ftp) throws Exception {
    for (Damage damage : Damage.values()) {
      for (Place place : Place.values()) {
        for (Way way : Way.values()) {
          for (boolean sum : new boolean[] {true, false}) {
            String cell = damage + " " + place + " | " + way + (sum ? ", sum" : "");
            byte[] bad = damage.of(ONE, place);
            Optional<byte[]> one = sum ? Optional.of(ONE) : Optional.empty();
            start(node, cell, coming(node, ftp, way, "R1.fastq.gz", bad, one));
            byte[] mate = damage.of(TWO, place);
            Optional<byte[]> two = sum ? Optional.of(TWO) : Optional.empty();
            start(
                node,
                cell + " pair",
                coming(node, ftp, way, "R1_1.fastq.gz", ONE, one),
                coming(node, ftp, way, "R1_2.fastq.gz", mate, two));
          }
        }
      }
    }
  }

  private void breaks(Node node, FtpFaultServer ftp) throws Exception {
    int last = (ONE.length - 1) / PART;
    for (Place place : Place.values()) {
      for (boolean sum : new boolean[] {true, false}) {
        Optional<byte[]> truth = sum ? Optional.of(ONE) : Optional.empty();
        String at = " " + place + " |" + (sum ? " sum" : "");
        for (PartFault fault : PartFault.values()) {
          String path = "/break" + number++;
          node.server.on(path, but(place.in(last + 1), fault.of(ONE), inParts(ONE)));
          start(node, "part " + fault + at, file("R1.fastq.gz", node.server.url(path), ONE, truth));
        }
        for (String end : List.of("426 aborted", "226 done", "451 disk", "")) {
          String path = "/break" + number++;
          ftp.put(path, FtpFaultServer.File.broken(ONE, place.in(ONE.length), end));
          start(
              node,
              "ftp '" + end + "'" + at,
              file("R1.fastq.gz", "ftp://" + ftp.host() + path, ONE, truth));
        }
      }
    }
  }

  @Test
  void noBadFileIsAcceptedWhicheverWayItComes() throws Exception {
    TransferSettings settings =
        Node.settings(4).withRanges(new TransferSettings.Ranges(PART, 3, PART));
    try (FtpFaultServer ftp = new FtpFaultServer();
        Node node = new Node(directory, settings, Node.ASKING, List.of(ftp.host()))) {
      damages(node, ftp);
      breaks(node, ftp);
      drain(node, 0);
    }
    List<String> cells = new ArrayList<>();
    table.forEach((cell, end) -> cells.add(cell + " | " + end));
    Files.write(Files.createDirectories(Path.of("target")).resolve("fault-ways.txt"), cells);
    System.out.println("Faults of parts, buckets, FTP, local files: " + cells.size() + " cells");
    assertThat(cells).hasSizeGreaterThan(300);
    assertThat(cells).as("accepted with other bytes").noneMatch(cell -> cell.endsWith("BAD"));
    assertThat(cells)
        .as("damage that cannot be mended is refused")
        .filteredOn(cell -> !cell.startsWith("part ") && !cell.startsWith("ftp "))
        .allMatch(cell -> cell.endsWith("| corrupt"));
    assertThat(cells)
        .as("what breaks once is mended by the next try")
        .filteredOn(cell -> cell.startsWith("part ") || cell.startsWith("ftp "))
        .filteredOn(cell -> !cell.startsWith("part PAGE FIRST"))
        .allMatch(cell -> cell.endsWith("| good"));
  }

  /** Members of the same length in both versions, of 50 records each. */
  private static byte[] members(char base) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int member = 0; member < 6; member++) {
      StringBuilder text = new StringBuilder();
      for (int record = 0; record < 50; record++) {
        text.append("@r.%03d\n".formatted(member * 50 + record));
        text.append(String.valueOf(base).repeat(40)).append("\n+\n");
        text.append("I".repeat(40)).append('\n');
      }
      try (GZIPOutputStream out =
          new GZIPOutputStream(bytes) {
            {
              def.setLevel(0);
            }
          }) {
        out.write(text.toString().getBytes(StandardCharsets.US_ASCII));
      }
    }
    return bytes.toByteArray();
  }

  @Test
  void twoVersionsWithoutTagsAreNeverMixedWhereTheirMembersMeet() throws Exception {
    byte[] old = members('A');
    byte[] now = members('C');
    assertThat(old).hasSameSizeAs(now);
    try (Node node = new Node(directory)) {
      node.server.on(
          "/file",
          FaultServer.cut(old, old.length / 6 * 2, "Last-Modified: Mon, 02 Jun 2025 10:00:00 GMT"),
          FaultServer.file(now, "Last-Modified: Tue, 03 Jun 2025 10:00:00 GMT"));
      Outcome outcome = node.run("R1", List.of(reads("R1.fastq.gz", node.ena("/file"))), Map.of());
      JobResult.Downloaded done = (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
      assertThat(node.stored(done.files().getFirst().object())).isEqualTo(now);
    }
  }
}
