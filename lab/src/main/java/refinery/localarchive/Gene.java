package refinery.localarchive;

import java.util.List;

/** A gene of the synthetic species; coordinates are 1-based and inclusive, as in GTF. */
record Gene(
    int number,
    String id,
    String name,
    String biotype,
    String contig,
    char strand,
    List<Transcript> transcripts) {
  Gene {
    transcripts = List.copyOf(transcripts);
  }

  record Exon(int start, int end) {
    int length() {
      return end - start + 1;
    }

    Exon shifted(int by) {
      return new Exon(start + by, end + by);
    }
  }

  /** Exons in genome order. */
  record Transcript(String id, List<Exon> exons) {
    Transcript {
      exons = List.copyOf(exons);
    }

    int start() {
      return exons.getFirst().start();
    }

    int end() {
      return exons.getLast().end();
    }

    int length() {
      return exons.stream().mapToInt(Exon::length).sum();
    }
  }

  int start() {
    return transcripts.stream().mapToInt(Transcript::start).min().orElseThrow();
  }

  int end() {
    return transcripts.stream().mapToInt(Transcript::end).max().orElseThrow();
  }

  boolean isPseudogene() {
    return biotype.contains("pseudogene");
  }

  static String geneId(int number) {
    return "SMING%011d".formatted(number);
  }

  static String transcriptId(int gene, int index) {
    return "SMINT%011d".formatted(gene * 10 + index);
  }
}
