package refinery.pipeline;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import refinery.expression.CountsFromAbundance;
import refinery.expression.ExpressionMatrix;
import refinery.expression.GeneGrouping;
import refinery.expression.GeneMap;
import refinery.expression.GeneSummary;
import refinery.expression.IdRule;
import refinery.expression.Quantification;
import refinery.expression.QuantificationFormat;
import refinery.expression.QuantificationReader;
import refinery.expression.UnusableInput;

/**
 * The step {@code gene-table}: sums up salmon's table {@code quant} by the genes of {@code map},
 * and writes {@code to}. The values are those of tximport for this one sample; a transcript without
 * a gene is left out. TPM and reads have salmon's decimals, which sums keep; lengths have nine.
 * Tables of several samples are made of their transcripts: there a missing length comes from the
 * others.
 */
final class GeneTable implements Builtin {
  @Override
  public void run(StepContext context) throws IOException, StepFailure {
    GeneMap map = map(context);
    try {
      Quantification sample = quantification(context);
      GeneGrouping grouping = GeneGrouping.of(sample.ids(), map, IdRule.WHOLE);
      write(context, grouping, sample);
      context.learned("transcripts_without_gene", grouping.unmapped());
      context.checked(
          "%d genes of %d transcripts; %d more have no gene and are left out"
              .formatted(
                  grouping.genes().size(),
                  sample.ids().size() - grouping.unmapped(),
                  grouping.unmapped()));
    } catch (UnusableInput e) {
      throw StepFailure.permanent(LastWords.clean(e.getMessage()));
    }
  }

  private static GeneMap map(StepContext context) throws IOException, StepFailure {
    GeneMap map = new GeneMap();
    Path file = context.path("map");
    try (Lines lines = new Lines(Streams.open(file, context.attempt()))) {
      int row = 0;
      for (String line = lines.next(); line != null; line = lines.next()) {
        row++;
        int tab = line.indexOf('\t');
        if (tab < 1 || tab == line.length() - 1) {
          throw StepFailure.corrupt(
              "%s has no gene and transcript in row %d".formatted(file.getFileName(), row));
        }
        map.add(line.substring(tab + 1), line.substring(0, tab));
      }
    }
    return map;
  }

  private static Quantification quantification(StepContext context)
      throws IOException, StepFailure, UnusableInput {
    Path file = context.path("quant");
    try (InputStream in = Streams.open(file, context.attempt())) {
      return QuantificationReader.read(
          file.getFileName().toString(), in, QuantificationFormat.SALMON, Optional.empty());
    }
  }

  private static void write(StepContext context, GeneGrouping grouping, Quantification sample)
      throws IOException, StepFailure, UnusableInput {
    GeneSummary summary = new GeneSummary(grouping);
    summary.add(grouping.sum(sample));
    ExpressionMatrix.Sample genes = summary.matrix(CountsFromAbundance.NO).samples().getFirst();
    double[] lengths = grouping.lengths(sample);
    try (BufferedWriter out = context.room().writer(context.path("to"))) {
      out.write(String.join("\t", QuantificationFormat.SALMON.header()) + "\n");
      for (int gene = 0; gene < lengths.length; gene++) {
        out.write(
            String.format(
                Locale.ROOT,
                "%s\t%.9f\t%.9f\t%.6f\t%.3f\n",
                grouping.genes().get(gene),
                lengths[gene],
                genes.lengths()[gene],
                genes.tpm()[gene],
                genes.counts()[gene]));
      }
    }
  }
}
