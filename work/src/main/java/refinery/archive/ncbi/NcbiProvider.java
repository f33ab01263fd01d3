package refinery.archive.ncbi;

import com.typesafe.config.Config;
import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.source.Source;

/** Makes the source {@code ncbi}. */
public final class NcbiProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new NcbiSource(parts.archives(), parts.ncbi());
  }

  @Override
  public void check(Config config) {
    NcbiAccess.from(config);
  }
}
