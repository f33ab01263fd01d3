package refinery.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.client.NodeClient;
import refinery.localarchive.ArchiveTree;
import refinery.localarchive.Fault;
import refinery.localarchive.LocalArchive;
import refinery.localarchive.SyntheticSpecies;
import refinery.program.NodeProgram;
import refinery.protocol.Json;
import refinery.testing.NodeProcess;
import refinery.testing.RequiresTools;
import refinery.testing.SmallVolume;

/**
 * A node for which the home directory, the working directory, {@code /tmp} and all else of the
 * system disk are read-only: it makes an index (salmon, kallisto, RSEM), takes a run out of its SRA
 * archive, and quantifies it, and all of that lies in its data directory.
 */
@RequiresTools
class ReadOnlySurroundingsTest {
  private static final Duration PATIENCE = Duration.ofMinutes(4);
  private static final List<String> OWN =
      List.of(
          "attempts.log",
          "cache",
          "lists",
          "node.id",
          "node.incarnation",
          "node.lock",
          "postgres",
          "references",
          "scratch",
          "slices",
          "storage",
          "tmp",
          "token");
  private static final String RUN = "SRR990101";

  /** Writes where tools do that were told nothing: our tools are told, or write nothing there. */
  private static final String SCRIBBLE =
      """
      name = scribble
      version = "1"
      description = "Writes into the temporary, the home and the working directory."
      inputs = [[reads_1, reads_2]]
      resources { cpu = "0.1", memory = "16MiB", disk = "1MiB + input" }
      steps = [{
        name = scribble, stall = 1m, wall-time = 1m
        command = [sh, -ec, "mktemp; echo home > ~/home; echo here > here.txt"]
      }]
      outputs = [{ name = here.txt, file = here.txt, media-type = text/plain }]
      """;

  /** What follows sees the system disk read-only, and nobody else does. */
  private static final List<String> READ_ONLY =
      List.of(
          "unshare",
          "-m",
          "sh",
          "-c",
          "mount --make-rprivate / && mount -o remount,bind,ro / && exec \"$@\"",
          "sh");

  @TempDir Path temp;

  @Test
  void toolsWriteNowhereButIntoTheDataDirectory() throws Exception {
    requireNamespaces();
    Path tree =
        ArchiveTree.write(
            temp.resolve("archive"),
            SyntheticSpecies.generate(SyntheticSpecies.DEFAULT_SEED),
            true);
    try (SmallVolume volume = SmallVolume.mount("20g");
        LocalArchive archive = LocalArchive.start(tree, 0)) {
      archive.fault(Fault.always("^/vol1/fastq/.*" + RUN + "_", Fault.Mode.STATUS).with(404));
      Path dir = volume.path().resolve("node");
      NodeProcess node = started(archive, dir);
      try {
        refines(new NodeClient(node.http(), Optional.empty()));
        assertThat(names(volume.path())).containsExactly("node");
        assertThat(dir.resolve("scratch")).isEmptyDirectory();
        assertThat(names(dir)).as("the node's own").isSubsetOf(OWN);
        assertThat(names(dir.resolve("tmp"))).isSubsetOf("tools");
        assertThat(node.stop()).isTrue();
      } finally {
        node.kill();
      }
    }
  }

  /** With PostgreSQL's programs in its own directory, as only that can be written. */
  private NodeProcess started(LocalArchive archive, Path dir) throws IOException {
    Optional<String> shared = Optional.ofNullable(System.clearProperty(NodeProgram.PROGRAMS));
    try {
      return NodeProcess.startBy(READ_ONLY, dir, temp.resolve("output"), settings(archive));
    } finally {
      shared.ifPresent(directory -> System.setProperty(NodeProgram.PROGRAMS, directory));
    }
  }

  private Map<String, String> settings(LocalArchive archive) throws IOException {
    Path pipelines = Files.createDirectories(temp.resolve("pipelines"));
    Files.writeString(pipelines.resolve("scribble.conf"), SCRIBBLE);
    Map<String, String> settings = new HashMap<>(archive.configuration());
    settings.put("refinery.pipelines.directory", pipelines.toString());
    return settings;
  }

  private static void refines(NodeClient client) {
    ObjectNode genome = Json.MAPPER.createObjectNode().put("source", "ensembl");
    genome
        .putObject("parameters")
        .put("species", SyntheticSpecies.NAME)
        .put("division", "EnsemblVertebrates")
        .put("release", SyntheticSpecies.RELEASE);
    client.post("/surveys", genome, Optional.empty());
    for (String pipeline : List.of("kallisto-quant", "salmon-quant", "scribble")) {
      DemoTest.survey(client, pipeline, RUN);
    }
    Awaitility.await()
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(200))
        .until(
            () -> {
              List<JsonNode> runs = new ArrayList<>();
              client.list("/batches", Map.of("q", RUN), 10, runs::add);
              assertThat(runs).noneMatch(run -> run.path("state").asText().equals("failed"));
              return runs.stream()
                      .filter(run -> run.path("state").asText().equals("done"))
                      .filter(
                          run -> run.path("facts").path("delivered_from").asText().equals("ncbi"))
                      .count()
                  == 3;
            });
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static void requireNamespaces() throws Exception {
    List<String> command = new ArrayList<>(READ_ONLY);
    command.add("true");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      String reason = "needs a mount namespace of its own, and gets none: " + said.strip();
      System.err.println("SKIPPED: " + reason);
      Assumptions.abort(reason);
    }
  }
}
