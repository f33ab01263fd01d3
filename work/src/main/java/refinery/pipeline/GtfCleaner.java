package refinery.pipeline;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import refinery.agent.Attempt;
import refinery.pipeline.GtfLine.Flaw;

/**
 * Keeps what rsem-prepare-reference can read of an annotation, in two passes over the file. Lines
 * that can be written in another way are rewritten; otherwise a transcript with one bad line is
 * dropped as a whole and counted by its reason. Memory holds a small record per transcript, but no
 * lines. The behaviour of RSEM was measured with version 1.3.3. Used by one thread, once.
 */
final class GtfCleaner {
  private final Map<String, Long> contigs;
  private final Set<String> excludedBiotypes;
  private final Attempt attempt;
  private final ScratchRoom room;

  private final Map<String, GtfTranscript> exons = new LinkedHashMap<>();
  private final Map<String, Flaw> bad = new HashMap<>();

  /** The first original gene id for each changed one. */
  private final Map<String, String> renamedGenes = new HashMap<>();

  /** Transcripts that had a line of their own but no exon line so far. */
  private final Set<String> announced = new HashSet<>();

  private final Set<String> genes = new HashSet<>();
  private final Map<Flaw, Integer> dropped = new EnumMap<>(Flaw.class);
  private long exonLines;
  private long lostExonLines;

  GtfCleaner(Map<String, Long> contigs, Set<String> excludedBiotypes, Attempt attempt) {
    this.contigs = contigs;
    this.excludedBiotypes = excludedBiotypes;
    this.attempt = attempt;
    this.room = new ScratchRoom(attempt);
  }

  GtfCleaning clean(Path gtf, Path target, Path map) throws IOException, StepFailure {
    readTranscripts(gtf);
    exons.forEach(
        (transcript, where) -> {
          if (lost(transcript, where).isEmpty()) {
            genes.add(where.gene());
          }
        });
    writeLines(gtf, target);
    int transcripts = writeMap(map);
    long rewritten =
        exons.entrySet().stream()
            .filter(entry -> entry.getValue().isRewritten())
            .filter(entry -> lost(entry.getKey(), entry.getValue()).isEmpty())
            .count();
    return new GtfCleaning(
        genes.size(),
        transcripts,
        (int) rewritten,
        lostTranscripts(),
        exonLines,
        lostExonLines,
        dropped);
  }

  private void readTranscripts(Path gtf) throws IOException, StepFailure {
    try (Lines lines = new Lines(Streams.open(gtf, attempt))) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        if (!text.startsWith("#")) {
          GtfLine.parse(text).filter(line -> !line.isGene()).ifPresent(this::read);
        }
      }
    }
  }

  private void read(GtfLine line) {
    Optional<Flaw> flaw = flawOf(line);
    if (flaw.isPresent()) {
      if (flaw.get() != Flaw.IDS) {
        bad.putIfAbsent(line.transcript(), flaw.get());
      }
    } else if (line.isExon()) {
      announced.remove(line.transcript());
      if (!line.gene().equals(line.attributes().geneId())) {
        renamedGenes.putIfAbsent(line.gene(), line.attributes().geneId());
      }
      GtfTranscript seen = exons.get(line.transcript());
      if (seen == null) {
        exons.put(line.transcript(), new GtfTranscript(line));
      } else {
        seen.add(line);
      }
    } else if (!exons.containsKey(line.transcript())) {
      announced.add(line.transcript());
    }
  }

  /** The fault of a line by itself; empty when it has none. */
  private Optional<Flaw> flawOf(GtfLine line) {
    if (line.isGene()) {
      boolean usable =
          !line.gene().isEmpty() && line.isStranded() && contigs.containsKey(line.contig());
      return usable ? Optional.empty() : Optional.of(Flaw.GENE);
    }
    if (line.gene().isEmpty() || line.transcript().isEmpty()) {
      return Optional.of(Flaw.IDS);
    }
    if (line.attributes().biotype().map(excludedBiotypes::contains).orElse(false)) {
      return Optional.of(Flaw.BIOTYPE);
    }
    return line.flaw(contigs);
  }

  /** Why a transcript with usable exon lines is dropped all the same; empty when it is kept. */
  private Optional<Flaw> lost(String transcript, GtfTranscript where) {
    Optional<Flaw> flaw = Optional.ofNullable(bad.get(transcript)).or(where::contradiction);
    String gene = renamedGenes.getOrDefault(where.gene(), where.geneAsGiven());
    return flaw.isEmpty() && !gene.equals(where.geneAsGiven()) ? Optional.of(Flaw.SAME_NAME) : flaw;
  }

  /** Lost transcripts by reason. An id that several genes share counts once for each gene. */
  private Map<Flaw, Integer> lostTranscripts() {
    Map<Flaw, Integer> lost = new EnumMap<>(Flaw.class);
    exons.forEach(
        (transcript, where) ->
            lost(transcript, where)
                .ifPresent(flaw -> lost.merge(flaw, where.transcripts(), Integer::sum)));
    bad.forEach(
        (transcript, flaw) -> {
          if (!exons.containsKey(transcript)) {
            lost.merge(flaw, 1, Integer::sum);
          }
        });
    for (String transcript : announced) {
      if (!bad.containsKey(transcript)) {
        lost.merge(Flaw.NO_EXON, 1, Integer::sum);
      }
    }
    return lost;
  }

  private void writeLines(Path gtf, Path target) throws IOException, StepFailure {
    try (Lines lines = new Lines(Streams.open(gtf, attempt));
        BufferedWriter out = room.writer(target)) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        if (text.startsWith("#")) {
          out.write(text);
          out.write('\n');
        } else if (!text.isBlank()) {
          write(text, out);
        }
      }
    }
  }

  private void write(String text, BufferedWriter out) throws IOException {
    Optional<GtfLine> line = GtfLine.parse(text);
    Optional<Flaw> flaw = line.isEmpty() ? Optional.of(Flaw.COLUMNS) : verdict(line.get());
    boolean exon = line.map(GtfLine::isExon).orElse(true);
    if (exon && !flaw.equals(Optional.of(Flaw.BIOTYPE))) {
      exonLines++;
      lostExonLines += flaw.isPresent() ? 1 : 0;
    }
    if (flaw.isPresent()) {
      dropped.merge(flaw.get(), 1, Integer::sum);
      return;
    }
    boolean rewritten = line.get().isExon() && exons.get(line.get().transcript()).isRewritten();
    out.write(rewritten ? line.get().rewritten() : text);
    out.write('\n');
  }

  private Optional<Flaw> verdict(GtfLine line) {
    Optional<Flaw> flaw = flawOf(line);
    if (flaw.isPresent()) {
      return flaw;
    }
    if (line.isGene()) {
      return genes.contains(line.gene()) ? Optional.empty() : Optional.of(Flaw.UNUSABLE);
    }
    GtfTranscript where = exons.get(line.transcript());
    return where == null || bad.containsKey(line.transcript())
        ? Optional.of(Flaw.UNUSABLE)
        : lost(line.transcript(), where);
  }

  /**
   * Writes RSEM's map (gene, tab, transcript) in the order of the first exons, and returns the
   * number of its lines.
   */
  private int writeMap(Path map) throws IOException {
    int transcripts = 0;
    try (BufferedWriter out = room.writer(map)) {
      for (Map.Entry<String, GtfTranscript> entry : exons.entrySet()) {
        if (lost(entry.getKey(), entry.getValue()).isEmpty()) {
          out.write(entry.getValue().gene() + "\t" + entry.getKey() + "\n");
          transcripts++;
        }
      }
    }
    return transcripts;
  }

  /** After {@link #clean}: writes a line (transcript, tab, biotype) for each that states one. */
  void writeBiotypes(Path file) throws IOException {
    try (BufferedWriter out = room.writer(file)) {
      for (Map.Entry<String, GtfTranscript> entry : exons.entrySet()) {
        Optional<String> biotype = entry.getValue().biotype();
        if (biotype.isPresent() && lost(entry.getKey(), entry.getValue()).isEmpty()) {
          out.write(entry.getKey() + "\t" + GtfAttributes.plain(biotype.get()) + "\n");
        }
      }
    }
  }
}
