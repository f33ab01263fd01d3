package refinery.archive.biostudies;

import com.typesafe.config.Config;
import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.archive.ena.LinkedRuns;
import refinery.source.Source;

/** Makes the source {@code biostudies}. */
public final class BioStudiesProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new BioStudiesSource(
        BioStudiesConfig.from(parts.config()).files(),
        parts.http(),
        new LinkedRuns(parts.archives(), parts.http(), parts.ncbi(), parts.cache()));
  }

  @Override
  public void check(Config config) {
    BioStudiesConfig.from(config);
  }
}
