package refinery.archive.ena;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.slf4j.LoggerFactory;
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

class EnaSourceTest {
  private static final String REPORT = "/ena/portal/api/filereport";
  private static final String FIELDS = "/ena/portal/api/returnFields";
  private static final String SEARCH = "/ena/portal/api/search";

  @TempDir Path directory;
  private ScriptedServer server;
  private ArchiveHttp http;
  private NcbiClient ncbi;
  private EnaSource source;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    server.always(FIELDS, Answer.ok(ScriptedServer.resource("api/ena/returnFields_read_run.tsv")));
    server.always(REPORT, EnaSourceTest::report);
    ArchivesConfig archives = Archives.at(server.url());
    http = Archives.http(archives);
    ncbi = new NcbiClient(archives, new NcbiAccess(Optional.empty()), "test");
    server.always(
        "/eutils/esearch.fcgi", Answer.ok("{\"esearchresult\":{\"count\":\"0\",\"idlist\":[]}}"));
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

  /** As the portal: the runs that name the accession anywhere; 204 when there are none. */
  private static Answer report(String query) {
    String accession = query.replaceAll(".*accession=([^&]*).*", "$1");
    try {
      JsonNode all = Json.MAPPER.readTree(ScriptedServer.resource("api/ena/read_run.json"));
      var hits =
          StreamSupport.stream(all.spliterator(), false)
              .filter(
                  run ->
                      run.properties().stream()
                          .anyMatch(
                              field ->
                                  field.getKey().endsWith("_accession")
                                      && field.getValue().asText().equals(accession)))
              .toList();
      return hits.isEmpty() ? Answer.of(204, "") : Answer.ok(Json.MAPPER.writeValueAsString(hits));
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CollectedDiscovery discover(String parameters) throws Exception {
    CollectedDiscovery discovery = new CollectedDiscovery(parameters, "salmon-quant");
    source.discover(discovery);
    return discovery;
  }

  private SourceException failure(CollectedDiscovery discovery) {
    return catchThrowableOfType(SourceException.class, () -> source.discover(discovery));
  }

  private SourceException failure(String parameters) {
    return failure(new CollectedDiscovery(parameters, "salmon-quant"));
  }

  private static String oneRun(Map<String, String> changes) throws Exception {
    JsonNode all = Json.MAPPER.readTree(ScriptedServer.resource("api/ena/read_run.json"));
    ObjectNode run = (ObjectNode) all.get(0);
    changes.forEach(run::put);
    return Json.MAPPER.writeValueAsString(java.util.List.of(run));
  }

  @Test
  void rulesAndListsSkipRunsWithTheReasonOnlyWhenTheSurveyAsks() throws Exception {
    server.always(
        REPORT,
        Answer.ok(
            oneRun(
                Map.of(
                    "read_count", "5000",
                    "study_accession", "PRJNA990001",
                    "tissue_type", "Liver",
                    "sample_title", "a title"))));
    assertThat(only("{'accession':'SRR990001'}").skip()).isEmpty();
    assertThat(only("{'accession':'SRR990001'}").metadata()).containsEntry("tissue_type", "Liver");
    assertThat(only("{'accession':'SRR990001','select':{'rules':true}}").skip())
        .contains("not selected: rule low_spots: spots is 5000, least is 1000000");
    assertThat(
            only("{'accession':'SRR990001','select':{'rules':true,'allow':['PRJNA990001']}}")
                .skip())
        .isEmpty();
    assertThat(
            only("{'accession':'SRR990001','select':{'allow':['SRR990001'],'block':['PRJNA990001']}}")
                .skip())
        .contains("not selected: the survey blocks PRJNA990001");
  }

  private BatchSpec only(String parameters) throws Exception {
    return discover(parameters).batches().getFirst();
  }

  @Test
  void aRunBecomesABatchWithEnaFirstAndNcbiLast() throws Exception {
    CollectedDiscovery found = discover("{'accession':'SRR990001'}");
    BatchSpec batch = found.batches().getFirst();
    assertThat(found.batches()).hasSize(1);
    assertThat(batch.id()).isEqualTo(BatchSpec.idOf("ena", "SRR990001", "salmon-quant", Map.of()));
    assertThat(batch.organism()).contains("synthetica_minima");
    assertThat(batch.skip()).isEmpty();
    assertThat(batch.downloadGroup()).isEqualTo("ena:SRR990001");
    assertThat(batch.inputBytes()).isEqualTo(145135 + 145881);
    assertThat(batch.metadata())
        .containsEntry("library_layout", "PAIRED")
        .containsEntry("read_count", "3000")
        .doesNotContainKey("fastq_ftp");
    assertThat(batch.files()).hasSize(2);
    assertThat(batch.files().getFirst().name()).isEqualTo("SRR990001_1.fastq.gz");
    assertThat(batch.files().getFirst().locations())
        .containsExactly(
            new Location(
                "ena",
                server.url() + "/vol1/fastq/SRR990/SRR990001/SRR990001_1.fastq.gz",
                "fastq.gz",
                OptionalLong.of(145135),
                Optional.of(Location.Checksum.md5("c18f2846b188fc9942eebc42baae89c0"))),
            new Location(
                "ncbi",
                server.url() + "/sra/SRR990001/SRR990001",
                "sra",
                OptionalLong.empty(),
                Optional.empty()));
  }

  @Test
  void aStudyAndItsRunGiveEachRunOnce() throws Exception {
    CollectedDiscovery found = discover("{'accession':['SRR990001','PRJNA990001']}");
    assertThat(found.batches()).extracting(BatchSpec::key).doesNotHaveDuplicates();
    assertThat(found.batches()).hasSizeGreaterThan(1);
    assertThat(found.batches().getLast().skip()).isEmpty();
  }

  @Test
  void onlyFieldsThatExistAreAskedFor() throws Exception {
    discover("{'accession':'SRR990001'}");
    assertThat(server.requests().getLast()).doesNotContain("submitted_format");
  }

  @Test
  void aFieldThatIsRefusedIsLeftOut() throws Exception {
    server.once(REPORT, Answer.of(400, "Invalid fieldName(s) supplied: study_title"));
    assertThat(discover("{'accession':'SRR990001'}").batches()).hasSize(1);
    assertThat(server.requests().getLast()).doesNotContain("study_title");
  }

  @Test
  void everyFieldButTheRunsMayBeRefusedOneByOne() throws Exception {
    server.once(
        REPORT,
        EnaPortal.WANTED.stream()
            .filter(field -> !EnaPortal.FILE_FIELDS.contains(field))
            .map(field -> Answer.of(400, "Invalid fieldName(s) supplied: " + field))
            .toArray(Answer[]::new));
    server.always(FIELDS, Answer.of(500, "down"));
    assertThat(discover("{'accession':'SRR990001'}").batches()).hasSize(1);
  }

  @Test
  void asksForEverythingWhenThePortalDoesNotSayWhatItHas() throws Exception {
    server.always(FIELDS, Answer.of(500, "down"));
    server.once(REPORT, Answer.of(400, "Invalid fieldName(s) supplied: submitted_format"));
    assertThat(discover("{'accession':'SRR990001'}").batches()).hasSize(1);
  }

  @Test
  void anAddressThatIsNoPortalIsNotAnUnknownAccession() {
    server.always(REPORT, Answer.of(404, "Not Found"));
    SourceException failure = failure("{'accession':'SRR990001'}");
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.TRANSIENT);
    assertThat(failure.getMessage())
        .contains("SRR990001", "check refinery.archives.ena.portal = " + server.url())
        .doesNotContain("not public");
  }

  @Test
  void aPortalThatDoesNotSayItsFieldsIsWarnedOfOnce() throws Exception {
    server.always(FIELDS, Answer.of(400, "no"));
    Logger logger = (Logger) LoggerFactory.getLogger(EnaPortal.class);
    ListAppender<ILoggingEvent> seen = new ListAppender<>();
    seen.start();
    logger.addAppender(seen);
    try {
      discover("{'accession':'SRR990001'}");
      discover("{'accession':'SRR990001'}");
    } finally {
      logger.detachAppender(seen);
    }
    assertThat(seen.list).filteredOn(event -> event.getLevel() == Level.WARN).hasSize(1);
  }

  @Test
  void manyRunsAreAskedForTogetherAndOnlyTheMissingOnesSingly() throws Exception {
    server.always(
        SEARCH,
        query -> {
          String wanted = query.replaceAll(".*includeAccessions=([^&]*).*", "$1");
          List<String> runs = List.of(wanted.split(","));
          assertThat(runs).hasSizeLessThanOrEqualTo(100);
          return Answer.ok(
              runs.stream()
                  .filter(run -> !run.equals("SRR7777000"))
                  .map(run -> "{\"run_accession\":\"" + run + "\"}")
                  .collect(Collectors.joining(",", "[", "]")));
        });
    String accessions =
        IntStream.range(0, 250)
            .mapToObj(number -> "'SRR" + (7777000 + number) + "'")
            .collect(Collectors.joining(","));
    CollectedDiscovery discovery =
        new CollectedDiscovery("{'accession':[" + accessions + "]}", "salmon-quant");
    SourceException failure = failure(discovery);
    assertThat(failure.getMessage()).contains("SRR7777000").doesNotContain("SRR7777001");
    assertThat(discovery.batches()).hasSize(249);
    assertThat(server.requests()).filteredOn(request -> request.contains("/search?")).hasSize(3);
    assertThat(server.requests())
        .filteredOn(request -> request.contains("/filereport?"))
        .hasSize(1);
  }

  @Test
  void aQueryIsAskedInThePortalsGrammarWithAllItsConditions() throws Exception {
    List<String> asked = new CopyOnWriteArrayList<>();
    server.always(
        SEARCH,
        query -> {
          asked.add(query.replaceAll(".*query=(.*)&limit=0&.*", "$1").replace('+', ' '));
          return Answer.ok(ScriptedServer.resource("api/ena/read_run.json"));
        });
    assertThat(
            discover(
                    "{'query':'instrument_platform=ILLUMIN* & x=1','taxon':7227,"
                        + "'strategy':'RNA-Seq','since':'2020-01-01','public_until':'2025-01-31'}")
                .batches())
        .isNotEmpty();
    assertThat(asked)
        .containsExactly(
            "(instrument_platform=ILLUMIN* & x=1) AND tax_tree(7227) AND"
                + " library_strategy=\"RNA-Seq\" AND first_public<=2025-01-31 AND"
                + " last_updated>=2020-01-01");
    assertThat(server.requests())
        .filteredOn(request -> request.contains("/search?"))
        .singleElement()
        .asString()
        .as("nothing of the query reaches the address unescaped")
        .contains("%26+x%3D1")
        .doesNotContain("\"");
  }

  @Test
  void aQueryThatNothingMeetsIsNoFailureAndAWrongOneIsToldInThePortalsWords() throws Exception {
    for (String body : new String[] {"[]", ""}) {
      server.once(SEARCH, Answer.ok(body));
      assertThat(discover("{'since':'2026-01-01'}").batches()).isEmpty();
    }
    server.once(SEARCH, Answer.of(204, ""));
    assertThat(discover("{'taxon':1}").batches()).isEmpty();
    server.once(SEARCH, Answer.of(400, "Invalid query: no field colour"));
    SourceException failure = failure("{'query':'colour=red'}");
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.getMessage()).contains("Invalid query: no field colour");
  }

  @ParameterizedTest
  @CsvSource({
    "2024-06-01, 1",
    "2024-06-02T10:00:00, 1",
    "2024-05-31, 0",
    "1717200000000, 1",
    "1717199999999, 0",
    "'', 1",
    "soon, 1"
  })
  void ofAnAccessionOnlyWhatChangedSinceThenIsTaken(String changed, int taken) throws Exception {
    server.once(
        REPORT, Answer.ok(oneRun(Map.of("last_updated", changed, "first_public", "unknown"))));
    assertThat(discover("{'accession':'SRR990001','since':'2024-06-01'}").batches()).hasSize(taken);
  }

  @Test
  void nothingKnownIsAbsentAndNamed() {
    SourceException failure = failure("{'accession':'SRR000000'}");
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure.getMessage()).contains("SRR000000").contains("not public");
  }

  @Test
  void anEmptyListIsAbsentToo() {
    for (String body : new String[] {"[]", "", "run_accession\tfastq_ftp\n"}) {
      server.once(REPORT, Answer.ok(body));
      assertThat(failure("{'accession':'SRR990001'}").failure().failureClass())
          .isEqualTo(FailureClass.ABSENT);
    }
  }

  @Test
  void oneBadAccessionIsNamedAfterTheGoodOnesAreRecorded() {
    CollectedDiscovery discovery =
        new CollectedDiscovery("{'accession':['SRR000000','SRR990001']}", "salmon-quant");
    SourceException failure = failure(discovery);
    assertThat(failure.getMessage()).contains("SRR000000").doesNotContain("SRR990001:");
    assertThat(discovery.batches()).extracting(BatchSpec::key).containsExactly("SRR990001");
  }

  @Test
  void aRetryDoesNotAskAgainForWhatWasAnswered() throws Exception {
    assertThat(failure("{'accession':['SRR990001','SRR000000']}")).isNotNull();
    int before = server.requests().size();
    assertThat(failure("{'accession':['SRR990001','SRR000000']}")).isNotNull();
    assertThat(server.requests().subList(before, server.requests().size()))
        .as("only what was not answered, at both archives")
        .hasSize(2)
        .allSatisfy(request -> assertThat(request).contains("SRR000000"));
    discover("{'accession':'SRR990001'}");
    int success = server.requests().size();
    discover("{'accession':'SRR990001'}");
    assertThat(server.requests()).as("a survey that succeeded asks anew").hasSize(success + 1);
  }

  @Test
  void troubleThatPassesIsNotNoticed() throws Exception {
    server.once(
        REPORT,
        Answer.of(500, "oops"),
        Answer.of(429, "slow down").with("Retry-After", "0.5"),
        Answer.ok(ScriptedServer.resource("malformed/truncated.json")));
    assertThat(discover("{'accession':'SRR990001'}").batches()).hasSize(1);
  }

  @Test
  void troubleThatStaysIsTransientAndRubbishCorrupt() {
    server.always(REPORT, Answer.of(503, "later"));
    assertThat(failure("{'accession':'SRR990001'}").failure().failureClass())
        .isEqualTo(FailureClass.TRANSIENT);
    server.always(REPORT, Answer.ok(ScriptedServer.resource("malformed/error_200.json")));
    SourceException failure = failure("{'accession':'SRR990001'}");
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.CORRUPT);
    assertThat(failure.getMessage()).contains("Something unexpected went wrong");
    server.always(REPORT, Answer.ok("<html>Try later</html>"));
    assertThat(failure("{'accession':'SRR990001'}").getMessage()).contains("web page");
    server.always(REPORT, Answer.of(400, "ERROR: Something unexpected went wrong"));
    assertThat(failure("{'accession':'SRR990001'}").failure().failureClass())
        .isEqualTo(FailureClass.TRANSIENT);
  }

  @Test
  void otherThanBulkRnaSeqIsRecordedWithTheReason() throws Exception {
    Map<String, String> changes =
        Map.of(
            "library_strategy", "WGS",
            "library_source", "TRANSCRIPTOMIC SINGLE CELL",
            "instrument_platform", "OXFORD_NANOPORE");
    for (var change : changes.entrySet()) {
      server.once(REPORT, Answer.ok(oneRun(Map.of(change.getKey(), change.getValue()))));
      assertThat(discover("{'accession':'SRR990001'}").batches())
          .singleElement()
          .satisfies(batch -> assertThat(batch.skip().orElseThrow()).contains(change.getKey()));
    }
    server.once(REPORT, Answer.ok(oneRun(Map.of("library_strategy", "WGS"))));
    assertThat(
            discover("{'accession':'SRR990001','select':{'include':'all'}}").batches().getFirst())
        .satisfies(batch -> assertThat(batch.skip()).isEmpty());
    server.once(REPORT, Answer.ok(oneRun(Map.of("library_strategy", "ssRNA-seq"))));
    assertThat(
            discover("{'accession':'SRR990001','select':{'library_strategy':['ssRNA-seq']}}")
                .batches()
                .getFirst())
        .satisfies(batch -> assertThat(batch.skip()).isEmpty());
  }

  @Test
  void withoutFastqAtEnaTheArchiveAtNcbiIsTheFile() throws Exception {
    server.once(
        REPORT, Answer.ok(oneRun(Map.of("fastq_ftp", "", "fastq_md5", "", "fastq_bytes", ""))));
    BatchSpec batch = discover("{'accession':'SRR990001'}").batches().getFirst();
    assertThat(batch.skip()).isEmpty();
    assertThat(batch.metadata()).containsKey("archive_notes");
    assertThat(batch.files())
        .singleElement()
        .satisfies(
            file ->
                assertThat(file.locations()).extracting(Location::archive).containsExactly("ncbi"));
  }

  @Test
  void thePinnedReleaseIsPartOfTheIdentityAndRunsAreLimited() throws Exception {
    CollectedDiscovery found =
        discover("{'accession':'PRJNA990001','reference_release':99,'select':{'max_runs':2}}");
    assertThat(found.batches()).hasSize(2);
    assertThat(found.batches().getFirst().identity()).containsEntry("reference_release", "99");
    assertThat(found.batches().getFirst().metadata()).containsEntry("reference_release", "99");
  }
}
