package refinery.archive.ensembl;

import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.source.Source;

/** Makes the source {@code ensembl}. */
public final class EnsemblProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new EnsemblSource(parts.archives(), parts.http());
  }
}
