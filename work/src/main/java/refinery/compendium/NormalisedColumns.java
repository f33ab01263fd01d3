package refinery.compendium;

import refinery.expression.Columns;
import refinery.expression.QuantileTarget;
import refinery.expression.UnusableInput;

/** Columns in the distribution of a target. */
public final class NormalisedColumns implements Columns {
  private final Columns source;
  private final QuantileTarget target;

  private NormalisedColumns(Columns source, QuantileTarget target) {
    this.source = source;
    this.target = target;
  }

  /** Reads each column once, to refuse what has no distribution. */
  public static NormalisedColumns of(Columns source, QuantileTarget target) throws UnusableInput {
    for (int sample = 0; sample < source.samples(); sample++) {
      int known = 0;
      for (double value : source.column(sample)) {
        known += Double.isNaN(value) ? 0 : 1;
      }
      if (known < 2) {
        throw new UnusableInput(
            "sample %d has %d values, which is no distribution to normalise"
                .formatted(sample + 1, known));
      }
    }
    return new NormalisedColumns(source, target);
  }

  /** To the mean distribution of those samples that lack nothing. */
  public static NormalisedColumns ofOwn(Columns source) throws UnusableInput {
    return of(source, OwnTarget.of(source));
  }

  @Override
  public int rows() {
    return source.rows();
  }

  @Override
  public int samples() {
    return source.samples();
  }

  @Override
  public double[] column(int sample) {
    try {
      return target.normalised(source.column(sample));
    } catch (UnusableInput e) {
      throw new IllegalStateException(e);
    }
  }
}
