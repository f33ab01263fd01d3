package refinery.archive.geo;

import com.typesafe.config.Config;
import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.archive.ena.LinkedRuns;
import refinery.source.Source;

/** Makes the source {@code geo}. */
public final class GeoProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new GeoSource(
        new GeoArchive(GeoConfig.from(parts.config()).query(), parts.http()),
        new LinkedRuns(parts.archives(), parts.http(), parts.ncbi(), parts.cache()));
  }

  @Override
  public void check(Config config) {
    GeoConfig.from(config);
  }
}
