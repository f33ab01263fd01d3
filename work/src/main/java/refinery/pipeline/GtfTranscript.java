package refinery.pipeline;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import refinery.pipeline.GtfLine.Flaw;

/** What the usable exon lines of one transcript_id have in common. Used by one thread. */
final class GtfTranscript {
  private final String contig;
  private final String strand;
  private final String gene;
  private final String geneAsGiven;
  private final String asGiven;
  private String geneName;
  private String name;
  private final Optional<String> biotype;
  private boolean rewritten;
  private Flaw contradiction;
  private Set<String> genes = Set.of();

  GtfTranscript(GtfLine line) {
    contig = line.contig();
    strand = line.strand();
    gene = line.gene();
    geneAsGiven = line.attributes().geneId();
    asGiven = line.attributes().transcriptId();
    geneName = line.attributes().geneName();
    name = line.attributes().transcriptName();
    biotype = line.attributes().biotype();
    rewritten = !line.isRegular();
  }

  void add(GtfLine line) {
    // RSEM refuses a transcript with several names, so such lines are rewritten with ids only.
    geneName = agreed(geneName, line.attributes().geneName());
    name = agreed(name, line.attributes().transcriptName());
    rewritten |= !line.isRegular();
    if (!gene.equals(line.gene())) {
      genes = genes.isEmpty() ? new HashSet<>(Set.of(gene)) : genes;
      genes.add(line.gene());
      contradiction = Flaw.SEVERAL_GENES;
    } else if (contradiction == null) {
      contradiction =
          !asGiven.equals(line.attributes().transcriptId())
              ? Flaw.SAME_NAME
              : !contig.equals(line.contig())
                  ? Flaw.SEVERAL_CONTIGS
                  : !strand.equals(line.strand()) ? Flaw.BOTH_STRANDS : null;
    }
  }

  private String agreed(String one, String other) {
    rewritten |= !one.isEmpty() && !other.isEmpty() && !one.equals(other);
    return one.isEmpty() ? other : one;
  }

  String gene() {
    return gene;
  }

  String geneAsGiven() {
    return geneAsGiven;
  }

  /** As its first line says. */
  Optional<String> biotype() {
    return biotype;
  }

  /** True if its lines are rewritten with their ids only. */
  boolean isRewritten() {
    return rewritten;
  }

  Optional<Flaw> contradiction() {
    return Optional.ofNullable(contradiction);
  }

  /** How many transcripts share its id, as far as its genes tell. */
  int transcripts() {
    return Math.max(1, genes.size());
  }
}
