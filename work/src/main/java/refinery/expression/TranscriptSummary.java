package refinery.expression;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Tximport at the level of transcripts (its txOut): no row is dropped. RSEM's table of genes goes
 * this way too, with the mode {@code NO}. Used by one thread.
 */
public final class TranscriptSummary {
  private final TranscriptIds ids;
  private final IdRule rule;
  private final double[] lengthSums;
  private final List<Quantification> samples = new ArrayList<>();

  /**
   * @param rule {@code IGNORE_AFTER_BAR} cuts the names of the rows, as in tximport
   */
  public TranscriptSummary(TranscriptIds ids, IdRule rule) {
    this.ids = ids;
    this.rule = rule;
    this.lengthSums = new double[ids.size()];
  }

  public void add(Quantification sample) {
    double[] lengths = sample.effectiveLengths();
    for (int row = 0; row < lengthSums.length; row++) {
      lengthSums[row] += lengths[row];
    }
    samples.add(sample);
  }

  /**
   * @param genes of the transcripts; {@code DTU_SCALED_TPM} needs one for each
   */
  public ExpressionMatrix matrix(CountsFromAbundance mode, Optional<GeneGrouping> genes)
      throws UnusableInput {
    double[] weights = weights(mode, genes);
    List<ExpressionMatrix.Sample> columns = new ArrayList<>();
    for (Quantification sample : samples) {
      columns.add(
          new ExpressionMatrix.Sample(
              sample.sample(),
              sample.tpm(),
              mode.counts(sample.sample(), sample.counts(), sample.tpm(), weights),
              sample.effectiveLengths()));
    }
    return new ExpressionMatrix(names(), columns);
  }

  private List<String> names() {
    List<String> names = new ArrayList<>();
    for (int row = 0; row < ids.size(); row++) {
      String name = ids.name(row);
      names.add(rule == IdRule.IGNORE_AFTER_BAR ? rule.apply(name) : name);
    }
    return names;
  }

  private double[] weights(CountsFromAbundance mode, Optional<GeneGrouping> genes)
      throws UnusableInput {
    return switch (mode) {
      case NO -> new double[0];
      case SCALED_TPM -> CountsFromAbundance.equalWeights(ids.size());
      case LENGTH_SCALED_TPM -> meanLengths();
      case DTU_SCALED_TPM -> {
        GeneGrouping grouping =
            genes.orElseThrow(
                () -> new UnusableInput("dtuScaledTPM needs the genes of the transcripts"));
        if (grouping.unmapped() > 0) {
          throw new UnusableInput(
              "dtuScaledTPM needs a gene for each transcript; %d have none, the first is %s"
                  .formatted(grouping.unmapped(), grouping.firstUnmapped()));
        }
        yield grouping.medians(meanLengths());
      }
    };
  }

  private double[] meanLengths() {
    double[] means = lengthSums.clone();
    for (int row = 0; row < means.length; row++) {
      means[row] /= samples.size();
    }
    return means;
  }
}
