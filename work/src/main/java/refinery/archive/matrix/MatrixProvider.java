package refinery.archive.matrix;

import com.typesafe.config.Config;
import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.source.Source;

/** Makes the source {@code matrix}. */
public final class MatrixProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new MatrixSource(
        parts.archives().files(),
        new ProjectBucket(MatrixConfig.from(parts.config()).projects(), parts.http()),
        parts.http());
  }

  @Override
  public void check(Config config) {
    MatrixConfig.from(config);
  }
}
