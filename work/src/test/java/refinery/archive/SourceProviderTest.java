package refinery.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.source.Source;
import refinery.source.SourceRegistry;

class SourceProviderTest {

  /** Each opens with no more than a node has, and describes itself. */
  @Test
  void whatIsRegisteredIsThere(@TempDir Path directory) throws Exception {
    ArchivesConfig archives =
        Archives.at(
            "http://127.0.0.1:1", Map.of("refinery.archives.files.directories", List.of("/data")));
    try (ArchiveHttp http = Archives.http(archives);
        NcbiClient ncbi = new NcbiClient(archives, new NcbiAccess(Optional.empty()), "test")) {
      SourceParts parts =
          new SourceParts(
              ConfigFactory.parseResources("archives.conf").resolve(),
              archives,
              http,
              ncbi,
              new AnswerCache(directory, Archives.LONG, Clock.systemUTC()),
              null,
              null,
              pipeline -> Optional.of(List.of("quant.sf")),
              null);
      List<Source> sources =
          SourceProvider.all().stream().map(provider -> provider.open(parts)).toList();
      SourceRegistry registry = new SourceRegistry(sources);
      assertThat(registry.names()).containsExactly(NAMES);
      for (Source source : sources) {
        assertThat(source.examples()).as(source.name()).isNotEmpty();
        assertThat(source.examples())
            .as(source.name())
            .allSatisfy(
                example ->
                    assertThat(registry.validate(source.name(), example))
                        .isInstanceOf(Validated.Valid.class));
      }
    }
  }

  private static final String[] NAMES = {
    "ena",
    "ensembl",
    "batches",
    "dataset",
    "files",
    "refseq",
    "ncbi",
    "geo",
    "biostudies",
    "matrix",
    "report"
  };
}
