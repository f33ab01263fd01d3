package refinery.archive.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.archive.ArchiveHttp;
import refinery.archive.Archives;
import refinery.archive.ArchivesConfig;
import refinery.archive.CollectedDiscovery;
import refinery.archive.ScriptedServer;
import refinery.archive.ScriptedServer.Answer;
import refinery.protocol.FailureClass;
import refinery.protocol.batch.BatchSpec;
import refinery.protocol.catalog.Catalog.Problem;
import refinery.source.Source.SourceException;

class MatrixSourceTest {
  private static final String LIST = "list-type=2&prefix=project-assets/project-matrices/";
  private static final String ONE = "11111111-aaaa-4000-8000-000000000001";
  private static final String TWO = "22222222-bbbb-4000-8000-000000000002";

  @TempDir private Path directory;
  private final Map<String, Answer> pages = new ConcurrentHashMap<>();
  private ScriptedServer server;
  private ArchiveHttp http;
  private MatrixSource source;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    ArchivesConfig archives =
        Archives.at(
            server.url(),
            Map.of(
                "refinery.archives.matrix.projects",
                server.url() + "/bucket",
                "refinery.archives.files.directories",
                List.of(directory.toString()),
                "refinery.archives.files.hosts",
                List.of(server.url().replace("http://", ""))));
    http = Archives.http(archives);
    source =
        new MatrixSource(archives.files(), new ProjectBucket(server.url() + "/bucket", http), http);
    server.always("/bucket/blacklist", Answer.of(404, ""));
    server.always("/bucket", query -> pages.getOrDefault(query, Answer.of(404, "")));
  }

  private void list(String query, Answer page) {
    pages.put(query, page);
  }

  @AfterEach
  void stop() {
    http.close();
    server.close();
  }

  private static String object(String name, String tag) {
    return ("<Contents><Key>project-assets/project-matrices/%s</Key><ETag>&quot;%s&quot;</ETag>"
            + "<LastModified>2020-01-01T00:00:00Z</LastModified><Size>12</Size></Contents>")
        .formatted(name, tag);
  }

  private static Answer page(String next, String... objects) {
    return Answer.ok(
        "<ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
            + String.join("", objects)
            + (next.isEmpty()
                ? "<IsTruncated>false</IsTruncated>"
                : "<IsTruncated>true</IsTruncated><NextContinuationToken>"
                    + next
                    + "</NextContinuationToken>")
            + "</ListBucketResult>");
  }

  private CollectedDiscovery discovery(String parameters) {
    return new CollectedDiscovery(parameters, "summary-stats");
  }

  private List<BatchSpec> discover(String parameters) throws Exception {
    CollectedDiscovery discovery = discovery(parameters);
    source.discover(discovery);
    return discovery.batches();
  }

  @Test
  void allPagesOfTheBucketAreReadAndBlockedProjectsAreRecorded() throws Exception {
    list(LIST, page("a=1", object(ONE + ".mtx.zip", "t1"), object("readme.txt", "x")));
    list(
        LIST + "&continuation-token=a=1",
        page("", object(TWO + ".human.mtx.zip", "t2"), object(TWO + ".mouse.mtx.zip", "t3")));
    server.always("/bucket/blacklist", Answer.ok(TWO + ".mouse\n"));
    List<BatchSpec> found = discover("{'project':'all','block':['" + ONE + "']}");
    assertThat(found)
        .extracting(BatchSpec::key)
        .containsExactly(ONE, TWO + ".human", TWO + ".mouse");
    assertThat(found)
        .extracting(BatchSpec::skip)
        .containsExactly(
            Optional.of("blocked by the survey"),
            Optional.empty(),
            Optional.of("blocked by the bucket's blacklist"));
    assertThat(found)
        .extracting(BatchSpec::organism)
        .containsExactly(
            Optional.empty(), Optional.of("homo_sapiens"), Optional.of("mus_musculus"));
    BatchSpec human = found.get(1);
    assertThat(human.inputBytes()).isEqualTo(12);
    assertThat(human.metadata())
        .containsEntry("project", TWO)
        .containsEntry("matrix_version", "t2");
    assertThat(human.files().getFirst().locations().getFirst().url())
        .isEqualTo(
            server.url() + "/bucket/project-assets/project-matrices/" + TWO + ".human.mtx.zip");
  }

  @Test
  void aChangedMatrixIsAnotherBatchAndTheSameIsFoundAgain() throws Exception {
    list(LIST + ONE, page("", object(ONE + ".mtx.zip", "t1")));
    BatchSpec first = discover("{'project':'" + ONE + "'}").getFirst();
    assertThat(discover("{'project':['" + ONE + "','" + ONE + "']}"))
        .extracting(BatchSpec::id)
        .containsExactly(first.id());
    list(LIST + ONE, page("", object(ONE + ".mtx.zip", "t2")));
    BatchSpec second = discover("{'project':'" + ONE + "'}").getFirst();
    assertThat(second.key()).isEqualTo(first.key());
    assertThat(second.id()).isNotEqualTo(first.id());
    assertThat(second.downloadGroup()).isNotEqualTo(first.downloadGroup());
  }

  @Test
  void oneBadProjectDoesNotStopTheOthersAndABadListStopsAll() throws Exception {
    list(LIST + ONE, page("", object(ONE + "-2.mtx.zip", "t1")));
    list(LIST + TWO, page("", object(TWO + ".mtx.zip", "t1")));
    CollectedDiscovery discovery = discovery("{'project':['" + ONE + "','" + TWO + "']}");
    SourceException failure =
        catchThrowableOfType(SourceException.class, () -> source.discover(discovery));
    assertThat(failure.failure().failureClass()).isEqualTo(FailureClass.ABSENT);
    assertThat(failure).hasMessageContaining(ONE + ": there is no matrix of this project");
    assertThat(discovery.batches()).extracting(BatchSpec::key).containsExactly(TWO);

    list(LIST, Answer.ok("<html>maintenance</html>"));
    assertThat(classOf("{'project':'all'}")).isEqualTo(FailureClass.CORRUPT);
    list(LIST, page("again"));
    list(LIST + "&continuation-token=again", page("again"));
    assertThat(classOf("{'project':'all'}")).isEqualTo(FailureClass.CORRUPT);
    server.always("/bucket/blacklist", Answer.of(503, "busy"));
    assertThat(classOf("{'project':'" + TWO + "'}")).isEqualTo(FailureClass.TRANSIENT);
  }

  private FailureClass classOf(String parameters) {
    return catchThrowableOfType(SourceException.class, () -> discover(parameters))
        .failure()
        .failureClass();
  }

  @Test
  void matricesAtAddressesAndOnDiskHaveTheVersionOfTheirPlace() throws Exception {
    server.always("/m/pbmc.mtx.gz", Answer.ok("0123456789").with("ETag", "\"one\""));
    server.always("/m/genes.tsv", Answer.ok("0123"));
    String url = server.url() + "/m/pbmc.mtx.gz";
    String asked = "{'url':'" + url + "','features':'" + server.url() + "/m/genes.tsv'}";
    BatchSpec found = discover(asked).getFirst();
    assertThat(found.key()).startsWith("pbmc.mtx.gz/");
    assertThat(found.files())
        .extracting(file -> file.format())
        .containsExactly("matrix.gz", "features");
    assertThat(found.inputBytes()).isEqualTo(14);
    server.always("/m/pbmc.mtx.gz", Answer.ok("0123456789").with("ETag", "\"two\""));
    assertThat(discover(asked).getFirst().id()).isNotEqualTo(found.id());

    Path file = Files.writeString(directory.resolve("own.h5ad"), "x");
    BatchSpec own = discover("{'url':'" + file + "','organism':'mus_musculus'}").getFirst();
    assertThat(own.organism()).contains("mus_musculus");
    assertThat(own.metadata()).containsEntry("organism", "mus_musculus");
    Files.writeString(file, "xy");
    assertThat(discover("{'url':'" + file + "'}").getFirst().id()).isNotEqualTo(own.id());
    CollectedDiscovery some = discovery("{'url':['" + directory + "/none','" + file + "']}");
    assertThat(catchThrowableOfType(SourceException.class, () -> source.discover(some)))
        .hasMessageContaining("none: there is no such file");
    assertThat(some.batches()).hasSize(1);
  }

  @Test
  void anArtifactIsItsOwnVersion() throws Exception {
    String digest = "0123456789abcdef".repeat(4);
    BatchSpec found = discover("{'artifact':'" + digest + "'}").getFirst();
    assertThat(found.files().getFirst().locations().getFirst().url())
        .isEqualTo("artifact:" + digest);
    assertThat(discover("{'artifact':['" + digest + "']}"))
        .extracting(BatchSpec::id)
        .containsExactly(found.id());
  }

  @Test
  void whatMayNotBeReadIsRefusedBeforeTheSurvey() {
    assertThat(problems("{'url':'/etc/passwd'}"))
        .contains("/etc/passwd must lie below " + directory);
    assertThat(problems("{'url':'http://10.0.0.1/m.h5'}")).contains("is no host of");
    assertThat(problems("{'url':'ftp://x/m.h5'}")).contains("http, https or s3 address");
    assertThat(problems("{'url':'/x','project':'all'}"))
        .contains("give one of 'url', 'project' and 'artifact'");
    assertThat(problems("{'project':'all','features':'/x'}")).contains("goes with one 'url'");
  }

  private String problems(String parameters) {
    return source.problems(discovery(parameters).parameters()).stream()
        .map(Problem::message)
        .toList()
        .toString();
  }
}
