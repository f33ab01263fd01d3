package refinery.archive.batches;

import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.source.Source;

/** Makes the source {@code batches}. */
public final class BatchesProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new BatchesSource(parts.batches(), parts.manifests(), parts.outputs());
  }
}
