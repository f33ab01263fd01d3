package refinery.archive.refseq;

import com.typesafe.config.Config;
import refinery.archive.SourceParts;
import refinery.archive.SourceProvider;
import refinery.source.Source;

/** Makes the source {@code refseq}. */
public final class RefSeqProvider implements SourceProvider {
  @Override
  public Source open(SourceParts parts) {
    return new RefSeqSource(RefSeqConfig.from(parts.config()), parts.http());
  }

  @Override
  public void check(Config config) {
    RefSeqConfig.from(config);
  }
}
