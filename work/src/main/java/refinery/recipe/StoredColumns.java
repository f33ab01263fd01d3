package refinery.recipe;

import java.io.IOException;
import java.io.UncheckedIOException;
import refinery.expression.Columns;

/**
 * Values made of what is stored, with the genes of all. Throws {@link UncheckedIOException} if a
 * store cannot be read.
 */
final class StoredColumns implements Columns {
  /** Makes the values of a sample, for the genes of its store. */
  interface Recipe {
    double[] of(int sample, StoredGroup.Sample stored);
  }

  private final StoredSamples samples;
  private final Recipe recipe;
  private StoredGroup group;

  StoredColumns(StoredSamples samples, Recipe recipe) {
    this.samples = samples;
    this.recipe = recipe;
  }

  @Override
  public int rows() {
    return samples.genes().size();
  }

  @Override
  public int samples() {
    return samples.samples();
  }

  @Override
  public double[] column(int sample) {
    StoredSamples.Position position = samples.position(sample);
    try {
      if (group == null || !group.has(position)) {
        group = samples.group(position);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return samples.rows().column(position.store(), recipe.of(sample, group.sample(position)));
  }
}
