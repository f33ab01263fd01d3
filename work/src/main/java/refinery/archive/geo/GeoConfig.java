package refinery.archive.geo;

import com.typesafe.config.Config;
import refinery.archive.ArchivesConfig;

/**
 * The settings below {@code refinery.archives.geo}.
 *
 * @param query address that gives a record, without parameters
 */
record GeoConfig(String query) {

  /**
   * @param config the whole configuration
   */
  static GeoConfig from(Config config) {
    return new GeoConfig(ArchivesConfig.address(config, ArchivesConfig.GEO_QUERY));
  }
}
