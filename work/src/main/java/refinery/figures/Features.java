package refinery.figures;

import java.util.BitSet;
import java.util.Locale;

/**
 * The genes of a matrix.
 *
 * @param ids as {@code ENSG00000141510}
 * @param symbols as {@code TP53}; may repeat
 * @param other features that are no genes, such as antibodies, and are left out
 */
public record Features(Names ids, Names symbols, BitSet other) {
  private static final String GENE = "gene expression";

  public int size() {
    return ids.size();
  }

  /** The symbol, made unique as scanpy does: with -1, -2 and so on where it repeats. */
  public String name(int gene) {
    int before = symbols.sameBefore(gene);
    return before == 0 ? symbols.get(gene) : symbols.get(gene) + "-" + before;
  }

  static boolean isGene(String type) {
    return type.toLowerCase(Locale.ROOT).strip().equals(GENE);
  }

  /** What is marked as no gene counts only if something is marked as a gene. */
  static BitSet other(BitSet notGenes, int size) {
    return notGenes.cardinality() == size ? new BitSet() : notGenes;
  }
}
