package refinery.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import refinery.expression.QuantificationFormat;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.JobKind;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.Work;

/**
 * The example data that Debian installs with kallisto and salmon, processed by the shipped
 * pipelines, and by the tools called by hand. Both examples have 10,000 pairs of 50 bases. They are
 * transcripts without a genome, so each transcript is given to transcriptome-index as a sequence of
 * its own that is one exon.
 */
final class DebianExamples {
  static final Path KALLISTO = Path.of("/usr/share/doc/kallisto/test");
  private static final Path SALMON = Path.of("/usr/share/doc/salmon/examples");
  private static final long READS = 10_000;
  private static final int LENGTH = 50;

  /** The k that both tools take when none is named. */
  private static final String K = "31";

  private static final Pattern ENSEMBL =
      Pattern.compile("gene_id \"(\\w+)\".* transcript_id \"(\\w+)\"; transcript_version \"(\\d+)");

  /** Symbols that RefSeq gives to the transcripts of salmon's example. */
  private static final Map<String, List<String>> REFSEQ =
      Map.of(
          "UGT3A2", List.of("NM_174914", "NM_001168316", "NR_031764"),
          "HOXC4", List.of("NM_014620", "NM_153633"),
          "HOXC5", List.of("NM_018953", "NR_003084"),
          "HOXC6", List.of("NM_004503", "NM_153693"),
          "HOXC8", List.of("NM_022658"),
          "HOXC9", List.of("NM_006897"),
          "HOXC10", List.of("NM_017409"),
          "HOXC11", List.of("NM_014212"),
          "HOXC12", List.of("NM_173860"),
          "HOXC13", List.of("NM_017410"));

  /**
   * What one tool made of one example.
   *
   * @param scratch of the pipeline's job
   * @param tool kallisto or salmon
   * @param table of the pipeline
   * @param byHand the tool's own
   * @param runInfo what the tool by hand tells of the run
   */
  record Result(
      Workbench bench,
      Path scratch,
      String example,
      String tool,
      JobResult.Processed processed,
      Path table,
      Path byHand,
      Path runInfo,
      Path map) {
    QuantificationFormat format() {
      return QuantificationFormat.valueOf(tool.toUpperCase(Locale.ROOT));
    }

    /** Salmon's equivalence classes, which the pipeline leaves in its scratch. */
    Path classes() {
      return scratch.resolve("work/out/aux_info/eq_classes.txt.gz");
    }

    Path classesByHand() {
      return byHand.resolveSibling("aux_info/eq_classes.txt.gz");
    }
  }

  private final String name;
  private final Path directory;
  private final Workbench bench;
  private final List<Result> results = new ArrayList<>();

  private DebianExamples(String name, Path folder) throws IOException {
    this.name = name;
    directory = Files.createDirectories(folder.resolve(name));
    bench = new Workbench(directory.resolve("bench"));
  }

  /** Kallisto and salmon of kallisto's example, then of salmon's. */
  static List<Result> quantify(Path folder) throws IOException, InterruptedException {
    installed("kallisto-examples", KALLISTO.resolve("transcripts.gtf.gz"));
    installed("salmon", SALMON.resolve("transcripts.fasta"));
    DebianExamples kallisto = new DebianExamples("kallisto-examples", folder);
    kallisto.index(unzipped(KALLISTO.resolve("transcripts.fasta.gz")), ensemblGenes());
    kallisto.quantify(KALLISTO.resolve("reads_1.fastq.gz"), KALLISTO.resolve("reads_2.fastq.gz"));
    DebianExamples salmon = new DebianExamples("salmon", folder);
    salmon.index(Files.readString(SALMON.resolve("transcripts.fasta")), refSeqGenes());
    salmon.quantify(SALMON.resolve("reads_1.fastq"), SALMON.resolve("reads_2.fastq"));
    return Stream.of(kallisto, salmon).flatMap(example -> example.results.stream()).toList();
  }

  private static void installed(String debian, Path file) {
    boolean there = Files.exists(file);
    if ("true".equals(System.getenv("CI"))) {
      assertThat(there).as("%s of Debian's %s is there", file, debian).isTrue();
    }
    assumeTrue(
        there,
        "SKIPPED: Debian's example data is not compared, as %s is missing (apt-get install %s)"
            .formatted(file, debian));
  }

  private static String unzipped(Path file) throws IOException {
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Map<String, String> ensemblGenes() throws IOException {
    Map<String, String> genes = new HashMap<>();
    Matcher line = ENSEMBL.matcher(unzipped(KALLISTO.resolve("transcripts.gtf.gz")));
    while (line.find()) {
      genes.put(line.group(2) + "." + line.group(3), line.group(1));
    }
    return genes;
  }

  private static Map<String, String> refSeqGenes() {
    Map<String, String> genes = new HashMap<>();
    REFSEQ.forEach((gene, all) -> all.forEach(transcript -> genes.put(transcript, gene)));
    return genes;
  }

  /** By the pipeline, and by hand from the transcripts as Debian orders them. */
  private void index(String fasta, Map<String, String> genes)
      throws IOException, InterruptedException {
    StringBuilder annotation = new StringBuilder();
    for (String record : fasta.substring(1).split("\n>")) {
      int end = record.indexOf('\n');
      String transcript = record.substring(0, end);
      assertThat(genes).containsKey(transcript);
      int length = record.substring(end).replace("\n", "").length();
      annotation.append(
          "%s\tdebian\texon\t1\t%d\t.\t+\t.\tgene_id \"%s\"; transcript_id \"%s\";\n"
              .formatted(transcript, length, genes.get(transcript), transcript));
    }
    Path genome = Files.writeString(directory.resolve("transcripts.fa"), fasta);
    Path gtf = Files.writeString(directory.resolve("transcripts.gtf"), annotation);
    List<RawFile> reference =
        List.of(
            bench.raw("genome", genome, OptionalLong.empty(), OptionalLong.empty()),
            bench.raw("annotation", gtf, OptionalLong.empty(), OptionalLong.empty()));
    Map<String, String> parameters = new HashMap<>(Workbench.SPECIES);
    parameters.put("k", K);
    JobResult.Processed index =
        Workbench.processed(bench.run("transcriptome-index", reference, parameters));
    bench.indices.put(Integer.valueOf(K), index.artifacts());
    byHand("kallisto index -i kallisto.idx -k " + K + " transcripts.fa");
    byHand("salmon --no-version-check index -t transcripts.fa -i salmon.idx -p 1 -k " + K);
  }

  private void quantify(Path first, Path second) throws IOException, InterruptedException {
    List<RawFile> reads = bench.pair(first, second, READS, LENGTH);
    byHand("kallisto quant -i kallisto.idx -o kallisto -t 1 " + first + " " + second);
    add("kallisto", process("kallisto-quant", reads), "abundance.tsv", "run_info.json");
    String mates = " -1 " + first + " -2 " + second;
    byHand(
        "salmon --no-version-check quant -l A -i salmon.idx -o salmon -p 1 --seqBias --gcBias --dumpEq"
            + mates);
    add("salmon", process("salmon-quant", reads), "quant.sf", "aux_info/meta_info.json");
  }

  private void add(String tool, JobResult.Processed processed, String table, String runInfo)
      throws IOException {
    Path out = directory.resolve(tool);
    results.add(
        new Result(
            bench,
            directory.resolve(tool + "-quant"),
            name,
            tool,
            processed,
            bench.fetch(processed.artifacts(), table),
            out.resolve(table),
            out.resolve(runInfo),
            bench.fetch(bench.indices.get(Integer.valueOf(K)), "genes_to_transcripts.txt")));
  }

  /** Runs a shipped pipeline with one thread. */
  private JobResult.Processed process(String pipeline, List<RawFile> reads) throws IOException {
    Map<String, String> parameters =
        Map.of("organism", "synthetica_minima", "read_count", Long.toString(READS), "k", K);
    Work.Process work =
        new Work.Process(pipeline, reads, List.of(), parameters, parameters, List.of());
    JobSpec spec =
        new JobSpec(
            JobId.of("job-" + pipeline),
            JobKind.PROCESS,
            Optional.empty(),
            List.of(),
            pipeline,
            50,
            0,
            Resources.NONE,
            bench.provided(work),
            Instant.EPOCH);
    Path scratch = Files.createDirectories(directory.resolve(pipeline));
    TestAttempt attempt = new TestAttempt(spec, Resources.of(1000, 1L << 30, 1L << 30), scratch);
    ProcessRunner runner = bench.runner(PipelineRegistry.load(Optional.empty()));
    return Workbench.processed(runner.run(attempt).toCompletableFuture().join());
  }

  private void byHand(String command) throws IOException, InterruptedException {
    Path log = directory.resolve("by-hand.log");
    Process process =
        new ProcessBuilder(command.split(" "))
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      assertThat(process.waitFor(1, TimeUnit.MINUTES)).as(command).isTrue();
      assertThat(process.exitValue()).as("%s: %s", command, Files.readString(log)).isZero();
    } finally {
      process.destroyForcibly();
    }
  }
}
