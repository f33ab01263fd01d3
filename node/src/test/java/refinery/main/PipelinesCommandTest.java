package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.pipeline.PipelineCatalog;
import refinery.pipeline.PipelineRegistry;
import refinery.protocol.Json;

/** {@code refinery pipelines}, and {@code check}, which needs no node. */
class PipelinesCommandTest {
  private static final Path SHIPPED =
      Path.of(System.getProperty("basedir", "."), "../conf/pipelines").normalize();

  @TempDir private Path temp;

  private record Result(int code, String out, String err) {}

  private static Result run(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = RefineryCommand.run(new PrintWriter(out), new PrintWriter(err), arguments);
    return new Result(code, out.toString(), err.toString());
  }

  /** Against a node that has the shipped pipelines. */
  private static Result asked(String... words) throws IOException {
    byte[] page =
        Json.MAPPER
            .createObjectNode()
            .set(
                "items",
                Json.MAPPER.valueToTree(
                    new PipelineCatalog(
                            PipelineRegistry.from(ConfigFactory.empty()), InstantSource.system())
                        .describe()))
            .toString()
            .getBytes(StandardCharsets.UTF_8);
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/api/v1/pipelines",
        exchange -> {
          boolean plain = exchange.getRequestURI().getQuery() == null;
          exchange.sendResponseHeaders(plain ? 200 : 400, page.length);
          exchange.getResponseBody().write(page);
          exchange.close();
        });
    server.start();
    try {
      List<String> arguments = new ArrayList<>(List.of("pipelines"));
      arguments.addAll(List.of(words));
      arguments.addAll(List.of("--url", "http://127.0.0.1:" + server.getAddress().getPort()));
      return run(arguments.toArray(String[]::new));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void checkTellsEveryFaultOfEveryFileAndNeedsNoNode() throws IOException {
    String salmon = SHIPPED.resolve("salmon-quant.conf").toString();
    String kallisto = SHIPPED.resolve("kallisto-quant.conf").toString();
    assertThat(run("pipelines", "check", salmon, kallisto))
        .isEqualTo(new Result(0, salmon + ": good\n" + kallisto + ": good\n", ""));
    Path unsure = temp.resolve("unsure.conf");
    Files.writeString(
        unsure, Files.readString(Path.of(kallisto)).replaceFirst("tool = fastp, ", ""));
    assertThat(run("pipelines", "check", unsure.toString()))
        .isEqualTo(
            new Result(
                0,
                unsure
                    + ": good; results of its step trim-pairs are not reused: no tool with a"
                    + " version, no image by digest\n",
                ""));
    Path wrong = temp.resolve("wrong.conf");
    Files.writeString(
        wrong,
        Files.readString(Path.of(kallisto))
            .replaceFirst("stall = 60m", "stal = 60m")
            .replace("kallisto = [kallisto, version]", "kallisto = []"));
    Path none = temp.resolve("none.conf");
    Result result = run("pipelines", "check", salmon, wrong.toString(), none.toString());
    String tool = wrong + ":" + line(wrong, "kallisto = []") + ": tools.k";
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines())
        .hasSize(3)
        .anyMatch(line -> line.startsWith(tool))
        .anyMatch(line -> line.matches(".*wrong.conf:\\d+: steps\\[\\d]\\.stal: is not a key of.*"))
        .anyMatch(line -> line.startsWith(none + ": cannot be read"));
    assertThat(run("pipelines", "check").code()).isEqualTo(2);
  }

  private static int line(Path file, String text) throws IOException {
    List<String> lines = Files.readAllLines(file);
    return 1 + lines.indexOf(lines.stream().filter(one -> one.contains(text)).findFirst().get());
  }

  @Test
  void theyAreListed() throws IOException {
    Result result = asked();
    assertThat(result.code()).isZero();
    assertThat(result.out().lines())
        .anyMatch(line -> line.matches("NAME +VERSION +TAKES +DESCRIPTION"))
        .anyMatch(
            line -> line.matches("salmon-quant +\\d+ +reads_1 \\+ reads_2, or reads  +Tran.*"))
        .anyMatch(line -> line.matches("concatenate +1 +a set of batches as parts +One .*"));
    assertThat(Json.MAPPER.readTree(asked("--json").out())).hasSizeGreaterThan(4);
    List<String> names =
        asked("--columns", "name", "--sort", "-name").out().lines().map(String::strip).toList();
    assertThat(names).startsWith("NAME", "transcriptome-index").contains("concatenate");
    assertThat(names.subList(1, names.size())).isSortedAccordingTo(Comparator.reverseOrder());
    assertThat(asked("--limit", "2").out()).hasLineCount(3);
  }

  @Test
  void oneIsExplained() throws IOException {
    Result result = asked("kallisto-quant");
    assertThat(result.code()).isZero();
    assertThat(result.out())
        .contains("takes: reads_1 + reads_2, or reads\n")
        .contains(
            "needs: index, the kallisto-index of ${parameter.index_pipeline} with k ="
                + " ${parameter.k}, release")
        .containsPattern("\nfragment_length +180 +mean fragment length of single-end lib")
        .containsPattern("\nreference +\\(empty\\) +species of the index")
        .contains(
            "(with reads)\n"
                + "       kallisto quant --verbose -i reference/kallisto.idx -o out -t ${threads}")
        .contains("ends after 1h 00m without progress, or 24h 00m; version of kallisto recorded\n")
        .contains(
            ". trim-single (with reads and if trim = fastp)\n       fastp --in1 ${input.reads} ")
        .containsPattern("\nstrandedness +unstranded .* forward\\|reverse\\|unstranded\n")
        .contains("  abundance.tsv (text/tab-separated-values)\n")
        .contains("  cpu    1 + min(1, input / 256MiB)\n")
        .contains("  kallisto: kallisto version\n");
    assertThat(Json.MAPPER.readTree(asked("kallisto-quant", "--json").out()).path("name").asText())
        .isEqualTo("kallisto-quant");
    assertThat(asked("kallisto-quant", "--watch").err()).contains("of the list, not of one");
    assertThat(asked("bowtie").code()).isEqualTo(2);
    assertThat(asked("bowtie").err()).contains("no pipeline 'bowtie'; there are command, ");
  }
}
