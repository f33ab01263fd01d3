package refinery.pipeline;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import refinery.expression.QuantificationFormat;
import refinery.protocol.Json;
import refinery.protocol.batch.RawFile;
import refinery.protocol.job.PipelineFacts;
import refinery.quality.LibraryType;
import refinery.quality.Measure;
import refinery.quality.Measures;
import refinery.quality.QualityRules;
import refinery.quality.QualityRulesFile;
import refinery.quality.Reason;
import refinery.quality.RunQuality;

/**
 * The step {@code quality}, with {@code tool} (salmon or kallisto), {@code dir} (its output),
 * {@code map} (genes and transcripts of the index), {@code biotypes} (of them; optional), {@code
 * stated-reads} (empty: not stated), {@code rules} (the preset) and {@code to}: measures the run
 * from what the tool wrote and judges it. Fails no run: the verdict only flags it.
 */
final class QualityVerdict implements Builtin {

  /** Read when it is first needed; the node has checked them at its start. */
  private static final class Presets {
    static final Map<String, QualityRules> ALL = QualityRulesFile.load();
  }

  @Override
  public String rulesDigest(String named) throws StepFailure {
    return rules(named).sha256();
  }

  /**
   * @throws StepFailure when there is no such preset
   */
  static QualityRules rules(String name) throws StepFailure {
    QualityRules rules = Presets.ALL.get(name);
    if (rules == null) {
      throw StepFailure.permanent(
          "there are no rules of quality '%s' in conf/rules; there are %s"
              .formatted(LastWords.clean(name), String.join(", ", Presets.ALL.keySet())));
    }
    return rules;
  }

  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    QualityRules rules = rules(context.text("rules"));
    Measures.Builder measures = new Measures.Builder();
    long genes = genes(context);
    long processed = measureTool(context, genes, measures);
    downloads(context, measures);
    trimming(context, measures);
    ribosomal(context, processed, measures);
    measures.perGene(Measure.PROCESSED_READS_PER_GENE, processed, genes);
    RunQuality quality = RunQuality.of(context.text("tool"), rules, measures.build());
    try (BufferedWriter out = context.room().writer(context.path("to"))) {
      out.write(quality.text());
    }
    List<Reason> reasons = quality.judgement().reasons();
    context.learned(PipelineFacts.QUALITY, quality.judgement().verdict().word());
    context.learned(PipelineFacts.QUALITY_REASONS, json(reasons));
    context.learned("quality_rules", rules.name());
    context.checked(
        "verdict %s by the rules %s%s"
            .formatted(
                quality.judgement().verdict().word(),
                rules.name(),
                String.join("", reasons.stream().map(reason -> ": " + reason.message()).toList())));
  }

  /** Measures what the tool states, and returns how many reads it has processed. */
  private static long measureTool(StepContext context, long genes, Measures.Builder measures)
      throws IOException, StepFailure {
    Path dir = context.path("dir");
    String tool = context.text("tool");
    return switch (tool) {
      case "salmon" -> salmon(dir, genes, measures);
      case "kallisto" -> kallisto(dir, genes, measures);
      default -> throw StepFailure.permanent("with.tool: " + tool + " is not salmon or kallisto");
    };
  }

  private static long salmon(Path dir, long genes, Measures.Builder measures)
      throws IOException, StepFailure {
    Path file = dir.resolve("aux_info").resolve("meta_info.json");
    JsonNode meta = JsonFile.read(file);
    JsonNode formats = JsonFile.read(dir.resolve("lib_format_counts.json"));
    long processed = JsonFile.number(file, meta, "num_processed");
    mapping(processed, JsonFile.number(file, meta, "num_mapped"), genes, measures);
    JsonNode agreement = formats.path("compatible_fragment_ratio");
    if (agreement.isNumber() && formats.path("num_assigned_fragments").asLong() > 0) {
      measures.percent(Measure.LIBRARY_AGREEMENT_PERCENT, agreement.asDouble(), 1);
    }
    measures.library(
        Optional.of(formats.path("expected_format").asText()).filter(type -> !type.isEmpty()),
        LibraryType.observed(formats));
    return processed;
  }

  private static long kallisto(Path dir, long genes, Measures.Builder measures)
      throws IOException, StepFailure {
    Path file = dir.resolve("run_info.json");
    JsonNode info = JsonFile.read(file);
    long processed = JsonFile.number(file, info, "n_processed");
    mapping(processed, JsonFile.number(file, info, "n_pseudoaligned"), genes, measures);
    measures.percent(
        Measure.UNIQUELY_MAPPED_PERCENT, JsonFile.number(file, info, "n_unique"), processed);
    return processed;
  }

  private static void mapping(long processed, long mapped, long genes, Measures.Builder measures) {
    measures
        .with(Measure.PROCESSED_READS, processed)
        .with(Measure.MAPPED_READS, mapped)
        .percent(Measure.MAPPING_RATE_PERCENT, mapped, processed)
        .perGene(Measure.MAPPED_READS_PER_GENE, mapped, genes);
  }

  /** What the archive states, and what the download counted. */
  private static void downloads(StepContext context, Measures.Builder measures) throws StepFailure {
    String stated = context.text("stated-reads");
    if (!stated.isEmpty()) {
      measures.with(Measure.STATED_READS, Long.parseLong(stated));
    }
    Optional<RawFile> reads = context.input("reads_1").or(() -> context.input("reads"));
    OptionalLong counted = reads.map(RawFile::reads).orElse(OptionalLong.empty());
    Optional<RawFile> orphans = context.input("orphans");
    OptionalLong without = orphans.isEmpty() ? OptionalLong.of(0) : orphans.get().reads();
    without.ifPresent(count -> measures.with(Measure.READS_WITHOUT_MATE, count));
    if (counted.isPresent() && without.isPresent()) {
      measures.with(Measure.DOWNLOADED_READS, counted.getAsLong() + without.getAsLong());
    }
  }

  /** What fastp counted, if the reads were trimmed. */
  private static void trimming(StepContext context, Measures.Builder measures) {
    Map<String, String> facts = context.facts();
    if (facts.containsKey(FastpCheck.PASSED_PERCENT)) {
      measures.with(
          Measure.PASSED_FILTER_PERCENT, Double.parseDouble(facts.get(FastpCheck.PASSED_PERCENT)));
    }
    if (facts.containsKey(FastpCheck.DUPLICATES_PERCENT)) {
      measures.with(
          Measure.DUPLICATE_RATE_PERCENT,
          Double.parseDouble(facts.get(FastpCheck.DUPLICATES_PERCENT)));
    }
  }

  /** Of the transcripts that the index says are ribosomal RNA. */
  private static void ribosomal(StepContext context, long processed, Measures.Builder measures)
      throws IOException, StepFailure {
    if (context.optional("biotypes").isEmpty()) {
      return;
    }
    Path dir = context.path("dir");
    boolean salmon = context.text("tool").equals("salmon");
    OptionalDouble reads =
        RibosomalReads.count(
            context,
            dir.resolve(salmon ? "quant.sf" : "abundance.tsv"),
            salmon ? QuantificationFormat.SALMON : QuantificationFormat.KALLISTO,
            context.path("biotypes"));
    if (reads.isPresent()) {
      measures.percent(Measure.RRNA_RATE_PERCENT, reads.getAsDouble(), processed);
    }
  }

  /** The genes of the index: each line of the map has a gene and a transcript. */
  private static long genes(StepContext context) throws IOException, StepFailure {
    Set<String> genes = new HashSet<>();
    try (Lines lines = new Lines(Streams.open(context.path("map"), context.attempt()))) {
      for (String line = lines.next(); line != null; line = lines.next()) {
        int tab = line.indexOf('\t');
        if (tab > 0) {
          genes.add(line.substring(0, tab));
        }
      }
    }
    return genes.size();
  }

  static String json(List<Reason> reasons) {
    try {
      return Json.MAPPER.writeValueAsString(reasons);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write reasons", e);
    }
  }
}
