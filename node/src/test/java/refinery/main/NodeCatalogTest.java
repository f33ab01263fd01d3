package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.time.Clock;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.archive.AnswerCache;
import refinery.archive.ArchiveHttp;
import refinery.archive.ArchivesConfig;
import refinery.archive.ena.EnaSource;
import refinery.archive.ensembl.EnsemblSource;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.configuration.Configuration;
import refinery.pipeline.PipelineCatalog;
import refinery.protocol.Json;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;
import refinery.protocol.survey.SurveyRequest;
import refinery.source.SourceRegistry;

class NodeCatalogTest {
  @TempDir Path directory;
  private ArchiveHttp http;
  private NcbiClient ncbi;
  private NodeCatalog catalog;

  @BeforeEach
  void start() throws Exception {
    Settings settings =
        Settings.from(
            Configuration.load(Optional.empty(), Map.of(), Map.of(), ConfigFactory.empty()));
    ArchivesConfig archives = settings.archives();
    http = new ArchiveHttp(archives, Version.CURRENT);
    ncbi = new NcbiClient(archives, new NcbiAccess(Optional.empty()), Version.CURRENT);
    AnswerCache cache = new AnswerCache(directory, archives.cache(), Clock.systemUTC());
    catalog =
        new NodeCatalog(
            new SourceRegistry(
                List.of(
                    new EnaSource(archives, http, ncbi, cache), new EnsemblSource(archives, http))),
            new PipelineCatalog(settings.pipelines(), InstantSource.system()),
            settings.harmonisation(),
            sha256 -> CompletableFuture.completedFuture(Optional.empty()));
  }

  @AfterEach
  void stop() {
    ncbi.close();
    http.close();
  }

  @ParameterizedTest
  @CsvSource({
    "ena,salmon-quant,''",
    "ena,kallisto-quant,''",
    "ensembl,transcriptome-index,''",
    "ena,transcriptome-index,takes genome and annotation; the source brings reads",
    "ensembl,salmon-quant,'takes reads_1 and reads_2, or reads; the source brings genome'",
    "ena,command,takes no files"
  })
  void onlyAPipelineThatFitsTheSourceIsTaken(String source, String pipeline, String why)
      throws Exception {
    String parameters =
        source.equals("ena")
            ? "{\"accession\":[\"SRR0000001\"]}"
            : "{\"species\":\"homo_sapiens\"}";
    Validated<SurveyRequest> validated =
        catalog.survey(
            source,
            Json.MAPPER.readTree(parameters),
            Optional.of(pipeline),
            Map.of(),
            Optional.empty(),
            Map.of());
    List<String> words =
        validated instanceof Validated.Invalid<SurveyRequest> invalid
            ? invalid.problems().stream()
                .filter(problem -> problem.pointer().equals("/pipeline"))
                .map(Problem::message)
                .toList()
            : List.of();
    if (why.isEmpty()) {
      assertThat(words).isEmpty();
    } else {
      assertThat(words).singleElement().asString().contains(why);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "kallisto-quant,fragment_length,200,''",
    "kallisto-quant,fragment_length,long,must match",
    "salmon-quant,fragment_length,200,'has no such parameter; it has early_stop_from_mib,"
        + " early_stop_mapped_percent, k, min_mapping_rate, organism, quality, read_count,"
        + " reference, reference_release, species_tax_id, tax_id'",
    "salmon-quant,quality,dee2,''",
    "salmon-quant,quality,strict,must match",
    "salmon-quant,k,auto,''",
    "salmon-quant,k,-1,must match",
    "salmon-quant,a/b~c,1,has no such parameter",
    "salmon-quant,reproduces,batch-a@1,''",
    "salmon-quant,reproduces,SRR1,must be a batch's id"
  })
  void parametersOfThePipelineAreCheckedByItsSchema(
      String pipeline, String name, String value, String why) throws Exception {
    Validated<SurveyRequest> validated =
        catalog.survey(
            "ena",
            Json.MAPPER.readTree("{\"accession\":[\"SRR0000001\"]}"),
            Optional.of(pipeline),
            Map.of(name, value),
            Optional.empty(),
            Map.of());
    switch (validated) {
      case Validated.Valid<SurveyRequest> valid -> {
        assertThat(why).isEmpty();
        assertThat(valid.value().pipelineParameters()).containsExactly(Map.entry(name, value));
      }
      case Validated.Invalid<SurveyRequest> invalid -> {
        assertThat(invalid.problems())
            .singleElement()
            .satisfies(
                problem -> {
                  assertThat(problem.pointer())
                      .isEqualTo(
                          "/pipeline_parameters/" + name.replace("~", "~0").replace("/", "~1"));
                  assertThat(problem.message()).contains(why);
                });
        assertThat(why).isNotEmpty();
      }
    }
  }
}
