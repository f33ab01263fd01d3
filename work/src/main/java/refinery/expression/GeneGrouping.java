package refinery.expression;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The genes of a table's rows. Genes are in the order of their names' bytes, as R sorts them in the
 * C locale. Rows without a gene belong to none and count in no sum.
 */
public final class GeneGrouping {
  private final TranscriptIds ids;
  private final List<String> genes;

  /** By row; -1 is none. */
  private final int[] geneOf;

  private final int[] sizes;
  private final int unmapped;

  private GeneGrouping(TranscriptIds ids, List<String> genes, int[] geneOf) {
    this.ids = ids;
    this.genes = List.copyOf(genes);
    this.geneOf = geneOf;
    this.sizes = new int[genes.size()];
    int none = 0;
    for (int gene : geneOf) {
      if (gene < 0) {
        none++;
      } else {
        sizes[gene]++;
      }
    }
    this.unmapped = none;
  }

  public static GeneGrouping of(TranscriptIds ids, GeneMap map, IdRule rule) throws UnusableInput {
    Map<String, Integer> numbers = new HashMap<>();
    List<String> found = new ArrayList<>();
    int[] geneOf = new int[ids.size()];
    for (int row = 0; row < geneOf.length; row++) {
      String gene = map.gene(rule.apply(ids.name(row))).orElse(null);
      if (gene == null) {
        geneOf[row] = -1;
      } else {
        Integer number = numbers.putIfAbsent(gene, found.size());
        geneOf[row] = number == null ? found.size() : number;
        if (number == null) {
          found.add(gene);
        }
      }
    }
    if (found.isEmpty()) {
      throw new UnusableInput(
          "none of the %d transcripts of %s, as %s, has a gene: the map knows %d, as %s"
              .formatted(ids.size(), ids.sample(), ids.name(0), map.size(), map.example()));
    }
    return sorted(ids, found, geneOf);
  }

  private static GeneGrouping sorted(TranscriptIds ids, List<String> found, int[] geneOf) {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < found.size(); i++) {
      order.add(i);
    }
    order.sort(Comparator.comparing(found::get));
    int[] place = new int[found.size()];
    for (int i = 0; i < place.length; i++) {
      place[order.get(i)] = i;
    }
    for (int row = 0; row < geneOf.length; row++) {
      geneOf[row] = geneOf[row] < 0 ? -1 : place[geneOf[row]];
    }
    return new GeneGrouping(ids, order.stream().map(found::get).toList(), geneOf);
  }

  public TranscriptIds ids() {
    return ids;
  }

  public List<String> genes() {
    return genes;
  }

  /** The number of transcripts that have no gene in the map. */
  public int unmapped() {
    return unmapped;
  }

  int[] geneOf() {
    return geneOf;
  }

  /** The first transcript without a gene. */
  String firstUnmapped() {
    for (int row = 0; row < geneOf.length; row++) {
      if (geneOf[row] < 0) {
        return ids.name(row);
      }
    }
    return "";
  }

  /** The genes' values of one sample. */
  public GeneValues sum(Quantification sample) {
    double[] tpm = sum(sample.tpm());
    return new GeneValues(
        sample.sample(),
        tpm,
        sum(sample.counts()),
        weighted(sample.effectiveLengths(), sample.tpm(), tpm),
        mean(sample.effectiveLengths()));
  }

  /**
   * The genes' lengths in one sample, as their effective lengths are made: means weighted by TPM;
   * the plain mean where it is 0.
   */
  public double[] lengths(Quantification sample) {
    double[] lengths = weighted(sample.lengths(), sample.tpm(), sum(sample.tpm()));
    double[] plain = mean(sample.lengths());
    for (int gene = 0; gene < lengths.length; gene++) {
      lengths[gene] = Double.isNaN(lengths[gene]) ? plain[gene] : lengths[gene];
    }
    return lengths;
  }

  /** The mean of the genes' transcripts, weighted by their TPM; NaN where those are 0. */
  double[] weighted(double[] values, double[] tpm, double[] sumOfTpm) {
    double[] sums = new double[sizes.length];
    for (int row = 0; row < geneOf.length; row++) {
      if (geneOf[row] >= 0) {
        sums[geneOf[row]] += values[row] * tpm[row];
      }
    }
    for (int gene = 0; gene < sums.length; gene++) {
      sums[gene] = sumOfTpm[gene] > 0 ? sums[gene] / sumOfTpm[gene] : Double.NaN;
    }
    return sums;
  }

  double[] sum(double[] values) {
    double[] sums = new double[sizes.length];
    for (int row = 0; row < geneOf.length; row++) {
      if (geneOf[row] >= 0) {
        sums[geneOf[row]] += values[row];
      }
    }
    return sums;
  }

  double[] mean(double[] values) {
    double[] sums = sum(values);
    for (int gene = 0; gene < sums.length; gene++) {
      sums[gene] /= sizes[gene];
    }
    return sums;
  }

  /** For each row the median of its gene's transcripts. Every row must have a gene. */
  public double[] medians(double[] values) {
    double[][] groups = new double[sizes.length][];
    int[] filled = new int[sizes.length];
    for (int gene = 0; gene < sizes.length; gene++) {
      groups[gene] = new double[sizes[gene]];
    }
    for (int row = 0; row < geneOf.length; row++) {
      groups[geneOf[row]][filled[geneOf[row]]++] = values[row];
    }
    double[] medians = new double[sizes.length];
    for (int gene = 0; gene < medians.length; gene++) {
      medians[gene] = Medians.of(groups[gene], groups[gene].length);
    }
    double[] rows = new double[geneOf.length];
    for (int row = 0; row < rows.length; row++) {
      rows[row] = medians[geneOf[row]];
    }
    return rows;
  }
}
