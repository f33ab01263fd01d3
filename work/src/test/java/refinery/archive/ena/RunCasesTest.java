package refinery.archive.ena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.StreamSupport;
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
import refinery.archive.CollectedDiscovery;
import refinery.archive.ScriptedServer;
import refinery.archive.ScriptedServer.Answer;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.batch.Location;
import refinery.source.Source.SourceException;
import refinery.source.SourceRegistry;

/** Runs as archives really describe them: how each is found, and what becomes of it. */
class RunCasesTest {
  private static final String REPORT = "/ena/portal/api/filereport";
  private static final String RUN_INFO =
      "Run,ReleaseDate,spots,bases,LibraryStrategy,LibrarySource,LibraryLayout,Platform,SRAStudy,"
          + "BioProject,ScientificName,TaxID\n";

  @TempDir Path directory;
  private ScriptedServer server;
  private ArchiveHttp http;
  private NcbiClient ncbi;
  private EnaSource source;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    server.always(
        "/ena/portal/api/returnFields",
        Answer.ok(ScriptedServer.resource("api/ena/returnFields_read_run.tsv")));
    ArchivesConfig archives = Archives.at(server.url());
    http = Archives.http(archives);
    ncbi = new NcbiClient(archives, new NcbiAccess(Optional.empty()), "test");
    source =
        new EnaSource(
            archives, http, ncbi, new AnswerCache(directory, Archives.LONG, Clock.systemUTC()));
  }

  @AfterEach
  void stop() {
    ncbi.close();
    http.close();
    server.close();
  }

  private static ObjectNode row(String run) throws Exception {
    JsonNode rows =
        Json.MAPPER.readTree(
            Files.readString(Path.of("src/test/resources/cases/reads/ena_rows.json")));
    return (ObjectNode)
        StreamSupport.stream(rows.spliterator(), false)
            .filter(row -> row.path("run_accession").asText().equals(run))
            .findFirst()
            .orElseThrow();
  }

  private BatchSpec batch(ObjectNode row, String select) throws Exception {
    server.once(REPORT, Answer.ok(Json.MAPPER.writeValueAsString(List.of(row))));
    return discover("{'accession':'" + row.path("run_accession").asText() + "'" + select + "}")
        .batches()
        .getFirst();
  }

  private CollectedDiscovery discover(String parameters) throws Exception {
    CollectedDiscovery discovery = new CollectedDiscovery(parameters, "salmon-quant");
    source.discover(discovery);
    return discovery;
  }

  @ParameterizedTest
  @CsvSource({
    "SRR7710001,",
    "SRR7710002,",
    "SRR7710001, ION_TORRENT",
    "SRR7710001, BGISEQ",
    "SRR7710001, ELEMENT",
    "SRR7710001, illumina"
  })
  void aRunThatOnlyNcbiHasIsAnArchiveOfReads(String run, String platform) throws Exception {
    ObjectNode row = row(run);
    if (platform != null) {
      row.put("instrument_platform", platform);
    }
    for (String select : List.of("", ",'select':{'include':'all'}")) {
      BatchSpec batch = batch(row, select);
      assertThat(batch.skip()).isEmpty();
      assertThat(batch.files())
          .singleElement()
          .satisfies(
              file -> {
                assertThat(file.format()).isEqualTo("sra");
                assertThat(file.locations()).extracting(Location::archive).containsExactly("ncbi");
              });
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"OXFORD_NANOPORE", "PACBIO_SMRT"})
  void longReadsThatOnlyNcbiHasAreSkippedByTheirPlatform(String platform) throws Exception {
    BatchSpec batch =
        batch(
            row("SRR7710001").put("instrument_platform", platform), ",'select':{'include':'all'}");
    assertThat(batch.skip().orElseThrow()).contains(platform);
  }

  @Test
  void everyReportedRowIsTaken() throws Exception {
    for (String run :
        List.of(
            "SRR7700001",
            "SRR7700004",
            "SRR7700016",
            "SRR7710001",
            "SRR7710002",
            "SRR7710005",
            "SRR7710006",
            "SRR7710020",
            "DRR7710030")) {
      BatchSpec batch = batch(row(run), "");
      assertThat(batch.skip()).as(run).isEmpty();
      assertThat(batch.files()).as(run).isNotEmpty();
    }
  }

  /** By these a run finds its index, whatever its organism is called. */
  @ParameterizedTest
  @CsvSource({
    "SRR7710005, 9990511, obscura_coli_str_k_12_substr_x1",
    "SRR7710006, 9990047, obscura_sativa_japonica_group",
    "mixed sample, 1427524, mixed_sample",
    "Obscura x occulta 'Var. 1', 9990048, obscura_x_occulta_var_1"
  })
  void theTaxonOfARunIsKeptBesideItsName(String run, String taxon, String organism)
      throws Exception {
    ObjectNode row =
        run.startsWith("SRR")
            ? row(run)
            : row("SRR7710005").put("scientific_name", run).put("tax_id", taxon);
    BatchSpec batch = batch(row, "");
    assertThat(batch.organism()).contains(organism);
    assertThat(batch.metadata()).containsEntry("tax_id", taxon);
  }

  @ParameterizedTest
  @CsvSource({
    "read_count, 0",
    "base_count, 0",
    "read_count, ''",
    "fastq_bytes, 0;0",
    "fastq_bytes, ;",
    "fastq_bytes, 000;00",
    "read_count, 0.0"
  })
  void zeroIsNotKnown(String field, String value) throws Exception {
    BatchSpec batch = batch(row("SRR7710020").put(field, value), "");
    assertThat(batch.skip()).isEmpty();
    assertThat(batch.files())
        .hasSize(2)
        .allSatisfy(file -> assertThat(file.locations().getFirst().size()).isEmpty());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "PRJDA72000",
        "PRJEA72000",
        "PRJNA1",
        "PRJEB72000",
        "PRJDB72000",
        "prjda72000 ",
        " drr7710030",
        "ERX7710030",
        "SRS7710030",
        "DRP7710030",
        "ERA7710030",
        "SAMEA7710030",
        "SAMEG7710030",
        "SAMD07710030",
        "SAMN07710030",
        "SRR7710001,SRR7710002",
        "SRR7710001, srr7710001 ; PRJEA72000"
      })
  void everyFormOfAnAccessionIsTaken(String accession) throws Exception {
    SourceRegistry registry = new SourceRegistry(List.of(source));
    for (Object value : List.of(accession, List.of(accession))) {
      assertThat(
              registry
                  .validate("ena", Json.MAPPER.valueToTree(Map.of("accession", value)))
                  .toString())
          .doesNotContain("Invalid");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GSE1", "PRJ72000", "SRR", "", ",", "SRR7710001,GSE1", "SAMX1", "PRJXX1"})
  void whatIsNoAccessionIsToldTheForms(String accession) {
    assertThat(
            new SourceRegistry(List.of(source))
                .validate("ena", Json.MAPPER.valueToTree(Map.of("accession", accession)))
                .toString())
        .contains("Invalid", "PRJDA", "SAMEA", "ERX");
  }

  @Test
  void listsAreAskedForOnceEach() throws Exception {
    Map<String, Integer> asked = new HashMap<>();
    server.always(
        REPORT,
        query -> {
          String accession = query.replaceAll(".*accession=([^&]*).*", "$1");
          asked.merge(accession, 1, Integer::sum);
          try {
            return Answer.ok("[" + row(accession) + "]");
          } catch (Exception e) {
            throw new IllegalStateException(e);
          }
        });
    assertThat(discover("{'accession':['srr7710001, SRR7710002 ,','SRR7710001 ']}").batches())
        .extracting(BatchSpec::key)
        .containsExactly("SRR7710001", "SRR7710002");
    assertThat(asked).isEqualTo(Map.of("SRR7710001", 1, "SRR7710002", 1));
  }

  @ParameterizedTest
  @ValueSource(strings = {"SRR7790001", "PRJNA779000"})
  void whatEnaDoesNotKnowIsFoundAtNcbi(String accession) throws Exception {
    server.always(REPORT, Answer.of(204, ""));
    server.always(
        "/eutils/esearch.fcgi",
        Answer.ok("{\"esearchresult\":{\"count\":\"1\",\"idlist\":[\"99000001\"]}}"));
    server.always(
        "/eutils/efetch.fcgi",
        Answer.ok(
            RUN_INFO
                + "SRR7790001,2026-01-01,0,0,RNA-Seq,TRANSCRIPTOMIC,PAIRED,ILLUMINA,SRP779000,"
                + "PRJNA779000,Obscura occulta,9990001\n"
                + "SRR7790009,2026-01-01,9,9,RNA-Seq,TRANSCRIPTOMIC,PAIRED,ILLUMINA,SRP779009,"
                + "PRJNA779009,Obscura occulta,9990001\n\n"));
    CollectedDiscovery found = discover("{'accession':'" + accession + "'}");
    BatchSpec batch = found.batches().getFirst();
    assertThat(found.batches()).as("what a search finds beside it is not taken").hasSize(1);
    assertThat(batch.key()).isEqualTo("SRR7790001");
    assertThat(batch.skip()).isEmpty();
    assertThat(batch.files().getFirst().format()).isEqualTo("sra");
    assertThat(batch.organism()).contains("obscura_occulta");
    assertThat(batch.metadata().get("archive_notes")).contains("found at NCBI", accession);
    assertThat(found.log()).anyMatch(line -> line.contains("asking NCBI"));
  }

  @Test
  void aRunOfControlledAccessIsSkippedAlsoWhenOnlyNcbiHasIt() throws Exception {
    server.always(REPORT, Answer.of(204, ""));
    server.always(
        "/eutils/esearch.fcgi",
        Answer.ok("{\"esearchresult\":{\"count\":\"1\",\"idlist\":[\"99000001\"]}}"));
    server.always(
        "/eutils/efetch.fcgi",
        Answer.ok(
            RUN_INFO.strip()
                + ",Consent\n"
                + "SRR7790001,2026-01-01,0,0,RNA-Seq,TRANSCRIPTOMIC,PAIRED,ILLUMINA,SRP779000,"
                + "PRJNA779000,Homo sapiens,9606,GRU\n"));
    assertThat(discover("{'accession':'SRR7790001'}").batches().getFirst().skip())
        .hasValueSatisfying(why -> assertThat(why).contains("controlled", "GRU"));
  }

  @Test
  void whatNeitherArchiveKnowsIsAbsentAndBothAreNamed() {
    server.always(REPORT, Answer.of(204, ""));
    server.always(
        "/eutils/esearch.fcgi", Answer.ok("{\"esearchresult\":{\"count\":\"0\",\"idlist\":[]}}"));
    SourceException failure = failure();
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure.getMessage()).contains("ENA knows no", "NCBI");
  }

  @Test
  void anNcbiThatDoesNotAnswerIsAskedAgain() {
    server.always(REPORT, Answer.of(204, ""));
    server.always("/eutils/esearch.fcgi", Answer.of(503, ""));
    SourceException failure = failure();
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.TRANSIENT);
    assertThat(failure.getMessage()).contains("ENA knows no", "NCBI");
  }

  private SourceException failure() {
    return catchThrowableOfType(
        SourceException.class, () -> discover("{'accession':'SRR7790001'}"));
  }
}
