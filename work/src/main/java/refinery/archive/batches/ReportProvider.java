package refinery.archive.batches;

import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.source.Source;

/** Makes the source {@code report}. */
public final class ReportProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new ReportSource(parts.batches(), parts.manifests());
  }
}
