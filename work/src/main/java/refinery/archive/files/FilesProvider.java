package refinery.archive.files;

import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.source.Source;

/** Makes the source {@code files}. */
public final class FilesProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new FilesSource(parts.archives());
  }
}
