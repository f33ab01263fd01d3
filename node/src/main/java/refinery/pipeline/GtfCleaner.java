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
 * Keeps of an annotation what rsem-prepare-reference can take without failing, in two passes over
 * the file: a transcript with one bad line is dropped whole. Holds one small record a transcript,
 * never lines. What RSEM does to each kind of dirt was measured with 1.3.3.
 */
final class GtfCleaner {
  private final Map<String, Long> contigs;
  private final Set<String> excludedBiotypes;
  private final Attempt attempt;
  private final ScratchRoom room;

  private final Map<String, Transcript> exons = new LinkedHashMap<>();
  private final Map<String, Flaw> bad = new HashMap<>();
  private final Set<String> genes = new HashSet<>();
  private final Map<Flaw, Integer> dropped = new EnumMap<>(Flaw.class);

  /** Where a transcript's exons lie; immutable once a contradiction was seen. */
  private static final class Transcript {
    private final String contig;
    private final String strand;
    private final String gene;
    private boolean contradictory;

    Transcript(GtfLine line) {
      contig = line.contig();
      strand = line.strand();
      gene = line.gene();
    }

    void add(GtfLine line) {
      contradictory |=
          !contig.equals(line.contig())
              || !strand.equals(line.strand())
              || !gene.equals(line.gene());
    }
  }

  /**
   * @param outside transcripts whose contig the genome lacks or which end past it
   * @param dropped lines by reason
   */
  record Result(int genes, int transcripts, int outside, Map<Flaw, Integer> dropped) {}

  GtfCleaner(Map<String, Long> contigs, Set<String> excludedBiotypes, Attempt attempt) {
    this.contigs = contigs;
    this.excludedBiotypes = excludedBiotypes;
    this.attempt = attempt;
    this.room = new ScratchRoom(attempt);
  }

  Result clean(Path gtf, Path target, Path map) throws IOException, StepFailure {
    readTranscripts(gtf);
    exons.forEach(
        (transcript, where) -> {
          if (isKept(transcript)) {
            genes.add(where.gene);
          }
        });
    writeLines(gtf, target);
    int transcripts = writeMap(map);
    int outside = 0;
    for (Flaw flaw : bad.values()) {
      outside += flaw == Flaw.CONTIG || flaw == Flaw.PAST_END ? 1 : 0;
    }
    return new Result(genes.size(), transcripts, outside, Map.copyOf(dropped));
  }

  private boolean isKept(String transcript) {
    Transcript where = exons.get(transcript);
    return where != null && !where.contradictory && !bad.containsKey(transcript);
  }

  private void readTranscripts(Path gtf) throws IOException, StepFailure {
    try (Lines lines = new Lines(Streams.open(gtf, attempt))) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        if (text.startsWith("#")) {
          continue;
        }
        Optional<GtfLine> line = GtfLine.parse(text);
        if (line.isPresent() && flawOf(line.get()).isEmpty() && isExon(line.get())) {
          Transcript seen = exons.get(line.get().transcript());
          if (seen == null) {
            exons.put(line.get().transcript(), new Transcript(line.get()));
          } else {
            seen.add(line.get());
          }
        } else if (line.isPresent() && !isGene(line.get())) {
          flawOf(line.get())
              .filter(flaw -> flaw != Flaw.IDS)
              .ifPresent(flaw -> bad.put(line.get().transcript(), flaw));
        }
      }
    }
  }

  private static boolean isGene(GtfLine line) {
    return line.feature().equals("gene");
  }

  private static boolean isExon(GtfLine line) {
    return line.feature().equals("exon");
  }

  /** What is wrong with the line by itself. */
  private Optional<Flaw> flawOf(GtfLine line) {
    if (isGene(line)) {
      boolean usable = !line.gene().isEmpty() && contigs.containsKey(line.contig());
      return usable ? Optional.empty() : Optional.of(Flaw.GENE);
    }
    if (line.gene().isEmpty() || line.transcript().isEmpty()) {
      return Optional.of(Flaw.IDS);
    }
    if (line.biotype().map(excludedBiotypes::contains).orElse(false)) {
      return Optional.of(Flaw.BIOTYPE);
    }
    return line.flaw(contigs);
  }

  private void writeLines(Path gtf, Path target) throws IOException, StepFailure {
    try (Lines lines = new Lines(Streams.open(gtf, attempt));
        BufferedWriter out = room.writer(target)) {
      for (String text = lines.next(); text != null; text = lines.next()) {
        Optional<Flaw> flaw = text.startsWith("#") ? Optional.empty() : verdict(text);
        if (flaw.isPresent()) {
          dropped.merge(flaw.get(), 1, Integer::sum);
        } else {
          out.write(text);
          out.write('\n');
        }
      }
    }
  }

  private Optional<Flaw> verdict(String text) {
    Optional<GtfLine> parsed = GtfLine.parse(text);
    if (parsed.isEmpty()) {
      return Optional.of(Flaw.COLUMNS);
    }
    GtfLine line = parsed.get();
    Optional<Flaw> flaw = flawOf(line);
    if (flaw.isPresent()) {
      return flaw;
    }
    boolean kept = isGene(line) ? genes.contains(line.gene()) : isKept(line.transcript());
    return kept ? Optional.empty() : Optional.of(Flaw.UNUSABLE);
  }

  /** RSEM's map: gene, tab, transcript, in the order of the first exons. */
  private int writeMap(Path map) throws IOException {
    int transcripts = 0;
    try (BufferedWriter out = room.writer(map)) {
      for (Map.Entry<String, Transcript> entry : exons.entrySet()) {
        if (isKept(entry.getKey())) {
          out.write(entry.getValue().gene + "\t" + entry.getKey() + "\n");
          transcripts++;
        }
      }
    }
    return transcripts;
  }
}
