package refinery.archive.biostudies;

import com.typesafe.config.Config;
import refinery.archive.ArchivesConfig;

/**
 * The settings below {@code refinery.archives.biostudies}.
 *
 * @param files address below which the studies' files lie, without a trailing slash
 */
record BioStudiesConfig(String files) {

  /**
   * @param config the whole configuration
   */
  static BioStudiesConfig from(Config config) {
    return new BioStudiesConfig(ArchivesConfig.address(config, ArchivesConfig.BIOSTUDIES_FILES));
  }
}
