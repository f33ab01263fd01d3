package refinery.recipe;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import refinery.curation.Transform;
import refinery.expression.CountsFromAbundance;
import refinery.expression.GeneValues;
import refinery.expression.Lengths;
import refinery.expression.UnusableInput;

/**
 * What the samples of each store know of the lengths of its genes. A store has the plain mean of
 * the transcripts where a gene's TPM is 0, which tximport fills otherwise.
 */
final class StoredLengths {
  private final StoredSamples samples;
  private final List<Lengths> lengths;

  private StoredLengths(StoredSamples samples, List<Lengths> lengths) {
    this.samples = samples;
    this.lengths = lengths;
  }

  /** Reads all samples once. */
  static StoredLengths of(StoredSamples samples) throws IOException, UnusableInput {
    List<Lengths> lengths = new ArrayList<>();
    for (int store = 0; store < samples.storeCount(); store++) {
      lengths.add(new Lengths(samples.store(store).shape().features().size()));
    }
    StoredGroup group = null;
    for (int sample = 0; sample < samples.samples(); sample++) {
      StoredSamples.Position position = samples.position(sample);
      if (group == null || !group.has(position)) {
        group = samples.group(position);
      }
      StoredGroup.Sample stored = group.sample(position);
      refuseUnscalable(samples.entries().get(sample).accession(), stored);
      lengths
          .get(position.store())
          .add(new GeneValues("", stored.tpm(), stored.counts(), known(stored), stored.lengths()));
    }
    return new StoredLengths(samples, lengths);
  }

  private static void refuseUnscalable(String name, StoredGroup.Sample sample)
      throws UnusableInput {
    if (sum(sample.counts()) > 0 && !(sum(sample.tpm()) > 0)) {
      throw new UnusableInput(
          name + " has counts but no TPM, so counts cannot be made from its abundances");
    }
  }

  /** The sum of what is there. */
  private static double sum(double[] values) {
    double sum = 0;
    for (double value : values) {
      sum += Double.isNaN(value) ? 0 : value;
    }
    return sum;
  }

  /** NaN where there is no abundance. */
  private static double[] known(StoredGroup.Sample sample) {
    double[] known = sample.lengths().clone();
    for (int gene = 0; gene < known.length; gene++) {
      known[gene] = sample.tpm()[gene] > 0 ? known[gene] : Double.NaN;
    }
    return known;
  }

  StoredColumns.Recipe counts() {
    List<double[]> means = lengths.stream().map(Lengths::means).toList();
    return (sample, stored) -> counts(means.get(samples.position(sample).store()), stored);
  }

  private static double[] counts(double[] means, StoredGroup.Sample sample) {
    double[] there = new double[sample.counts().length];
    double[] tpm = new double[there.length];
    double[] weights = new double[there.length];
    for (int gene = 0; gene < there.length; gene++) {
      boolean absent = Double.isNaN(sample.counts()[gene]);
      there[gene] = absent ? 0 : sample.counts()[gene];
      tpm[gene] = absent ? 0 : sample.tpm()[gene];
      weights[gene] = absent ? 0 : means[gene];
    }
    try {
      double[] counts =
          CountsFromAbundance.LENGTH_SCALED_TPM.counts("", there, tpm, weights).clone();
      for (int gene = 0; gene < counts.length; gene++) {
        counts[gene] = Double.isNaN(sample.counts()[gene]) ? Double.NaN : counts[gene];
      }
      return counts;
    } catch (UnusableInput e) {
      throw new IllegalStateException("refused before", e);
    }
  }

  StoredColumns.Recipe expression(Transform transform) {
    return (sample, stored) ->
        transform.of(
            stored.counts(), lengths.get(samples.position(sample).store()).filled(known(stored)));
  }
}
