package refinery.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.batch.RawFile;

class SummaryStatsTest {
  private static final Path MATRICES = Path.of("src/test/resources/refinery/figures");

  @TempDir Path folder;
  private final Map<String, String> facts = new HashMap<>();
  private final List<String> checks = new ArrayList<>();

  private void run(Path work, Map<String, byte[]> inputs, String minGenes)
      throws IOException, StepFailure, InterruptedException {
    TestAttempt attempt = new TestAttempt(null, Resources.of(2000, 1L << 30, 1L << 30), folder);
    List<RawFile> files = new ArrayList<>();
    Files.createDirectories(work.resolve("inputs"));
    for (Map.Entry<String, byte[]> input : inputs.entrySet()) {
      RawFile file = raw(input.getKey());
      Files.write(work.resolve(InputNames.path(file)), input.getValue());
      files.add(file);
    }
    Map<String, String> with =
        Map.of(
            "dir", "figures",
            "organism", "homo_sapiens",
            "min-gene-count", minGenes,
            "min-mean", "0.05",
            "max-mean", "30",
            "min-dispersion", "1.9");
    new SummaryStats()
        .run(
            new StepContext(
                attempt,
                new ScratchRoom(attempt),
                work,
                with,
                files,
                Map.of(),
                facts,
                List.of(),
                checks));
  }

  private static RawFile raw(String role) {
    return new RawFile(
        role, role, role, "", 1, "files", "", OptionalLong.empty(), OptionalLong.empty());
  }

  private static byte[] matrix(String name) throws IOException {
    return Files.readAllBytes(MATRICES.resolve(name));
  }

  @Test
  void writesAllFiguresAndTheSameBytesAgain() throws Exception {
    Path first = folder.resolve("one");
    Path second = folder.resolve("two");
    run(first, Map.of("matrix", matrix("hca.mtx.zip")), "0");
    run(second, Map.of("matrix", matrix("hca.mtx.zip")), "0");
    List<String> names;
    try (Stream<Path> files = Files.list(first.resolve("figures"))) {
      names = files.map(file -> file.getFileName().toString()).sorted().toList();
    }
    assertThat(names)
        .containsExactlyElementsOf(
            Stream.of("highest_expressed_genes", "qc", "variable_genes")
                .flatMap(name -> Stream.of(".json", ".png", ".svg", ".tsv").map(name::concat))
                .toList());
    for (String name : names) {
      assertThat(second.resolve("figures").resolve(name))
          .as(name)
          .hasSameBinaryContentAs(first.resolve("figures").resolve(name));
    }
    assertThat(facts).containsEntry("cells", "100").containsEntry("kept_cells", "99");
    assertThat(checks.getFirst()).startsWith("MatrixMarket, genes by cells: 400 genes, 100 cells");
  }

  @Test
  void tablesAndChartsHoldTheNumbersAndEscapeNames() throws Exception {
    String evil = "<b>&\"x";
    byte[] genes = ("id1\t" + evil + "\nid2\tMT-A\nid3\tC\n").getBytes(UTF_8);
    byte[] matrix =
        ("%%MatrixMarket matrix coordinate integer general\n3 3 6\n1 1 6\n2 1 2\n1 2 1\n"
                + "2 2 1\n3 2 2\n1 3 1\n")
            .getBytes(UTF_8);
    run(folder, Map.of("matrix", matrix, "features", genes), "2");
    Path figures = folder.resolve("figures");
    assertThat(Files.readAllLines(figures.resolve("qc.tsv")))
        .containsExactly(
            "cell\tcounts\tgenes\tmitochondrial_percent\tkept",
            "1\t8\t2\t25\tyes",
            "2\t4\t3\t25\tyes",
            "3\t1\t1\t0\tno");
    assertThat(Files.readAllLines(figures.resolve("highest_expressed_genes.tsv")).get(1))
        .startsWith("1\t" + evil + "\tid1\t50\t2\t25\t25\t37.5\t50\t62.5\t75\t75\t0");
    JsonNode qc = Json.MAPPER.readTree(figures.resolve("qc.json").toFile());
    assertThat(qc.at("/settings/min_gene_count").asInt()).isEqualTo(2);
    assertThat(qc.at("/mitochondrial/species").asText()).isEqualTo("homo_sapiens");
    assertThat(qc.at("/mitochondrial/genes").asInt()).isEqualTo(1);
    assertThat(qc.at("/kept_cells_have/counts/median").asDouble()).isEqualTo(6);
    JsonNode highest =
        Json.MAPPER.readTree(figures.resolve("highest_expressed_genes.json").toFile());
    assertThat(highest.at("/genes/0/gene").asText()).isEqualTo(evil);
    Document svg =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(figures.resolve("highest_expressed_genes.svg").toFile());
    assertThat(svg.getDocumentElement().getTextContent()).contains("<b>&\"x").contains("MT-A");
    assertThat(svg.getElementsByTagName("b").getLength()).isZero();
    BufferedImage png = ImageIO.read(figures.resolve("qc.png").toFile());
    assertThat(png.getWidth()).isEqualTo(3600);
    assertThat(Arrays.stream(png.getRGB(0, 0, 3600, 1200, null, 0, 3600)).distinct().count())
        .isGreaterThan(5);
  }

  @Test
  void aDamagedMatrixIsCorruptAndAStrangeOnePermanent() throws Exception {
    byte[] good = matrix("plain.mtx.gz");
    byte[] cut = Arrays.copyOf(good, good.length - 100);
    assertThat(failure(cut, "0")).isEqualTo(FailureClass.CORRUPT);
    assertThat(failure("%%MatrixMarket x\n".getBytes(UTF_8), "0"))
        .isEqualTo(FailureClass.PERMANENT);
    assertThat(failure(good, "400")).isEqualTo(FailureClass.PERMANENT);
  }

  private FailureClass failure(byte[] matrix, String minGenes) {
    return catchThrowableOfType(
            StepFailure.class, () -> run(folder, Map.of("matrix", matrix), minGenes))
        .failure()
        .failureClass();
  }
}
