package refinery.curation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import refinery.expression.Columns;
import refinery.expression.UnusableInput;

/**
 * All that is found of the runs of one species.
 *
 * @param before means of all runs that were judged, also of those that are flagged
 * @param after means of the runs that are not flagged
 * @param tau of each gene, by the means after
 * @param statistics of all runs, of those that map well enough, and of those that are not flagged
 * @param genes that all runs have, which decide the correlations
 */
public record Curation(
    List<Judgement> judgements,
    GroupMeans before,
    GroupMeans after,
    List<Tau> tau,
    List<CorrelationStatistics> statistics,
    int rounds,
    int genes) {
  public Curation {
    judgements = List.copyOf(judgements);
    tau = List.copyOf(tau);
    statistics = List.copyOf(statistics);
  }

  /**
   * @param expression {@code log2(x + 1)} of genes by runs, x as FPKM or TPM; NaN is absent
   * @param runs of one species, in the order of the columns
   * @param memory bytes for the runs' covariances, and as much again for a block of rows
   */
  public static Curation of(
      Columns expression, List<CuratedRun> runs, OutlierFilter.Thresholds thresholds, long memory)
      throws UnusableInput {
    refuseUnusable(expression, runs);
    Correlations correlations = Correlations.of(expression, memory);
    OutlierFilter.Outcome outcome = OutlierFilter.judge(runs, correlations, thresholds);
    IntPredicate mapped =
        run -> outcome.judgements().get(run).exclusion() != Judgement.Exclusion.LOW_MAPPING_RATE;
    IntPredicate kept = run -> !outcome.judgements().get(run).isFlagged();
    GroupMeans after = GroupMeans.of(expression, runs, kept);
    List<CorrelationStatistics> statistics = new ArrayList<>();
    for (IntPredicate taken : List.<IntPredicate>of(run -> true, mapped, kept)) {
      statistics.add(CorrelationStatistics.of(runs, correlations, taken));
    }
    return new Curation(
        outcome.judgements(),
        GroupMeans.of(expression, runs, mapped),
        after,
        Tau.of(after),
        statistics,
        outcome.rounds(),
        correlations.genes());
  }

  private static void refuseUnusable(Columns expression, List<CuratedRun> runs)
      throws UnusableInput {
    if (runs.size() != expression.samples()) {
      throw new IllegalArgumentException(
          "%d runs for %d columns".formatted(runs.size(), expression.samples()));
    }
    Set<String> names = new HashSet<>();
    for (CuratedRun run : runs) {
      if (!names.add(run.run())) {
        throw new UnusableInput("run " + run.run() + " is there twice");
      }
    }
    if (runs.stream().filter(CuratedRun::isGrouped).map(CuratedRun::group).distinct().count() < 2) {
      throw new UnusableInput(
          "curation compares groups, and the %d runs have %s"
              .formatted(
                  runs.size(), runs.stream().anyMatch(CuratedRun::isGrouped) ? "one" : "none"));
    }
  }
}
