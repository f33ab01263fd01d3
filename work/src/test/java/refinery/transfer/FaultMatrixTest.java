package refinery.transfer;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.transfer.Node.fixture;
import static refinery.transfer.Node.reads;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.batch.Location;
import refinery.protocol.batch.RawFile;
import refinery.protocol.batch.SourceFile;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.transfer.Damage.Place;
import refinery.transfer.FaultServer.Answer;

/**
 * Every damage at the first, a middle and the last byte, over every way in which a file comes, with
 * and without a sum that the archive states, for single files and pairs: what is accepted has
 * exactly the archive's bytes. The table is printed and written to {@code target/fault-matrix.txt}.
 */
class FaultMatrixTest {
  private static final byte[] ONE = fixture("malformed/good_1.fastq.gz");
  private static final byte[] TWO = fixture("malformed/good_2.fastq.gz");
  private static final int AT_ONCE = 24;
  private static final String TAG = "ETag: \"one\"";

  @TempDir Path directory;

  /** How the file comes. */
  private enum Way {
    LENGTH,
    CHUNKED,
    UNTIL_CLOSE,
    RESUMED,
    REDIRECTED;

    Answer[] of(byte[] body, FaultServer server, String path) {
      return switch (this) {
        case LENGTH -> new Answer[] {FaultServer.file(body)};
        case CHUNKED -> new Answer[] {chunked(body)};
        case UNTIL_CLOSE -> new Answer[] {untilClose(body)};
        case RESUMED ->
            new Answer[] {FaultServer.cut(body, body.length / 3, TAG), FaultServer.file(body, TAG)};
        case REDIRECTED -> {
          server.on(path + "/moved", FaultServer.file(body));
          yield new Answer[] {FaultServer.status(302, "Location: " + path + "/moved")};
        }
      };
    }

    private static Answer chunked(byte[] body) {
      return (request, socket, out) -> {
        FaultServer.head(out, 200, "Transfer-Encoding: chunked");
        for (int from = 0; from < body.length; from += 5000) {
          int length = Math.min(5000, body.length - from);
          line(out, Integer.toHexString(length));
          out.write(body, from, length);
          line(out, "");
        }
        line(out, "0\r\n");
      };
    }

    private static Answer untilClose(byte[] body) {
      return (request, socket, out) -> {
        FaultServer.head(out, 200);
        out.write(body);
      };
    }

    private static void line(OutputStream out, String text) throws IOException {
      out.write((text + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }
  }

  /** What breaks on the way; the second try is good. */
  private enum Break {
    RESET,
    CLOSED,
    OTHER_LENGTH,
    WRONG_RANGE,
    CHANGED_BETWEEN,
    PAGE,
    STATUS;

    Answer[] of(byte[] good, byte[] other, Place place) {
      int sent = place.in(good.length);
      Answer whole = FaultServer.file(good, "ETag: \"two\"");
      return switch (this) {
        case RESET -> new Answer[] {FaultServer.reset(good, sent, TAG), whole, whole};
        case CLOSED ->
            new Answer[] {FaultServer.announcing(good, good.length, sent, TAG), whole, whole};
        case OTHER_LENGTH ->
            new Answer[] {
              FaultServer.announcing(good, good.length + 1L + sent, good.length), whole, whole
            };
        case WRONG_RANGE ->
            new Answer[] {FaultServer.cut(good, sent, TAG), shifted(good), whole, whole};
        case CHANGED_BETWEEN ->
            new Answer[] {FaultServer.cut(other, Math.min(sent, other.length), TAG), whole, whole};
        case PAGE ->
            new Answer[] {
              FaultServer.file(
                  "<!DOCTYPE html><html>later</html>".getBytes(StandardCharsets.US_ASCII))
            };
        case STATUS -> new Answer[] {FaultServer.status(503), whole};
      };
    }

    /** Says that it goes on where it was asked to, with the bytes after those. */
    private static Answer shifted(byte[] good) {
      return (request, socket, out) -> {
        int from = (int) request.from();
        int sent = Math.max(0, good.length - from - 7);
        FaultServer.head(
            out,
            206,
            "Content-Length: " + (good.length - from),
            "Content-Range: bytes " + from + "-" + (good.length - 1) + "/" + good.length,
            "ETag: \"one\"");
        out.write(good, Math.min(good.length - sent, from + 7), sent);
        out.write(new byte[good.length - from - sent]);
      };
    }
  }

  /** One transfer of a cell, and its end. */
  private record Cell(String row, String column, CompletableFuture<Outcome> outcome) {}

  private int number;

  private SourceFile file(Node node, String name, byte[] stated, boolean sum, Answer... answers) {
    String path = "/cell" + number++ + "/" + name;
    node.server.on(path, answers);
    Location location = sum ? node.ena(path, stated) : node.ena(path);
    return reads(name, location);
  }

  private static CompletableFuture<Outcome> started(Node node, String key, SourceFile... files) {
    return node.start(node.attempt(key, List.of(files), Map.of("read_count", "300"), files.length));
  }

  private CompletableFuture<Outcome> damaged(
      Node node, Damage damage, Place place, Way way, boolean sum, boolean pair) {
    byte[] good = pair ? TWO : ONE;
    byte[] bad = damage.of(good, place);
    String name = pair ? "R1_2.fastq.gz" : "R1.fastq.gz";
    String path = "/cell" + number + "/" + name;
    SourceFile file = file(node, name, good, sum, way.of(bad, node.server, path));
    return pair
        ? started(
            node,
            "R1",
            file(
                node,
                "R1_1.fastq.gz",
                ONE,
                sum,
                way.of(ONE, node.server, "/cell" + number + "/R1_1.fastq.gz")),
            file)
        : started(node, "R1", file);
  }

  private CompletableFuture<Outcome> broken(
      Node node, Break fault, Place place, boolean sum, boolean pair) {
    SourceFile file =
        pair
            ? file(node, "R1_2.fastq.gz", TWO, sum, fault.of(TWO, ONE, place))
            : file(node, "R1.fastq.gz", ONE, sum, fault.of(ONE, TWO, place));
    return pair
        ? started(node, "R1", file(node, "R1_1.fastq.gz", ONE, sum, FaultServer.file(ONE)), file)
        : started(node, "R1", file);
  }

  /** {@code good}, the class of the refusal, or {@code BAD}: accepted with other bytes. */
  private static String verdict(Node node, Outcome outcome) throws IOException {
    if (outcome instanceof Outcome.Failed failed) {
      return failed.failure().failureClass().word();
    }
    JobResult.Downloaded result = (JobResult.Downloaded) ((Outcome.Succeeded) outcome).result();
    for (RawFile file : result.files()) {
      byte[] truth = file.name().contains("_2") ? TWO : ONE;
      if (!Arrays.equals(node.stored(file.object()), truth)) {
        return "BAD";
      }
    }
    return "good";
  }

  @Test
  void noBadFileIsEverAccepted() throws Exception {
    Map<String, Map<String, String>> table = new LinkedHashMap<>();
    try (Node node = new Node(directory, Node.settings(4))) {
      List<Cell> running = new ArrayList<>();
      for (boolean pair : new boolean[] {false, true}) {
        for (boolean sum : new boolean[] {true, false}) {
          String kind = (pair ? "pair" : "single") + (sum ? ", sum" : "");
          for (Place place : Place.values()) {
            for (Damage damage : Damage.values()) {
              for (Way way : Way.values()) {
                running.add(
                    new Cell(
                        damage + " " + place,
                        way + " " + kind,
                        damaged(node, damage, place, way, sum, pair)));
                drain(node, running, AT_ONCE, table);
              }
            }
            for (Break fault : Break.values()) {
              running.add(
                  new Cell(fault + " " + place, kind, broken(node, fault, place, sum, pair)));
              drain(node, running, AT_ONCE, table);
            }
          }
        }
      }
      drain(node, running, 0, table);
    }
    List<String> cells = new ArrayList<>();
    table.forEach(
        (row, columns) ->
            columns.forEach((column, end) -> cells.add(row + " | " + column + " | " + end)));
    String text = String.join("\n", cells) + "\n";
    Files.writeString(Files.createDirectories(Path.of("target")).resolve("fault-matrix.txt"), text);
    System.out.println(
        "Fault matrix: "
            + cells.size()
            + " cells, "
            + counts(cells)
            + ", in target/fault-matrix.txt");
    assertThat(cells).hasSizeGreaterThan(200);
    assertThat(cells).as("accepted with other bytes").noneMatch(cell -> cell.endsWith("BAD"));
    assertThat(cells)
        .as("damage that cannot be mended is refused")
        .filteredOn(cell -> Arrays.stream(Damage.values()).anyMatch(d -> cell.startsWith(d + " ")))
        .allMatch(cell -> cell.endsWith("| corrupt"));
    assertThat(cells)
        .as("what breaks once is mended by the next try")
        .filteredOn(cell -> cell.startsWith("RESET") || cell.startsWith("STATUS"))
        .allMatch(cell -> cell.endsWith("| good"));
  }

  private static Map<String, Long> counts(List<String> cells) {
    Map<String, Long> counts = new java.util.TreeMap<>();
    cells.forEach(cell -> counts.merge(cell.substring(cell.lastIndexOf(' ') + 1), 1L, Long::sum));
    return counts;
  }

  private static void drain(
      Node node, List<Cell> running, int most, Map<String, Map<String, String>> table)
      throws Exception {
    while (running.size() > most) {
      Cell cell = running.removeFirst();
      table
          .computeIfAbsent(cell.row(), row -> new LinkedHashMap<>())
          .put(cell.column(), verdict(node, cell.outcome().get(60, TimeUnit.SECONDS)));
    }
  }
}
