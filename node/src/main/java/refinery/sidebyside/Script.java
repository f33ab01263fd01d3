package refinery.sidebyside;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import refinery.client.CommandFailure;
import refinery.client.NodeClient;
import refinery.localarchive.RunDesign;
import refinery.protocol.Json;

/**
 * What a user would write: for each run curl, {@code md5sum -c} and the very salmon line of the
 * pipeline with one thread, as many at once as there are cores, against an index unpacked once.
 */
final class Script {
  private static final String STEP = "quantify-pairs";

  private final Path directory;
  private final String archive;
  private final Map<String, String> sums;

  private Script(Path directory, String archive, Map<String, String> sums) {
    this.directory = directory;
    this.archive = archive;
    this.sums = Map.copyOf(sums);
  }

  static Script prepare(Path directory, NodeClient client, String archive, Path tree)
      throws IOException, InterruptedException {
    Files.createDirectories(directory.resolve("reference"));
    Path packed = directory.resolve("index.tar.gz");
    try (InputStream in = client.stream(index(client), true)) {
      Files.copy(in, packed);
    }
    call(directory, "tar", "-xzf", packed.toString(), "-C", "reference");
    Files.writeString(directory.resolve("run.sh"), text(client));
    return new Script(directory, archive, sums(tree));
  }

  private static String index(NodeClient client) {
    AtomicReference<String> found = new AtomicReference<>("");
    client.list(
        "/batches",
        Map.of("pipeline", "transcriptome-index"),
        Long.MAX_VALUE,
        batch ->
            client
                .get("/batches/" + batch.path("id").asText())
                .path("artifacts")
                .forEach(
                    artifact -> {
                      if (artifact.path("name").asText().endsWith(".k31.tar.gz")) {
                        found.set("/artifacts/" + artifact.path("sha256").asText());
                      }
                    }));
    if (found.get().isEmpty()) {
      throw CommandFailure.failed("the node built no index with k = 31");
    }
    return found.get();
  }

  /** {@code $1} the run, {@code $2} its directory's address. */
  private static String text(NodeClient client) {
    List<String> words = new ArrayList<>();
    for (JsonNode pipeline : client.get("/pipelines").path("items")) {
      if (pipeline.path("name").asText().equals("salmon-quant")) {
        for (JsonNode step : pipeline.path("steps")) {
          if (step.path("name").asText().equals(STEP)) {
            step.path("command").forEach(word -> words.add(word.asText()));
          }
        }
      }
    }
    String line =
        words.stream()
            .map(
                word ->
                    word.replace("${input.reads_1}", "$1_1.fastq.gz")
                        .replace("${input.reads_2}", "$1_2.fastq.gz")
                        .replace("${threads}", "1")
                        .replace("reference/index", "../reference/index"))
            .map(word -> "\"" + word + "\"")
            .collect(Collectors.joining(" "));
    return """
    set -e
    mkdir "$1"
    cd "$1"
    curl -sSf -O "$2/$1_1.fastq.gz" -O "$2/$1_2.fastq.gz"
    md5sum --quiet -c "../$1.md5"
    %s > salmon.log 2>&1
    rm "$1_1.fastq.gz" "$1_2.fastq.gz"
    """
        .formatted(line);
  }

  private static Map<String, String> sums(Path tree) throws IOException {
    Map<String, String> sums = new java.util.HashMap<>();
    for (JsonNode row : Json.MAPPER.readTree(tree.resolve("api/ena/read_run.json").toFile())) {
      sums.put(row.path("run_accession").asText(), row.path("fastq_md5").asText());
    }
    return sums;
  }

  /** Seconds. */
  double run(List<RunDesign> runs) throws IOException, InterruptedException {
    StringBuilder list = new StringBuilder();
    for (RunDesign run : runs) {
      String name = run.accession();
      String path = run.paths().getFirst();
      String[] both = sums.get(name).split(";", -1);
      Files.writeString(
          directory.resolve(name + ".md5"),
          "%s  %s_1.fastq.gz%n%s  %s_2.fastq.gz%n".formatted(both[0], name, both[1], name));
      list.append(name)
          .append(' ')
          .append(archive)
          .append('/')
          .append(path, 0, path.lastIndexOf('/'))
          .append('\n');
    }
    Files.writeString(directory.resolve("runs.txt"), list);
    int cores = Runtime.getRuntime().availableProcessors();
    long begin = System.nanoTime();
    call(directory, "xargs", "-a", "runs.txt", "-n", "2", "-P", "" + cores, "bash", "run.sh");
    return (System.nanoTime() - begin) / 1e9;
  }

  private static void call(Path directory, String... command)
      throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("script.log").toFile())
            .start();
    if (process.waitFor() != 0) {
      throw CommandFailure.failed(
          "the script failed: "
              + command[0]
              + ": "
              + Files.readString(directory.resolve("script.log")).strip());
    }
  }
}
