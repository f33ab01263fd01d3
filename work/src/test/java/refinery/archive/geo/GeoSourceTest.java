package refinery.archive.geo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import refinery.archive.AnswerCache;
import refinery.archive.ArchiveHttp;
import refinery.archive.Archives;
import refinery.archive.ArchivesConfig;
import refinery.archive.CollectedDiscovery;
import refinery.archive.ScriptedServer;
import refinery.archive.ScriptedServer.Answer;
import refinery.archive.ena.LinkedRuns;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.source.Source.SourceException;

class GeoSourceTest {
  private static final String SERIES =
      """
      ^SERIES = GSE100
      !Series_title = Liver of the obscure
      !Series_geo_accession = GSE100
      !Series_pubmed_id = 123
      !Series_pubmed_id = 456
      !Series_relation = BioProject: https://www.ncbi.nlm.nih.gov/bioproject/PRJNA100
      !Series_relation = SRA: https://www.ncbi.nlm.nih.gov/sra?term=SRP100
      """;
  private static final String SAMPLES =
      """
      ^SAMPLE = GSM1
      !Sample_title = liver, rep 1
      !Sample_source_name_ch1 = Liver
      !Sample_organism_ch1 = Obscura occulta
      !Sample_characteristics_ch1 = Tissue: liver
      !Sample_characteristics_ch1 = age (weeks): 12: about
      !Sample_characteristics_ch1 = treated
      !Sample_characteristics_ch1 = tissue: left lobe
      !Sample_molecule_ch1 = total RNA
      !Sample_relation = BioSample: https://www.ncbi.nlm.nih.gov/biosample/SAMN1
      !Sample_relation = SRA: https://www.ncbi.nlm.nih.gov/sra?term=SRX1000001
      ^SAMPLE = GSM2
      !Sample_title = array of the same
      !Sample_relation = Alternative to: GSM1
      ^PLATFORM = GPL1
      !Platform_title = liver
      ^SAMPLE = GSM3
      !Sample_title = kidney
      !Sample_characteristics_ch1 =\s
      !Sample_relation = SRA: http://www.ncbi.nlm.nih.gov/sra?term=SRX1000003
      """;

  @TempDir Path directory;
  private ScriptedServer server;
  private ArchiveHttp http;
  private NcbiClient ncbi;
  private GeoSource source;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    server.always(
        "/ena/portal/api/returnFields",
        Answer.ok(ScriptedServer.resource("api/ena/returnFields_read_run.tsv")));
    server.always("/ena/portal/api/search", GeoSourceTest::runs);
    server.always("/ena/portal/api/filereport", Answer.of(204, ""));
    server.always(
        "/eutils/esearch.fcgi", Answer.ok("{\"esearchresult\":{\"count\":\"0\",\"idlist\":[]}}"));
    ArchivesConfig archives = Archives.at(server.url());
    http = Archives.http(archives);
    ncbi = new NcbiClient(archives, new NcbiAccess(Optional.empty()), "test");
    source =
        new GeoSource(
            new GeoArchive(server.url() + "/geo", http),
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

  /** Two runs of each experiment, except of those that ENA does not know. */
  private static Answer runs(String query) {
    String wanted = query.replaceAll(".*includeAccessions=([^&]*).*", "$1");
    return Answer.ok(
        Stream.of(wanted.split(","))
            .filter(experiment -> !experiment.endsWith("9"))
            .flatMap(experiment -> Stream.of(run(experiment, "1"), run(experiment, "2")))
            .collect(Collectors.joining(",", "[", "]")));
  }

  private static String run(String experiment, String number) {
    return """
    {"run_accession":"SRR%s%s","experiment_accession":"%s","tax_id":"9990001",
     "scientific_name":"Obscura occulta","library_strategy":"RNA-Seq","sample_title":"ENA's",
     "library_source":"TRANSCRIPTOMIC","instrument_platform":"ILLUMINA","fastq_ftp":""}\
    """
        .formatted(experiment.substring(3), number, experiment);
  }

  private void geo(Map<String, String> records) {
    Function<String, Answer> answer =
        query -> {
          String accession = query.replaceAll(".*acc=([^&]*).*", "$1");
          String key = accession + (query.contains("targ=gsm") ? "/samples" : "");
          return Answer.ok(
              records.getOrDefault(
                  key,
                  "<html><body>Could not find a public or private accession <b>\""
                      + accession
                      + "\"</b></body></html>"));
        };
    server.always("/geo", answer);
  }

  private CollectedDiscovery discover(String parameters) throws Exception {
    CollectedDiscovery discovery = new CollectedDiscovery(parameters, "salmon-quant");
    source.discover(discovery);
    return discovery;
  }

  @Test
  void aSeriesGivesTheRunsOfItsSequencedSamplesWithWhatGeoSaysOfThem() throws Exception {
    geo(Map.of("GSE100", SERIES, "GSE100/samples", SAMPLES));
    CollectedDiscovery found = discover("{'accession':' gse100, GSE100'}");
    assertThat(found.batches())
        .extracting(BatchSpec::key)
        .containsExactlyInAnyOrder("SRR10000011", "SRR10000012", "SRR10000031", "SRR10000032");
    BatchSpec liver =
        found.batches().stream()
            .filter(b -> b.key().equals("SRR10000011"))
            .findFirst()
            .orElseThrow();
    assertThat(liver.source()).isEqualTo("geo");
    assertThat(liver.downloadGroup()).as("shared with the source ena").isEqualTo("ena:SRR10000011");
    assertThat(liver.metadata())
        .containsEntry("geo_accession", "GSM1")
        .containsEntry("geo_title", "liver, rep 1")
        .containsEntry("source_name", "Liver")
        .containsEntry("tissue", "liver; left lobe")
        .containsEntry("age_weeks", "12: about")
        .containsEntry("characteristics", "treated")
        .containsEntry("geo_series", "GSE100")
        .containsEntry("geo_series_title", "Liver of the obscure")
        .containsEntry("pubmed_id", "123; 456")
        .containsEntry("sample_title", "ENA's")
        .containsEntry("tax_id", "9990001");
    assertThat(server.requests()).filteredOn(each -> each.contains("/search?")).hasSize(1);
  }

  @Test
  void aSuperseriesIsTheSeriesItIsMadeOf() throws Exception {
    geo(
        Map.of(
            "GSE1",
            """
            ^SERIES = GSE1
            !Series_title = Super
            !Series_relation = SuperSeries of: GSE100
            !Series_relation = SuperSeries of: GSE1
            """,
            "GSE100",
            SERIES,
            "GSE100/samples",
            SAMPLES));
    assertThat(discover("{'accession':'GSE1'}").batches())
        .hasSize(4)
        .allSatisfy(batch -> assertThat(batch.metadata()).containsEntry("geo_series", "GSE100"));
  }

  @Test
  void aSampleIsFoundByItself() throws Exception {
    geo(Map.of("GSM3", SAMPLES.substring(SAMPLES.indexOf("^SAMPLE = GSM3"))));
    assertThat(discover("{'accession':['GSM3']}").batches()).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GSE404 | ABSENT | GSE404: GEO says: Could not find a public or private accession",
        "GSE2 | ABSENT | GSE2: has no sequencing run",
        "GSE3 | ABSENT | is currently private and is scheduled",
        "GSE4 | CORRUPT | no record of GEO",
        "GSE9 | ABSENT | SRX1000009"
      })
  void whatHasNoRunsIsToldInGeosWordsAfterTheOthersAreRecorded(
      String accession, FailureClass failureClass, String words) {
    geo(
        Map.of(
            "GSE100",
            SERIES,
            "GSE100/samples",
            SAMPLES,
            "GSE2",
            SERIES.replace("GSE100", "GSE2"),
            "GSE2/samples",
            "^SAMPLE = GSM7\n!Sample_type = RNA\n",
            "GSE3",
            "<p>Accession \"GSE3\" is currently private and is scheduled to be released on Jan"
                + " 01, 2030.</p>",
            "GSE4",
            "<html>down for maintenance</html>",
            "GSE9",
            SERIES.replace("GSE100", "GSE9"),
            "GSE9/samples",
            SAMPLES.replace("SRX1000001", "SRX1000009")));
    CollectedDiscovery discovery =
        new CollectedDiscovery("{'accession':['" + accession + "','GSE100']}", "salmon-quant");
    SourceException failure =
        catchThrowableOfType(SourceException.class, () -> source.discover(discovery));
    assertThat(failure.getMessage()).contains(words);
    assertThat(failure.failure().failureClass()).isEqualTo(failureClass);
    assertThat(discovery.batches()).hasSize(4);
  }
}
