package refinery.compendium;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import refinery.expression.Columns;
import refinery.expression.QuantileTarget;
import refinery.expression.UnusableInput;

/**
 * The recipe {@code compendium-1}: refine.bio's species compendium of RNA-seq as its specification
 * (refinebio #508) meant it. From counts of genes made by lengthScaledTPM, absent genes as NaN:
 *
 * <ol>
 *   <li>genes that all samples lack go, and those whose sum over all samples is below the 10th
 *       percentile of these sums;
 *   <li>{@code log2(count + 1)}, once;
 *   <li>with zeros taken as missing, genes go that are there in less than 70 % of the samples, then
 *       samples that have less than half of the genes left; the zeros come back;
 *   <li>absent values are imputed if asked for ({@link IterativeSvd}, rank 10);
 *   <li>quantiles are normalised if asked for ({@link QuantileTarget}): to a target that is given,
 *       else to the mean of the samples that lack nothing.
 * </ol>
 *
 * <p>Where this differs from refine.bio, and why, is in docs/decisions/compendium-1.md. It reads
 * each column three times, and more often only to impute.
 */
public final class CompendiumRecipe {
  public static final String NAME = "compendium-1";

  private static final double LOW_SUM = 0.1;
  private static final double GENE_PRESENT = 0.7;
  private static final double SAMPLE_PRESENT = 0.5;

  /** What the samples' own columns are normalised to. */
  public sealed interface Quantiles {
    /** They stay as they are. */
    record Kept() implements Quantiles {}

    /** The mean of the compendium's own samples. */
    record Own() implements Quantiles {}

    record Target(QuantileTarget target) implements Quantiles {}
  }

  /**
   * @param memory bytes for what is not a column
   * @param between runs now and then while no column is read; what it throws ends the work
   */
  public record Settings(
      Imputation imputation, Quantiles quantiles, long memory, Runnable between) {
    public Settings(Imputation imputation, Quantiles quantiles, long memory) {
      this(imputation, quantiles, memory, () -> {});
    }

    /** Nothing imputed, no quantiles normalised. */
    public static Settings plain(long memory) {
      return new Settings(Imputation.NONE, new Quantiles.Kept(), memory);
    }
  }

  private final Columns counts;
  private final List<String> genes;
  private final List<String> samples;
  private final Settings settings;

  private CompendiumRecipe(
      Columns counts, List<String> genes, List<String> samples, Settings settings) {
    this.counts = counts;
    this.genes = genes;
    this.samples = samples;
    this.settings = settings;
  }

  /**
   * @param counts of genes by samples, made by lengthScaledTPM; NaN where a sample's index does not
   *     have the gene
   */
  public static Compendium make(
      Columns counts, List<String> genes, List<String> samples, Settings settings)
      throws UnusableInput {
    if (genes.size() != counts.rows() || samples.size() != counts.samples()) {
      throw new IllegalArgumentException(
          "%d genes for %d rows, %d samples for %d columns"
              .formatted(genes.size(), counts.rows(), samples.size(), counts.samples()));
    }
    return new CompendiumRecipe(counts, genes, samples, settings).make();
  }

  private Compendium make() throws UnusableInput {
    RowTotals totals = RowTotals.of(counts, genes, samples);
    List<Compendium.Dropped> droppedGenes = new ArrayList<>();
    int[] rows = keptGenes(totals, droppedGenes);
    refuseNothing(rows.length, "gene", droppedGenes);
    List<Compendium.Dropped> droppedSamples = new ArrayList<>();
    int[] kept = keptSamples(rows, droppedSamples);
    refuseNothing(kept.length, "sample", droppedSamples);
    Columns logs = new Logarithms(counts, rows, kept);
    IterativeSvd.Imputed imputed =
        switch (settings.imputation()) {
          case NONE -> new IterativeSvd.Imputed(logs, 0, 0, true);
          case SVD ->
              IterativeSvd.impute(
                  logs, IterativeSvd.Settings.standard(settings.memory(), settings.between()));
        };
    return new Compendium(
        Arrays.stream(rows).mapToObj(genes::get).toList(),
        Arrays.stream(kept).mapToObj(samples::get).toList(),
        normalised(imputed.columns()),
        droppedGenes,
        droppedSamples,
        new Compendium.Filled(imputed.cells(), imputed.iterations(), imputed.converged()));
  }

  private static void refuseNothing(int kept, String what, List<Compendium.Dropped> dropped)
      throws UnusableInput {
    if (kept == 0) {
      throw new UnusableInput(
          "no %s is left of %d; the first, %s: %s"
              .formatted(
                  what, dropped.size(), dropped.getFirst().name(), dropped.getFirst().reason()));
    }
  }

  private int[] keptGenes(RowTotals totals, List<Compendium.Dropped> dropped) throws UnusableInput {
    double least = totals.quantile(LOW_SUM);
    double needed = totals.samples() * GENE_PRESENT;
    int[] kept = new int[genes.size()];
    int size = 0;
    for (int row = 0; row < genes.size(); row++) {
      Optional<String> reason = Optional.empty();
      if (totals.known(row) == 0) {
        reason = Optional.of("no sample has it");
      } else if (totals.sum(row) < least) {
        reason = Optional.of("its sum is below the 10th percentile");
      } else if (totals.positive(row) < needed) {
        reason =
            Optional.of(
                "%d of %d samples have reads of it, wanted are 70 %%"
                    .formatted(totals.positive(row), totals.samples()));
      }
      if (reason.isPresent()) {
        dropped.add(new Compendium.Dropped(genes.get(row), reason.get()));
      } else {
        kept[size++] = row;
      }
    }
    return Arrays.copyOf(kept, size);
  }

  private int[] keptSamples(int[] rows, List<Compendium.Dropped> dropped) {
    int[] kept = new int[samples.size()];
    int size = 0;
    for (int sample = 0; sample < samples.size(); sample++) {
      double[] column = counts.column(sample);
      int present = 0;
      for (int row : rows) {
        present += Logarithms.isThere(column[row]) ? 1 : 0;
      }
      if (present < rows.length * SAMPLE_PRESENT) {
        dropped.add(
            new Compendium.Dropped(
                samples.get(sample),
                "it has reads of %d of %d genes, wanted is half".formatted(present, rows.length)));
      } else {
        kept[size++] = sample;
      }
    }
    return Arrays.copyOf(kept, size);
  }

  private Columns normalised(Columns columns) throws UnusableInput {
    return switch (settings.quantiles()) {
      case Quantiles.Kept() -> columns;
      case Quantiles.Own() -> NormalisedColumns.ofOwn(columns);
      case Quantiles.Target(QuantileTarget target) -> NormalisedColumns.of(columns, target);
    };
  }
}
