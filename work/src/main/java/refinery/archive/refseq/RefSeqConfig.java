package refinery.archive.refseq;

import com.typesafe.config.Config;
import refinery.archive.ArchivesConfig;

/**
 * The settings below {@code refinery.archives.refseq}.
 *
 * @param genomes address below which the assemblies lie, without a trailing slash
 */
record RefSeqConfig(String genomes) {

  /**
   * @param config the whole configuration
   */
  static RefSeqConfig from(Config config) {
    return new RefSeqConfig(ArchivesConfig.address(config, ArchivesConfig.REFSEQ_GENOMES));
  }
}
