package refinery.archive.ena;

import com.typesafe.config.Config;
import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.metadata.SelectionFile;
import refinery.source.Source;

/** Makes the source {@code ena}. */
public final class EnaProvider implements SourceProvider {
  /** Its surveys may ask for the rules of selection. */
  @Override
  public void check(Config config) {
    SelectionFile.load();
  }

  @Override
  public Source open(SourceParts parts) {
    return new EnaSource(parts.archives(), parts.http(), parts.ncbi(), parts.cache());
  }
}
