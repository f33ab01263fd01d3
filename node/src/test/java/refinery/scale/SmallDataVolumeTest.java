package refinery.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.localarchive.LocalArchive;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;
import refinery.testing.SmallVolume;

/**
 * A node whose data volume holds a fifth of its work, and which somebody else fills in the middle:
 * nothing fails for good, nothing is written elsewhere, and all ends when the space is back. {@code
 * -Drefinery.volume=200 -Drefinery.work=1024} (MiB, with the disk settings as shipped) is the whole
 * measure.
 */
class SmallDataVolumeTest {
  private static final int VOLUME = Integer.getInteger("refinery.volume", 32);
  private static final int WORK = Integer.getInteger("refinery.work", 160);
  private static final int SHIPPED = 200;
  private static final int STUDIES = 3;
  private static final int FILE = Math.max(1, VOLUME / 10) << 20;
  private static final int RUNS = (int) (((long) WORK << 20) / FILE);

  /** More than the lists, logs and notes of the node, less than the bytes of a single run. */
  private static final long NOTES = 1 << 20;

  private static final Duration PATIENCE = Duration.ofMinutes(5);
  private static final String PIPELINE =
      """
      name = copy
      version = "1"
      description = "Writes the reads once more, as tools do."
      inputs = [[reads]]
      resources { cpu = "0.2", memory = "16MiB", disk = "1MiB + 2 * input" }
      steps = [
        { name = copy, command = [cp, "${input.reads}", copy], stall = 1m, wall-time = 1m }
        { name = digest, command = [sha256sum, copy], stdout = out.txt, stall = 1m, wall-time = 1m }
      ]
      outputs = [{ name = out.txt, file = out.txt, media-type = text/plain }]
      """;

  @TempDir Path temp;

  @Test
  void allEndsOnAVolumeThatHoldsAFifthOfTheWorkAndIsFilledBySomebodyElse() throws Exception {
    try (SmallVolume volume = SmallVolume.mount(VOLUME + "m")) {
      List<Integer> sizes = new ArrayList<>();
      for (int study = 0; study < STUDIES; study++) {
        sizes.add(RUNS / STUDIES + (study < RUNS % STUDIES ? 1 : 0));
      }
      Path tree = StudyArchive.write(temp.resolve("archive"), sizes, false, FILE);
      try (LocalArchive archive = LocalArchive.start(tree, 0)) {
        Path home = Files.createDirectories(temp.resolve("home"));
        NodeProcess node =
            NodeProcess.start(
                temp.resolve("node"),
                temp.resolve("output"),
                options(archive, volume.path()),
                Map.of("HOME", home.toString()));
        try {
          work(node, volume.path());
          assertThat(home).isEmptyDirectory();
          assertThat(node.stop()).isTrue();
        } catch (ConditionTimeoutException stuck) {
          NodeClient client = new NodeClient(node.http(), Optional.empty());
          throw new AssertionError(
              "stuck: " + client.get("/stats") + "\n" + client.get("/nodes"), stuck);
        } finally {
          node.kill();
        }
      }
    }
  }

  private List<String> options(LocalArchive archive, Path volume) throws IOException {
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(pipelines.resolve("copy.conf"), PIPELINE);
    List<String> options = new ArrayList<>(List.of("--http", "127.0.0.1:0"));
    options.addAll(List.of("--management", "127.0.0.1:0", "--artery", "127.0.0.1:0"));
    List<String> settings = new ArrayList<>();
    archive.configuration().forEach((key, value) -> settings.add(key + "=" + value));
    settings.add("refinery.pipelines.directory=" + pipelines);
    settings.add("refinery.agent.scratch=" + volume);
    settings.add("refinery.storage.temporary=file://" + volume.resolve("temporary"));
    if (VOLUME < SHIPPED) {
      settings.add("refinery.transfer.disk.margin=1MiB");
      settings.add("refinery.agent.scratch-allowance=1MiB");
    }
    settings.forEach(setting -> options.addAll(List.of("--set", setting)));
    return options;
  }

  private void work(NodeProcess node, Path volume) throws IOException {
    NodeClient client = new NodeClient(node.http(), Optional.empty());
    long began = System.nanoTime();
    List<String> surveys = new ArrayList<>();
    for (int study = 0; study < STUDIES; study++) {
      surveys.add(post(client, study));
    }
    until(client, () -> done(client, surveys) >= RUNS / 3);
    Path foreign = volume.resolve("foreign");
    long doneThen = done(client, surveys);
    until(client, () -> fill(foreign) && !takesNoWork(client).isEmpty() && isIdle(client));
    String refusal = takesNoWork(client);
    long filled = Files.size(foreign);
    Files.delete(foreign);
    long returned = System.nanoTime();
    until(client, () -> surveys.stream().noneMatch(survey -> isRunning(client, survey)));
    for (String survey : surveys) {
      assertThat(client.get("/surveys/" + survey).path("state").asText()).isEqualTo("done");
    }
    assertThat(done(client, surveys)).isEqualTo(RUNS);
    List<String> broken = new ArrayList<>();
    long[] tries = new long[1];
    client.list(
        "/jobs",
        Map.of(),
        RUNS * 3L,
        job -> {
          tries[0] += job.path("attempt").asLong();
          if (!job.path("state").asText().equals("succeeded")) {
            broken.add(job.toString());
          }
        });
    assertThat(broken).isEmpty();
    until(client, () -> isEmpty(volume));
    System.out.printf(
        "%d runs of %d MiB through %d MiB: %.1f s, of these %.1f s after the space was back; %d"
            + " done when somebody filled %d MiB (\"%s\"); %d attempts%n",
        RUNS,
        FILE >> 20,
        VOLUME,
        (System.nanoTime() - began) / 1e9,
        (System.nanoTime() - returned) / 1e9,
        doneThen,
        filled >> 20,
        refusal,
        tries[0]);
  }

  private static String post(NodeClient client, int study) {
    ObjectNode survey = Json.MAPPER.createObjectNode().put("source", "ena").put("pipeline", "copy");
    survey.putObject("parameters").put("accession", StudyArchive.accession(study));
    return client.post("/surveys", survey, Optional.empty()).path("id").asText();
  }

  /** Takes all that is free, also what the node has given back since the last call. */
  private static boolean fill(Path file) throws IOException {
    byte[] bytes = new byte[1 << 16];
    try (OutputStream out =
        Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
      while (true) {
        out.write(bytes);
      }
    } catch (IOException full) {
      return true;
    }
  }

  private static long done(NodeClient client, List<String> surveys) {
    return surveys.stream()
        .mapToLong(survey -> client.get("/surveys/" + survey).path("batches").path("done").asLong())
        .sum();
  }

  private static boolean isRunning(NodeClient client, String survey) {
    return client.get("/surveys/" + survey).path("state").asText().equals("running");
  }

  private static JsonNode node(NodeClient client) {
    return client.get("/nodes").path("items").path(0);
  }

  private static String takesNoWork(NodeClient client) {
    return node(client).path("takes_no_work").asText();
  }

  private static boolean isIdle(NodeClient client) {
    return node(client).path("running").isEmpty();
  }

  /** Whether files of attempts or raw data are there; they may be going while this looks. */
  private static boolean isEmpty(Path volume) {
    try (Stream<Path> files = Files.walk(volume)) {
      return files.noneMatch(Files::isRegularFile);
    } catch (IOException | UncheckedIOException going) {
      return false;
    }
  }

  /** Bytes below the node's directory, without its database and its artifacts. */
  private long notes() throws IOException {
    Path directory = temp.resolve("node");
    Set<Path> known =
        Set.of(directory.resolve("postgres"), directory.resolve("storage").resolve("permanent"));
    AtomicLong bytes = new AtomicLong();
    Files.walkFileTree(
        directory,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
            return known.contains(folder) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            bytes.addAndGet(attributes.size());
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException vanished) {
            return FileVisitResult.CONTINUE;
          }
        });
    return bytes.get();
  }

  private interface Condition {
    boolean holds() throws Exception;
  }

  /** Waits for it, and looks meanwhile for bytes that lie where they should not. */
  private void until(NodeClient client, Condition condition) {
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              assertThat(notes()).as("bytes outside the volume").isLessThan(NOTES);
              return condition.holds();
            });
  }
}
