package refinery.archive.ncbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import refinery.archive.Archives;
import refinery.archive.ArchivesConfig;
import refinery.archive.CollectedDiscovery;
import refinery.archive.ScriptedServer;
import refinery.archive.ScriptedServer.Answer;
import refinery.protocol.FailureClass;
import refinery.protocol.Json;
import refinery.protocol.batch.BatchSpec;
import refinery.source.Source.SourceException;

class NcbiSourceTest {
  private static final String HEADER =
      "Run,spots,bases,size_MB,LibraryStrategy,LibrarySource,LibraryLayout,Platform,BioProject,"
          + "ScientificName,Consent\n";

  private ScriptedServer server;
  private NcbiClient client;
  private NcbiSource source;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    ArchivesConfig archives = Archives.at(server.url());
    client = new NcbiClient(archives, new NcbiAccess(Optional.empty()), "test");
    source = new NcbiSource(archives, client);
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static String row(String run, String project, String strategy, String consent) {
    return "%s,3000,600000,7,%s,TRANSCRIPTOMIC,PAIRED,ILLUMINA,%s,Synthetica minima,%s\n"
        .formatted(run, strategy, project, consent);
  }

  /** One page; a table of rows by id. */
  private void finds(int count, Map<String, String> rows) {
    List<String> ids = rows.keySet().stream().sorted().map(id -> "\"" + id + "\"").toList();
    server.always(
        "/eutils/esearch.fcgi",
        Answer.ok("{\"esearchresult\":{\"count\":\"%d\",\"idlist\":%s}}".formatted(count, ids)));
    server.always(
        "/eutils/efetch.fcgi",
        Answer.ok(
            HEADER + String.join("", rows.keySet().stream().sorted().map(rows::get).toList())));
  }

  private CollectedDiscovery discover(String parameters) throws Exception {
    CollectedDiscovery discovery = new CollectedDiscovery(parameters, "salmon-quant");
    source.discover(discovery);
    return discovery;
  }

  @Test
  void aRunsReadsComeOutOfItsArchive() throws Exception {
    finds(
        3,
        Map.of(
            "1", row("SRR990001", "PRJNA990001", "RNA-Seq", "public"),
            "2", row("SRR990002", "PRJNA990001", "WGS", "public"),
            "3", row("SRR990003", "PRJNA990001", "RNA-Seq", "GRU")));
    List<BatchSpec> found = discover("{'accession':' prjna990001 '}").batches();
    assertThat(found)
        .extracting(BatchSpec::key)
        .containsExactly("SRR990001", "SRR990002", "SRR990003");
    BatchSpec first = found.getFirst();
    assertThat(first.source()).isEqualTo("ncbi");
    assertThat(first.organism()).contains("synthetica_minima");
    assertThat(first.files())
        .flatExtracting(file -> file.locations())
        .extracting(location -> location.url())
        .containsExactly(server.url() + "/sra/SRR990001/SRR990001");
    assertThat(first.metadata())
        .containsAllEntriesOf(
            Map.of(
                "read_count", "3000",
                "library_layout", "PAIRED",
                "ncbi_size_mb", "7",
                "sra_bytes", Long.toString(8L << 20)))
        .doesNotContainKey("archive_notes");
    assertThat(first.skip()).isEmpty();
    assertThat(found.get(1).skip()).hasValueSatisfying(why -> assertThat(why).contains("WGS"));
    assertThat(found.get(2).skip()).contains("its access is controlled (consent GRU)");
  }

  @Test
  void whatASearchFindsOfOthersIsLeftOut() throws Exception {
    finds(2, Map.of("1", row("SRR990001", "PRJNA9", "RNA-Seq", "public")));
    SourceException failure =
        catchThrowableOfType(SourceException.class, () -> discover("{'accession':'PRJNA990001'}"));
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure)
        .hasMessageContaining("PRJNA990001: NCBI: what NCBI finds are runs of others");
  }

  @Test
  void aQueryIsReadPageByPageUntilThereAreEnough() throws Exception {
    server.once(
        "/eutils/esearch.fcgi",
        Answer.ok("{\"esearchresult\":{\"count\":\"400\",\"idlist\":[\"1\",\"2\"]}}"),
        Answer.ok("{\"esearchresult\":{\"count\":\"400\",\"idlist\":[\"3\",\"4\"]}}"));
    server.once(
        "/eutils/efetch.fcgi",
        Answer.ok(
            HEADER
                + row("SRR990001", "P", "RNA-Seq", "public")
                + row("SRR990002", "P", "WGS", "public")),
        Answer.ok(
            HEADER
                + row("SRR990001", "P", "RNA-Seq", "public")
                + row("SRR990003", "P", "RNA-Seq", "public")
                + row("SRR990004", "P", "RNA-Seq", "public")));
    CollectedDiscovery found = discover("{'query':'yeast[Organism]','select':{'max_runs':2}}");
    assertThat(found.batches())
        .extracting(BatchSpec::key)
        .containsExactly("SRR990001", "SRR990002", "SRR990003");
    assertThat(server.requests()).hasSize(4);
    assertThat(server.requests().get(2))
        .contains("retstart=2")
        .contains("term=yeast%5BOrganism%5D");
  }

  @Test
  void oneAccessionsTroubleDoesNotHideAnothersRuns() {
    server.once(
        "/eutils/esearch.fcgi",
        Answer.ok("{\"esearchresult\":{\"count\":\"0\",\"idlist\":[]}}"),
        Answer.ok("{\"esearchresult\":{\"count\":\"1\",\"idlist\":[\"1\"]}}"));
    server.always(
        "/eutils/efetch.fcgi", Answer.ok(HEADER + row("SRR990001", "P", "RNA-Seq", "public")));
    CollectedDiscovery discovery =
        new CollectedDiscovery("{'accession':['SRR990009','SRR990001']}", "salmon-quant");
    SourceException failure =
        catchThrowableOfType(SourceException.class, () -> source.discover(discovery));
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure).hasMessageContaining("SRR990009: NCBI: NCBI finds no run for SRR990009");
    assertThat(new ArrayList<>(discovery.batches())).hasSize(1);
  }

  @Test
  void eitherAccessionsOrAQuery() throws Exception {
    assertThat(source.problems(Json.MAPPER.readTree("{}"))).hasSize(1);
    assertThat(source.problems(Json.MAPPER.readTree("{\"query\":\"x\",\"accession\":\"SRR1\"}")))
        .hasSize(1);
    assertThat(source.problems(Json.MAPPER.readTree("{\"query\":\"yeast\"}"))).isEmpty();
  }
}
