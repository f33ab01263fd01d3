package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedWriter;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import refinery.protocol.BatchId;
import refinery.protocol.Resources;
import refinery.protocol.artifact.Manifest;
import refinery.protocol.artifact.MemberOutput;
import refinery.protocol.artifact.MemberOutput.About;
import refinery.protocol.batch.Artifact;
import refinery.protocol.batch.Provision;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Work;
import refinery.quality.Measure;
import refinery.quality.Measures;
import refinery.quality.QualityReport;
import refinery.quality.QualityRulesFile;
import refinery.quality.RunQuality;

/** The report of a survey's runs, made of their files and of what the list says of the others. */
class QualityReportStepTest {
  private static final String HOSTILE = "<script>alert('x')</script>\"&\u202Egnp.\u0007";

  @TempDir Path folder;

  private static RunQuality quality(double rate) {
    return RunQuality.of(
        "salmon",
        QualityRulesFile.load().get("default"),
        new Measures.Builder()
            .with(Measure.PROCESSED_READS, 60_000)
            .with(Measure.MAPPED_READS, 600 * rate)
            .with(Measure.MAPPING_RATE_PERCENT, rate)
            .with(Measure.MAPPED_READS_PER_GENE, 600 * rate / 60)
            .library(Optional.of("IU"), Optional.of("ISR"))
            .build());
  }

  private static MemberOutput member(
      Workbench bench, String key, Optional<RunQuality> quality, String state, String lacks)
      throws IOException {
    BatchId id = BatchId.of("batch-" + Math.abs(key.hashCode()));
    Optional<About> about = Optional.of(new About(key, "homo_sapiens", state, lacks));
    if (quality.isEmpty()) {
      return new MemberOutput(id, "", "", 0, about);
    }
    Path file = Files.writeString(bench.folder.resolve("quality"), quality.get().text());
    var stored = bench.permanent.put("", file, true);
    return new MemberOutput(id, RunQuality.FILE, stored.key(), stored.size(), about);
  }

  private static List<MemberOutput> members(Workbench bench) throws IOException {
    return List.of(
        member(bench, "SRR1", Optional.of(quality(95)), "done", ""),
        member(bench, "SRR2", Optional.of(quality(40)), "done", ""),
        member(bench, "SRR3", Optional.empty(), "failed", "no reads: " + HOSTILE),
        member(bench, HOSTILE, Optional.of(quality(12.5)), "done", ""),
        member(bench, "SRR5", Optional.empty(), "planned", "not selected: rule low_spots"),
        member(bench, "SRR6", Optional.of(quality(30)), "done", ""),
        member(bench, "SRR7", Optional.empty(), "done", "it has no quality.json"));
  }

  private static JobResult.Processed report(Workbench bench, String rules) throws IOException {
    StringBuilder lines = new StringBuilder();
    List<MemberOutput> members = members(bench);
    members.forEach(member -> lines.append(member.line()).append('\n'));
    Path list = Files.writeString(bench.folder.resolve("list"), lines);
    long length = Files.size(list);
    Manifest inputs =
        new Manifest(bench.permanent.put("", list, true).key(), members.size(), 2_000, length);
    return Workbench.processed(
        bench.run(
            new Work.Process(
                "quality-report",
                List.of(),
                List.of(new Provision.All("runs", inputs)),
                Map.of("survey", "survey-x", "quality", rules),
                Map.of(),
                List.of()),
            bench.folder.resolve("scratch-" + rules)));
  }

  private static List<String> column(Path table, String name) throws IOException {
    List<String> lines = Workbench.lines(table);
    int column = List.of(lines.getFirst().split("\t", -1)).indexOf(name);
    return lines.stream().skip(1).map(line -> line.split("\t", -1)[column]).toList();
  }

  @Test
  void theWorstComeFirstAndWhatFailedOrWasLeftOutIsToldWithItsReason() throws Exception {
    Workbench bench = new Workbench(folder);
    JobResult.Processed made = report(bench, "recorded");
    assertThat(made.artifacts())
        .extracting(Artifact::name)
        .containsExactly("quality.html", "quality.tsv");
    Path table = bench.fetch(made.artifacts(), "quality.tsv");
    assertThat(column(table, "run"))
        .containsExactly(
            "SRR3", "SRR7", "<script>alert('x')</script>\"& gnp.", "SRR6", "SRR2", "SRR1", "SRR5");
    assertThat(column(table, "verdict"))
        .containsExactly("", "", "fail", "warn", "warn", "pass", "");
    assertThat(column(table, "reasons"))
        .containsExactly(
            "no reads: <script>alert('x')</script>\"& gnp.",
            "it has no quality.json",
            "fail: mapping_rate_percent is 12.5 %, below 20 %",
            "warn: mapping_rate_percent is 30 %, below 50 %",
            "warn: mapping_rate_percent is 40 %, below 50 %",
            "",
            "not selected: rule low_spots");
    assertThat(column(table, "mapping_rate_percent"))
        .containsExactly("", "", "12.5", "30", "40", "95", "");
    assertThat(column(table, "rrna_rate_percent")).containsOnly("");
    page(bench.fetch(made.artifacts(), "quality.html"));
    JobResult.Processed again = report(bench, "dee2");
    assertThat(column(bench.fetch(again.artifacts(), "quality.tsv"), "verdict"))
        .as("judged again by other thresholds, without processing a run")
        .containsExactly("", "", "fail", "fail", "warn", "pass", "");
    assertThat(Workbench.lines(table)).hasSize(8).noneMatch(line -> line.contains("\u202E"));
  }

  /** A page that parses, has no script and asks no other host, whatever archives say. */
  private static void page(Path file) throws Exception {
    String html = Files.readString(file);
    Document page =
        DocumentBuilderFactory.newInstance()
            .newDocumentBuilder()
            .parse(new ByteArrayInputStream(Files.readAllBytes(file)));
    NodeList elements = page.getElementsByTagName("*");
    for (int i = 0; i < elements.getLength(); i++) {
      Element element = (Element) elements.item(i);
      assertThat(element.getTagName()).isNotIn("script", "link", "img", "iframe", "object", "a");
      for (int a = 0; a < element.getAttributes().getLength(); a++) {
        assertThat(element.getAttributes().item(a).getNodeName())
            .doesNotStartWith("on")
            .isNotIn("src", "href", "style");
      }
    }
    assertThat(html)
        .contains("default-src 'none'", "prefers-color-scheme: dark", "<svg viewBox")
        .contains("2 not refined, 1 fail, 2 warn, 1 pass, 1 left out")
        .contains("4 runs; least 12.5,")
        .doesNotContain("<script", "http:", "https:", "url(");
    assertThat(page.getElementsByTagName("tr").getLength()).isEqualTo(8);
    assertThat(page.getElementsByTagName("h1").item(0).getTextContent())
        .isEqualTo("Quality of 7 runs of survey-x");
  }

  @Test
  void aHundredThousandRunsAreInTheTableAndThePageStaysSmall() throws Exception {
    int runs = Integer.getInteger("refinery.runs", 5_000);
    for (int rate = 0; rate < 100; rate++) {
      Files.writeString(folder.resolve("q" + rate), quality(rate).text());
    }
    try (BufferedWriter list = Files.newBufferedWriter(folder.resolve("list.tsv"))) {
      list.write(SetInputs.HEADER_OF_ENDED + "\n");
      for (int i = 0; i < runs; i++) {
        list.write(
            "batch-%d\tquality.json\tab\t1\tq%d\tSRR%06d\thomo_sapiens\tdone\t\n"
                .formatted(i, i % 100, i));
      }
    }
    TestAttempt attempt = new TestAttempt(null, Resources.of(1_000, 1L << 30, 1L << 30), folder);
    Map<String, String> with =
        Map.of(
            "list",
            "list.tsv",
            "survey",
            "",
            "rules",
            "recorded",
            "page",
            "p.html",
            "table",
            "t.tsv");
    StepContext context =
        new StepContext(
            attempt,
            new ScratchRoom(attempt),
            folder,
            with,
            List.of(),
            Map.of(),
            new HashMap<>(),
            List.of(),
            new ArrayList<>());
    long begin = System.nanoTime();
    new QualityReportStep().run(context);
    System.out.printf(
        "a report of %d runs: %d ms, page of %d bytes%n",
        runs, (System.nanoTime() - begin) / 1_000_000, Files.size(folder.resolve("p.html")));
    assertThat(Files.size(folder.resolve("p.html"))).isLessThan(500L * QualityReport.SHOWN);
    assertThat(Files.readString(folder.resolve("p.html")))
        .contains("The first 1000 of " + runs + "; quality.tsv has all of them");
    List<String> table = Workbench.lines(folder.resolve("t.tsv"));
    assertThat(table).hasSize(runs + 1);
    assertThat(table.get(1)).startsWith("SRR000000\t");
    assertThat(table.getLast()).startsWith("SRR" + String.format("%06d", runs - 1) + "\t");
    assertThat(Files.exists(folder.resolve("rows.unsorted"))).isFalse();
  }
}
