package refinery.archive.matrix;

import com.typesafe.config.Config;
import refinery.archive.ArchivesConfig;

/**
 * The settings below {@code refinery.archives.matrix}.
 *
 * @param projects address of the bucket with the matrices of projects
 */
record MatrixConfig(String projects) {

  /**
   * @param config the whole configuration
   */
  static MatrixConfig from(Config config) {
    return new MatrixConfig(ArchivesConfig.address(config, ArchivesConfig.MATRIX_PROJECTS));
  }
}
