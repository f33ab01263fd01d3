package refinery.localarchive;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Invents a small genome: protein-coding genes with isoforms on two contigs, a diverged paralogue,
 * long non-coding RNAs, pseudogenes copied from genes, a gene shorter than k = 23, one between 23
 * and 31 bases long, and mitochondrial genes. Assembly gaps are runs of N. For one use.
 */
final class GenomeBuilder {
  private static final int CODING = 46;
  private static final int FIRST_CONTIG_GENES = 27;
  private static final double GC = 0.41;
  private static final int MIN_SPLICED = 200;

  private final Dice dice;
  private final Map<String, byte[]> contigs = new LinkedHashMap<>();
  private final Map<String, Integer> next = new HashMap<>(Map.of("1", 700, "2", 300, "MT", 300));
  private final List<Gene> genes = new ArrayList<>();

  private GenomeBuilder(long seed) {
    dice = new Dice(seed);
  }

  static Genome build(long seed) {
    GenomeBuilder builder = new GenomeBuilder(seed);
    builder.contig("1", 110_000, 0, 500);
    builder.contig("2", 90_000, 40_000, 40_200);
    builder.contig("MT", 16_000, 0, 0);
    builder.codingGenes();
    builder.copiesAndNonCoding();
    return new Genome(builder.contigs, builder.genes);
  }

  private void contig(String name, int length, int gapFrom, int gapTo) {
    byte[] sequence = Dna.random(dice, length, GC);
    for (int i = gapFrom; i < gapTo; i++) {
      sequence[i] = 'N';
    }
    contigs.put(name, sequence);
  }

  private void codingGenes() {
    for (int i = 0; i < CODING; i++) {
      String contig = i < FIRST_CONTIG_GENES ? "1" : "2";
      if (contig.equals("2") && next.get(contig) > 34_000 && next.get(contig) < 41_000) {
        next.put(contig, 41_000);
      }
      List<Gene.Exon> exons = exons(next.get(contig), dice.between(2, 6), 90, 320);
      add(contig, strand(), "protein_coding", isoforms(exons, dice.between(1, 4)));
    }
  }

  private void copiesAndNonCoding() {
    copy(genes.get(5), 0.08, "protein_coding");
    for (int i = 0; i < 6; i++) {
      List<Gene.Exon> exons = exons(next.get("2"), dice.between(1, 3), 150, 400);
      add("2", strand(), "lncRNA", isoforms(exons, dice.between(1, 2)));
    }
    copy(genes.get(6), 0.10, "processed_pseudogene");
    copy(genes.get(8), 0.12, "transcribed_unprocessed_pseudogene");
    single("2", 22, '+', "miRNA");
    single("2", 27, '+', "piRNA");
    single("MT", 1_500, '+', "protein_coding");
    single("MT", 950, '-', "Mt_rRNA");
  }

  private char strand() {
    return dice.chance(0.5) ? '+' : '-';
  }

  private List<Gene.Exon> exons(int start, int count, int shortest, int longest) {
    List<Gene.Exon> exons = new ArrayList<>();
    int position = start;
    for (int i = 0; i < count; i++) {
      int length = dice.between(shortest, longest);
      exons.add(new Gene.Exon(position, position + length - 1));
      position += length + dice.between(80, 400);
    }
    return exons;
  }

  private List<List<Gene.Exon>> isoforms(List<Gene.Exon> full, int wanted) {
    List<List<Gene.Exon>> isoforms = new ArrayList<>(List.of(full));
    Set<List<Gene.Exon>> seen = new HashSet<>(isoforms);
    for (int tries = 0; tries < 50 && isoforms.size() < wanted; tries++) {
      List<Gene.Exon> variant = variant(full);
      boolean longEnough = variant.stream().mapToInt(Gene.Exon::length).sum() >= MIN_SPLICED;
      if (longEnough && seen.add(variant)) {
        isoforms.add(variant);
      }
    }
    return isoforms;
  }

  /** Changes one splicing; sometimes changes nothing, which the caller discards as known. */
  private List<Gene.Exon> variant(List<Gene.Exon> full) {
    List<Gene.Exon> exons = new ArrayList<>(full);
    int last = exons.size() - 1;
    switch (dice.between(0, 3)) {
      case 0 -> {
        if (last > 1) {
          exons.remove(dice.between(1, last - 1));
        }
      }
      case 1 -> {
        int at = dice.between(0, last);
        Gene.Exon exon = exons.get(at);
        int cut = dice.between(20, 50);
        if (exon.length() > 100) {
          exons.set(
              at,
              dice.chance(0.5)
                  ? new Gene.Exon(exon.start(), exon.end() - cut)
                  : new Gene.Exon(exon.start() + cut, exon.end()));
        }
      }
      case 2 -> {
        if (last > 1) {
          exons.remove(dice.chance(0.5) ? 0 : last);
        }
      }
      default -> {
        int at = dice.between(0, Math.max(0, last - 1));
        if (last > 0 && exons.get(at + 1).start() - exons.get(at).end() < 250) {
          Gene.Exon merged = new Gene.Exon(exons.get(at).start(), exons.remove(at + 1).end());
          exons.set(at, merged);
        }
      }
    }
    return exons;
  }

  private void single(String contig, int length, char strand, String biotype) {
    int start = next.get(contig);
    add(contig, strand, biotype, List.of(List.of(new Gene.Exon(start, start + length - 1))));
  }

  /** Copies a gene's region to contig 2 with mutations. */
  private void copy(Gene source, double rate, String biotype) {
    byte[] from = contigs.get(source.contig());
    int length = source.end() - source.start() + 1;
    byte[] region = new byte[length];
    System.arraycopy(from, source.start() - 1, region, 0, length);
    int at = next.get("2");
    System.arraycopy(Dna.mutate(dice, region, rate), 0, contigs.get("2"), at - 1, length);
    int shift = at - source.start();
    List<List<Gene.Exon>> exons =
        source.transcripts().stream()
            .map(
                transcript -> transcript.exons().stream().map(exon -> exon.shifted(shift)).toList())
            .toList();
    add("2", source.strand(), biotype, exons);
  }

  private void add(String contig, char strand, String biotype, List<List<Gene.Exon>> isoforms) {
    int number = genes.size() + 1;
    List<Gene.Transcript> transcripts = new ArrayList<>();
    for (List<Gene.Exon> exons : isoforms) {
      transcripts.add(new Gene.Transcript(Gene.transcriptId(number, transcripts.size()), exons));
    }
    Gene gene =
        new Gene(number, Gene.geneId(number), "syn" + number, biotype, contig, strand, transcripts);
    if (gene.end() + 1_000 > contigs.get(contig).length) {
      throw new IllegalStateException("gene " + number + " does not fit on contig " + contig);
    }
    genes.add(gene);
    next.put(contig, gene.end() + dice.between(300, 900));
  }
}
