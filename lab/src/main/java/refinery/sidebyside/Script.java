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
import refinery.files.ToolWords;
import refinery.localarchive.RunDesign;
import refinery.protocol.Json;

/**
 * The script that a user would write. For each run it calls curl, {@code md5sum -c} and the
 * pipeline's own salmon command with one thread, with as many runs at once as there are cores. The
 * index is unpacked once.
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

  /** The script; {@code $1} is the run, and {@code $2} the address of its directory. */
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

  /**
   * @param seconds from start to end
   * @param cpu seconds of processor time of all its tools
   */
  record Time(double seconds, double cpu) {}

  Time run(List<RunDesign> runs) throws IOException, InterruptedException {
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
    call(
        directory,
        "bash",
        "-c",
        "xargs -a runs.txt -n 2 -P \"$1\" bash run.sh && times > times.txt",
        "script",
        "" + cores);
    double seconds = (System.nanoTime() - begin) / 1e9;
    return new Time(seconds, childrenCpu(Files.readString(directory.resolve("times.txt"))));
  }

  /**
   * Reads seconds from the output of the shell's {@code times}, whose second line is that of its
   * children, such as 1m2.345s.
   */
  static double childrenCpu(String times) {
    double sum = 0;
    for (String part : times.lines().skip(1).findFirst().orElseThrow().split(" ", -1)) {
      String[] units = part.split("[ms]", -1);
      sum += 60 * Double.parseDouble(units[0]) + Double.parseDouble(units[1]);
    }
    return sum;
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
              + ToolWords.of(directory.resolve("script.log")).strip());
    }
  }
}
