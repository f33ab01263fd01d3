package refinery.archive.biostudies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.archive.AnswerCache;
import refinery.archive.AnswerText;
import refinery.archive.ArchiveHttp;
import refinery.archive.Archives;
import refinery.archive.ArchivesConfig;
import refinery.archive.CollectedDiscovery;
import refinery.archive.MalformedAnswer;
import refinery.archive.ScriptedServer;
import refinery.archive.ScriptedServer.Answer;
import refinery.archive.ena.LinkedRuns;
import refinery.archive.ena.LinkedRuns.Link;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.batch.BatchSpec;
import refinery.source.Source.SourceException;

class BioStudiesSourceTest {
  /** Repeated names, blanks in names, a row per file, and bytes that are not UTF-8. */
  private static final byte[] TABLE =
      String.join(
              "\n",
              "Source Name\tCharacteristics[organism]\tCharacteristics [organism part]\tProtocol"
                  + " REF\tProtocol REF\tTerm Source REF\tComment[ENA_RUN]\tComment"
                  + " [FASTQ_URI]\tTerm Source REF\tFactor Value[organism part]\tFactor"
                  + " Value [ dose ]",
              "s 1\tObscura  occulta\tliver\tP1\tP2\tEFO\tERR1000001\tftp://x/ERR1000001_1.fastq.gz"
                  + "\tX\tLIVER\t5 \u00b5M",
              "s 1\tObscura  occulta\tliver\tP1\tP2\tEFO\tERR1000001\tftp://x/ERR1000001_2.fastq.gz"
                  + "\tX\tLIVER\t5 \u00b5M",
              "s 2\tObscura  occulta\t\tP1\tP2\tEFO\t"
                  + "\tftp://x/vol1/ERR1000002/ERR1000002_1.fastq.gz\tX\tkidney\t",
              "s 3\tObscura  occulta\tarray\tP1\tP2\tEFO\t\t\tX\tarray\t",
              "")
          .getBytes(StandardCharsets.ISO_8859_1);

  @TempDir Path directory;
  private ScriptedServer server;
  private ArchiveHttp http;
  private NcbiClient ncbi;
  private BioStudiesSource source;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    server.always(
        "/ena/portal/api/returnFields",
        Answer.ok(ScriptedServer.resource("api/ena/returnFields_read_run.tsv")));
    server.always("/ena/portal/api/search", BioStudiesSourceTest::runs);
    ArchivesConfig archives = Archives.at(server.url());
    http = Archives.http(archives);
    ncbi = new NcbiClient(archives, new NcbiAccess(Optional.empty()), "test");
    source =
        new BioStudiesSource(
            server.url() + "/biostudies",
            http,
            new LinkedRuns(
                archives,
                http,
                ncbi,
                new AnswerCache(directory, Archives.LONG, Clock.systemUTC())));
  }

  @AfterEach
  void stop() {
    ncbi.close();
    http.close();
    server.close();
  }

  private static Answer runs(String query) {
    String wanted = query.replaceAll(".*includeAccessions=([^&]*).*", "$1");
    return Answer.ok(
        Stream.of(wanted.split(","))
            .map("{\"run_accession\":\"%s\",\"scientific_name\":\"Obscura occulta\"}"::formatted)
            .collect(Collectors.joining(",", "[", "]")));
  }

  private static Sdrf.Table read(byte[] table) throws Exception {
    ArchivesConfig.Limits limits = Archives.at("http://127.0.0.1").limits();
    return Sdrf.read(AnswerText.of(new ByteArrayInputStream(table), limits), limits);
  }

  @Test
  void aTableGivesEachRunOnceWithItsCharacteristicsAndFactors() throws Exception {
    Sdrf.Table table = read(TABLE);
    assertThat(table.rows()).isEqualTo(4);
    assertThat(table.links())
        .extracting(Link::accession)
        .containsExactly("ERR1000001", "ERR1000002");
    assertThat(table.links().getFirst().attributes())
        .containsOnlyKeys("sdrf_source_name", "organism", "organism_part", "dose")
        .containsEntry("organism_part", "liver")
        .containsEntry("dose", "5 \ufffdM");
    assertThat(table.links().getLast().attributes())
        .as("the factor, where the characteristic is blank")
        .containsEntry("organism_part", "kidney");
  }

  @Test
  void aPageIsNoTable() {
    for (String text : List.of("<html>moved</html>", "", "Name\tRun\n")) {
      assertThatThrownBy(() -> read(text.getBytes(StandardCharsets.UTF_8)))
          .isInstanceOf(MalformedAnswer.class)
          .hasMessageContaining("not a table of samples");
    }
  }

  @Test
  void aStudyGivesTheRunsOfItsTable() throws Exception {
    server.always(
        "/biostudies/E-MTAB-1/E-MTAB-1.sdrf.txt",
        Answer.ok(new String(TABLE, StandardCharsets.ISO_8859_1)));
    CollectedDiscovery found = new CollectedDiscovery("{'accession':'e-mtab-1'}", "salmon-quant");
    source.discover(found);
    assertThat(found.batches())
        .extracting(BatchSpec::key)
        .containsExactly("ERR1000001", "ERR1000002");
    Map<String, String> said = found.batches().getFirst().metadata();
    assertThat(said)
        .containsEntry("biostudies_accession", "E-MTAB-1")
        .containsEntry("organism_part", "liver")
        .containsEntry("scientific_name", "Obscura occulta");
    assertThat(found.batches().getFirst().downloadGroup()).isEqualTo("ena:ERR1000001");
  }

  @Test
  void aStudyThatIsUnknownOrWithoutRunsIsNamed() {
    server.always(
        "/biostudies/E-MTAB-2/E-MTAB-2.sdrf.txt",
        Answer.ok("Source Name\tComment[ENA_RUN]\na\t\n"));
    server.always("/biostudies/E-MTAB-3/E-MTAB-3.sdrf.txt", Answer.of(404, "no"));
    assertThatThrownBy(
            () ->
                source.discover(
                    new CollectedDiscovery(
                        "{'accession':['E-MTAB-2','E-MTAB-3']}", "salmon-quant")))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("E-MTAB-2: none of its 1 rows names a run of ENA")
        .hasMessageContaining("E-MTAB-3: BioStudies:");
  }
}
