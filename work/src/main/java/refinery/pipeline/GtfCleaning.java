package refinery.pipeline;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import refinery.pipeline.GtfLine.Flaw;

/**
 * The result of cleaning an annotation.
 *
 * @param rewritten kept transcripts whose lines were rewritten
 * @param lostTranscripts by reason, excluded biotypes among them
 * @param exonLines exon lines without those of excluded biotypes; unreadable lines count as exon
 *     lines
 * @param dropped lines by reason
 */
record GtfCleaning(
    int genes,
    int transcripts,
    int rewritten,
    Map<Flaw, Integer> lostTranscripts,
    long exonLines,
    long lostExonLines,
    Map<Flaw, Integer> dropped) {
  GtfCleaning {
    lostTranscripts = copy(lostTranscripts);
    dropped = copy(dropped);
  }

  private static Map<Flaw, Integer> copy(Map<Flaw, Integer> counts) {
    Map<Flaw, Integer> copy = new EnumMap<>(Flaw.class);
    copy.putAll(counts);
    return Collections.unmodifiableMap(copy);
  }

  /** The number of lost transcripts that were not excluded by their biotype. */
  int lost() {
    return lostTranscripts.entrySet().stream()
        .filter(entry -> entry.getKey() != Flaw.BIOTYPE)
        .mapToInt(Map.Entry::getValue)
        .sum();
  }

  /** True if more than this fraction of the transcripts, or of the exon lines, is lost. */
  boolean losesMoreThan(double part) {
    return lost() > part * (transcripts + lost()) || lostExonLines > part * exonLines;
  }

  boolean isMostlyOutside() {
    int outside =
        lostTranscripts.getOrDefault(Flaw.CONTIG, 0)
            + lostTranscripts.getOrDefault(Flaw.PAST_END, 0);
    return 2 * outside > lost();
  }

  static String words(Map<Flaw, Integer> counts) {
    return counts.isEmpty()
        ? "none"
        : counts.entrySet().stream()
            .map(entry -> entry.getValue() + " " + entry.getKey().words())
            .collect(Collectors.joining(", "));
  }
}
