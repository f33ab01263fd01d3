package refinery.curation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import refinery.expression.Columns;
import refinery.expression.RowBlocks;

/**
 * The tables of a curation, with amalgkit's columns. A number that there is none of is an empty
 * field, as amalgkit writes it. Rows are streamed.
 */
public final class CurationTables {
  private final List<String> genes;
  private final Curation curation;
  private final String species;

  /**
   * @param species as it is called, for a column
   */
  public CurationTables(String species, List<String> genes, Curation curation) {
    this.species = species;
    this.genes = genes;
    this.curation = curation;
  }

  /** A row for each run: {@code wsfilter/metadata.tsv}. */
  public void runs(Appendable out) throws IOException {
    runs(out, true);
  }

  /** Only the flagged ones: {@code wsfilter/excluded.tsv}. */
  public void excluded(Appendable out) throws IOException {
    runs(out, false);
  }

  private void runs(Appendable out, boolean all) throws IOException {
    line(
        out,
        List.of(
            "run",
            "scientific_name",
            "sample_group",
            "bioproject",
            "exclusion",
            "mapping_rate",
            "ws_within_group_cor",
            "ws_max_nongroup_cor",
            "ws_margin",
            "ws_robust_z",
            "ws_small_group",
            "ws_round"));
    for (Judgement judgement : curation.judgements()) {
      if (all || judgement.isFlagged()) {
        CuratedRun run = judgement.run();
        line(
            out,
            List.of(
                run.run(),
                species,
                run.group(),
                run.project(),
                judgement.exclusion().word(),
                number(run.mappedPercent().orElse(Double.NaN)),
                number(judgement.within()),
                number(judgement.elsewhere()),
                number(judgement.margin()),
                number(judgement.robustZ()),
                judgement.smallGroup() ? "True" : "False",
                Integer.toString(judgement.round())));
      }
    }
  }

  /** {@code _sample_group_mean.tsv}: means of what is not flagged. */
  public void groupMeans(Appendable out) throws IOException {
    means(out, curation.after());
  }

  /** {@code _sample_group_mean_uncorrected.tsv}: also of outliers. */
  public void groupMeansBefore(Appendable out) throws IOException {
    means(out, curation.before());
  }

  private void means(Appendable out, GroupMeans means) throws IOException {
    List<String> header = new ArrayList<>(List.of("target_id"));
    header.addAll(means.groups());
    line(out, header);
    for (int gene = 0; gene < genes.size(); gene++) {
      List<String> fields = new ArrayList<>(List.of(genes.get(gene)));
      for (double[] group : means.means()) {
        fields.add(number(group[gene]));
      }
      line(out, fields);
    }
  }

  /** {@code _tau.tsv}. */
  public void tau(Appendable out) throws IOException {
    line(out, List.of("target_id", "tau", "highest", "order"));
    for (int gene = 0; gene < genes.size(); gene++) {
      Tau tau = curation.tau().get(gene);
      line(
          out,
          List.of(
              genes.get(gene),
              number(tau.value()),
              tau.order().isEmpty() ? "" : tau.order().getFirst(),
              String.join("|", tau.order())));
    }
  }

  /**
   * {@code _correlation_statistics.tsv}: a row for all runs, for those that map well, and for those
   * that are left, numbered as amalgkit numbers its rounds.
   */
  public void correlationStatistics(Appendable out) throws IOException {
    List<String> header = new ArrayList<>(List.of(""));
    for (CorrelationStatistics.Pairs pairs : CorrelationStatistics.Pairs.values()) {
      for (String what : List.of("n", "mean", "median", "variance")) {
        header.add(pairs.word() + "_" + what);
      }
    }
    line(out, header);
    for (int i = 0; i < curation.statistics().size(); i++) {
      boolean last = i == curation.statistics().size() - 1;
      List<String> fields = new ArrayList<>(List.of("round_" + (last ? curation.rounds() + 1 : i)));
      for (CorrelationStatistics.Pairs pairs : CorrelationStatistics.Pairs.values()) {
        CorrelationStatistics.Summary summary = curation.statistics().get(i).summaries().get(pairs);
        fields.add(Integer.toString(summary.pairs()));
        fields.add(number(summary.mean()));
        fields.add(number(summary.median()));
        fields.add(number(summary.variance()));
      }
      line(out, fields);
    }
  }

  /**
   * The values that were curated: {@code _expression_uncorrected.tsv} of all runs, {@code
   * _expression.tsv} of those that are not flagged.
   *
   * @param memory bytes for a block of rows
   */
  public void expression(Appendable out, Columns expression, boolean all, long memory)
      throws IOException {
    List<Integer> taken = new ArrayList<>();
    List<String> header = new ArrayList<>(List.of("target_id"));
    for (int run = 0; run < curation.judgements().size(); run++) {
      Judgement judgement = curation.judgements().get(run);
      if (all || !judgement.isFlagged()) {
        taken.add(run);
        header.add(judgement.run().run());
      }
    }
    line(out, header);
    List<IOException> failed = new ArrayList<>();
    new RowBlocks(expression, memory)
        .each(
            block -> {
              try {
                rows(out, block, taken);
              } catch (IOException e) {
                failed.add(e);
              }
            });
    if (!failed.isEmpty()) {
      throw failed.getFirst();
    }
  }

  private void rows(Appendable out, RowBlocks.Block block, List<Integer> taken) throws IOException {
    double[] row = new double[block.samples()];
    for (int i = 0; i < block.rows(); i++) {
      block.row(i, row);
      List<String> fields = new ArrayList<>(List.of(genes.get(block.first() + i)));
      for (int run : taken) {
        fields.add(number(row[run]));
      }
      line(out, fields);
    }
  }

  private static String number(double value) {
    return Double.isNaN(value) ? "" : Double.toString(value);
  }

  /** Archives' words may hold anything; what would end a field or a line becomes a blank. */
  private static void line(Appendable out, List<String> fields) throws IOException {
    StringJoiner line = new StringJoiner("\t", "", "\n");
    fields.forEach(field -> line.add(field.replaceAll("[\\t\\n\\r]", " ")));
    out.append(line.toString());
  }
}
