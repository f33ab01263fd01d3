package refinery.archive;

import com.typesafe.config.ConfigFactory;
import java.time.Duration;
import java.util.Map;

/** The shipped configuration, pointed at a test's server, with no waiting between tries. */
public final class Archives {
  private Archives() {}

  public static ArchivesConfig at(String url) {
    return at(url, Map.of());
  }

  public static ArchivesConfig at(String url, Map<String, ?> more) {
    return ArchivesConfig.from(
        ConfigFactory.parseMap(more)
            .withFallback(
                ConfigFactory.parseMap(
                    Map.of(
                        "refinery.archives.ena.portal", url + "/ena/portal/api",
                        "refinery.archives.ncbi.eutils", url + "/eutils",
                        "refinery.archives.ena.files", url + "/",
                        "refinery.archives.ncbi.sra", url + "/sra",
                        "refinery.archives.ensembl.rest", url,
                        "refinery.archives.ensembl.files", url + "/pub",
                        "refinery.archives.ensemblgenomes.files", url + "/genomes",
                        "refinery.archives.http.requests-per-second", 1000,
                        "refinery.archives.http.stall-timeout", "5s",
                        "refinery.archives.http.min-backoff", "10ms")))
            .withFallback(ConfigFactory.parseResources("archives.conf"))
            .resolve());
  }

  public static ArchiveHttp http(ArchivesConfig archives) {
    return new ArchiveHttp(archives, "test", duration -> {});
  }

  public static final ArchivesConfig.Cache LONG =
      new ArchivesConfig.Cache(Duration.ofHours(1), 1L << 30);
}
