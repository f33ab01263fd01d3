package refinery.curation;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import refinery.expression.Columns;

/**
 * The genes' means in each group, of the values as they are; absent values do not count. NaN where
 * no run of a group has the gene.
 *
 * @param groups in their order; those without a run are left out
 * @param means by group and gene
 */
public record GroupMeans(List<String> groups, List<double[]> means) {
  public GroupMeans {
    groups = List.copyOf(groups);
    means = List.copyOf(means);
  }

  /**
   * @param taken which runs count, by number
   */
  public static GroupMeans of(Columns columns, List<CuratedRun> runs, IntPredicate taken) {
    int[] counted =
        IntStream.range(0, runs.size())
            .filter(run -> taken.test(run) && runs.get(run).isGrouped())
            .toArray();
    List<String> groups =
        IntStream.of(counted).mapToObj(run -> runs.get(run).group()).distinct().sorted().toList();
    double[][] sums = new double[groups.size()][columns.rows()];
    int[][] known = new int[groups.size()][columns.rows()];
    for (int run : counted) {
      int group = groups.indexOf(runs.get(run).group());
      double[] column = columns.column(run);
      for (int row = 0; row < column.length; row++) {
        if (!Double.isNaN(column[row])) {
          sums[group][row] += column[row];
          known[group][row]++;
        }
      }
    }
    for (int group = 0; group < sums.length; group++) {
      for (int row = 0; row < sums[group].length; row++) {
        sums[group][row] /= known[group][row];
      }
    }
    return new GroupMeans(groups, List.of(sums));
  }
}
