package refinery.source;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.archive.AnswerCache;
import refinery.archive.ArchiveHttp;
import refinery.archive.Archives;
import refinery.archive.ArchivesConfig;
import refinery.archive.ena.EnaSource;
import refinery.archive.ensembl.EnsemblSource;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.Json;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.protocol.catalog.Catalog.Validated;

class SourceRegistryTest {
  @TempDir Path directory;
  private ArchiveHttp http;
  private NcbiClient ncbi;
  private SourceRegistry registry;

  @BeforeEach
  void start() throws Exception {
    ArchivesConfig archives = Archives.at("http://127.0.0.1:1");
    http = Archives.http(archives);
    ncbi = new NcbiClient(archives, new NcbiAccess(Optional.empty()), "test");
    AnswerCache cache = new AnswerCache(directory, Archives.LONG, Clock.systemUTC());
    registry =
        new SourceRegistry(
            List.of(new EnaSource(archives, http, ncbi, cache), new EnsemblSource(archives, http)));
  }

  @AfterEach
  void stop() {
    ncbi.close();
    http.close();
  }

  private Validated<JsonNode> validate(String source, String parameters) throws Exception {
    return registry.validate(source, Json.MAPPER.readTree(parameters.replace('\'', '"')));
  }

  private List<Problem> problems(String source, String parameters) throws Exception {
    return validate(source, parameters) instanceof Validated.Invalid<JsonNode> invalid
        ? invalid.problems()
        : List.of();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SRR990001",
        "erx123456",
        "DRS012345",
        "SAMN12345678",
        "SAMEA1234567",
        "SAMD00004104",
        "PRJNA1",
        "PRJEB12",
        "PRJDB123",
        "SRP096361",
        "ERA123456"
      })
  void everyKindOfAccessionIsTaken(String accession) throws Exception {
    assertThat(problems("ena", "{'accession':'" + accession + "'}")).isEmpty();
    assertThat(problems("ena", "{'accession':['" + accession + "']}")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ena|{}|/parameters/accession|missing parameter 'accession'; source 'ena' takes accession,"
            + " query, taxon",
        "ena|{'accession':'SRR990001','x':1}|/parameters/x|unknown parameter 'x'",
        "ena|{'accession':'GSE1'}|/parameters/accession|'GSE1'",
        "ena|{'accession':[]}|/parameters/accession|at least 1",
        "ena|{'accession':['SRR990001','x;y']}|/parameters/accession/1|'x;y'",
        "ena|{'accession':'SRR990001','select':{'y':1}}|/parameters/select/y|unknown parameter 'y'",
        "ena|{'accession':'SRR990001','select':{'max_runs':0}}|/parameters/select/max_runs|1",
        "ena|{'accession':'SRR990001','select':{'max_runs':2147483648}}|/parameters/select/max_runs|1000000000",
        "ena|{'accession':'SRR990001','select':{'max_runs':1.5}}|/parameters/select/max_runs|integer",
        "ena|{'accession':'SRR990001','select':{'max_per_group':0}}|/parameters/select/max_per_group|1",
        "ena|{'accession':'SRR990001','select':{'seed':-1}}|/parameters/select/seed|0",
        "ena|{'accession':'SRR990001','select':{'one_per_biosample':'yes'}}|/parameters/select/one_per_biosample|boolean",
        "ena|[]|/parameters|must be an object",
        "ensembl|{'release':99}|/parameters/division|missing parameter 'division'",
        "ensembl|{'division':'Nope'}|/parameters/division|EnsemblVertebrates",
        "ensembl|{'division':'EnsemblFungi','release':'x'}|/parameters/release|Release number",
        "ensembl|{'division':'EnsemblFungi','species':'../x'}|/parameters/species|'../x'",
        "nope|{}|/source|there is ena, ensembl"
      })
  void aProblemSaysWhereAndWhat(String source, String parameters, String pointer, String message)
      throws Exception {
    assertThat(problems(source, parameters))
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.pointer()).isEqualTo(pointer);
              assertThat(problem.message()).contains(message);
            });
  }

  @Test
  void defaultsAreFilledIn() throws Exception {
    assertThat(validate("ena", "{'accession':'SRR990001'}"))
        .isEqualTo(
            new Validated.Valid<>(
                Json.MAPPER.readTree(
                    "{\"accession\":\"SRR990001\","
                        + "\"select\":{\"include\":\"bulk_rna_seq\",\"rules\":false}}")));
  }

  @Test
  void everyExampleIsValid() {
    for (String name : registry.names()) {
      Source source = registry.find(name).orElseThrow();
      assertThat(source.examples()).isNotEmpty();
      for (JsonNode example : source.examples()) {
        assertThat(registry.validate(name, example)).isInstanceOf(Validated.Valid.class);
      }
    }
    assertThat(registry.descriptions())
        .extracting(node -> node.path("default_pipeline").asText())
        .containsExactly("salmon-quant", "transcriptome-index");
  }
}
