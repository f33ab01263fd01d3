package refinery.curation;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How specific a gene is to groups (Yanai and others 2005): {@code sum(1 - x / max x) / (n - 1)}
 * over the n groups' means, taken out of the logarithm. 0 is the same everywhere, 1 is one group
 * only.
 *
 * @param value NaN of a gene that no group has, and with less than two groups
 * @param order the groups that have the gene, the highest first
 */
public record Tau(double value, List<String> order) {
  public Tau {
    order = List.copyOf(order);
  }

  /**
   * Of each gene.
   *
   * @param means of {@code log2(x + 1)}
   */
  public static List<Tau> of(GroupMeans means) {
    int genes = means.means().isEmpty() ? 0 : means.means().getFirst().length;
    return IntStream.range(0, genes).mapToObj(gene -> of(means, gene)).toList();
  }

  private static Tau of(GroupMeans means, int gene) {
    double[] values =
        means.means().stream()
            .mapToDouble(group -> Math.max(0, Math.pow(2, group[gene]) - 1))
            .toArray();
    double most = Arrays.stream(values).filter(v -> !Double.isNaN(v)).max().orElse(Double.NaN);
    double sum = 0;
    boolean known = false;
    for (double value : values) {
      double term = 1 - value / most;
      if (Double.isFinite(term)) {
        sum += term;
        known = true;
      }
    }
    List<String> order =
        IntStream.range(0, values.length)
            .filter(group -> values[group] > 0)
            .boxed()
            .sorted(Comparator.comparingDouble(group -> -values[group]))
            .map(means.groups()::get)
            .toList();
    return new Tau(known && values.length > 1 ? sum / (values.length - 1) : Double.NaN, order);
  }
}
