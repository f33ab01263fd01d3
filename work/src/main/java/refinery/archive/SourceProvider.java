package refinery.archive;

import com.typesafe.config.Config;
import java.util.List;
import java.util.ServiceLoader;
import refinery.source.Source;

/**
 * Makes one source. Providers are found through {@code META-INF/services}, in the order of that
 * file: a new source is a new package and one line there. Needs a public constructor without
 * parameters.
 */
public interface SourceProvider {

  /** Makes the source, once for each life of a node. */
  Source open(SourceParts parts);

  /**
   * Reads the source's own configuration, so that a wrong one stops the start.
   *
   * @throws com.typesafe.config.ConfigException with the key in its message
   */
  default void check(Config config) {}

  /** All providers, in the order of their registration. */
  static List<SourceProvider> all() {
    return ServiceLoader.load(SourceProvider.class, SourceProvider.class.getClassLoader()).stream()
        .map(ServiceLoader.Provider::get)
        .toList();
  }
}
