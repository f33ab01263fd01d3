package refinery.archive.dataset;

import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.source.Source;

/** Makes the source {@code dataset}. */
public final class DatasetProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new DatasetSource(parts.datasets());
  }
}
