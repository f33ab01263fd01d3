package refinery.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import java.io.BufferedOutputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.Reader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import refinery.archive.ena.EnaSource;
import refinery.archive.ensembl.EnsemblSource;
import refinery.archive.ncbi.NcbiAccess;
import refinery.archive.ncbi.NcbiClient;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.source.Source;
import refinery.source.Source.SourceException;

/**
 * Archives that send without end, over real sockets. The server streams, so that no side ever holds
 * what it sends; the client must end each answer early, once, and say which limit it met.
 */
class HostileAnswersTest {
  private static final long GIBIBYTE = 1L << 30;
  private static final long MEBIBYTES = 4L << 20;
  private static final String HEADER = "run_accession\tstudy_title\n";

  @TempDir Path directory;
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;
  private ExecutorService threads;
  private ArchiveHttp http;
  private NcbiClient ncbi;
  private ArchivesConfig archives;

  /** A body: how it begins, what is repeated, up to how many bytes. */
  private record Endless(String start, String repeated, long bytes) {
    void write(OutputStream out) throws IOException {
      out.write(start.getBytes(StandardCharsets.UTF_8));
      byte[] piece =
          repeated
              .repeat(Math.max(1, 65_536 / Math.max(1, repeated.length())))
              .getBytes(StandardCharsets.UTF_8);
      for (long sent = 0; sent < bytes; sent += piece.length) {
        out.write(piece);
      }
    }
  }

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    threads = Executors.newVirtualThreadPerTaskExecutor();
    server.setExecutor(threads);
    server.start();
    String url = "http://127.0.0.1:" + server.getAddress().getPort();
    archives =
        ArchivesConfig.from(
            ConfigFactory.parseMap(
                    Map.of(
                        "refinery.archives.ena.portal",
                        url + "/ena",
                        "refinery.archives.ncbi.eutils",
                        url + "/eutils",
                        "refinery.archives.ena.files",
                        url,
                        "refinery.archives.ensembl.rest",
                        url + "/rest",
                        "refinery.archives.ensembl.files",
                        url + "/pub",
                        "refinery.archives.ensemblgenomes.files",
                        url + "/genomes",
                        "refinery.archives.http.requests-per-second",
                        1000,
                        "refinery.archives.http.max-answer",
                        "8 MiB",
                        "refinery.archives.limits.held",
                        "2 MiB"))
                .withFallback(ConfigFactory.parseResources("archives.conf"))
                .resolve());
    http = Archives.http(archives);
    ncbi = new NcbiClient(archives, new NcbiAccess(Optional.empty()), "test");
  }

  @AfterEach
  void stop() {
    ncbi.close();
    http.close();
    server.stop(0);
    threads.shutdownNow();
  }

  private void on(String path, Endless body) {
    server.createContext(
        path,
        exchange -> {
          asked.incrementAndGet();
          try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            body.write(exchange.getResponseBody());
          }
        });
  }

  private Failure failure(Source source, String parameters) {
    CollectedDiscovery discovery = new CollectedDiscovery(parameters, "salmon-quant");
    return catchThrowableOfType(SourceException.class, () -> source.discover(discovery)).failure();
  }

  private EnaSource ena() throws IOException {
    return new EnaSource(
        archives, http, ncbi, new AnswerCache(directory, Archives.LONG, Clock.systemUTC()));
  }

  /** What ENA may send instead of a list of runs. */
  enum Portal {
    ONE_LINE("line", new Endless(HEADER + "SRR990001\t", "x", MEBIBYTES)),
    ONE_HEADER("line", new Endless("run_accession\t", "x", MEBIBYTES)),
    ONE_JSON_VALUE("line", new Endless("[{\"run_accession\":\"", "x", MEBIBYTES)),
    ONE_JSON_ROW(
        "columns", new Endless("[{\"run_accession\":\"SRR990001\"", ",\"a\":\"b\"", MEBIBYTES)),
    NOTHING_BUT_SPACES("line", new Endless("", " ", MEBIBYTES)),
    COLUMNS(
        "columns",
        new Endless(
            "run_accession\t"
                + IntStream.range(0, 20_000)
                    .mapToObj(i -> "c" + i)
                    .collect(Collectors.joining("\t"))
                + "\n",
            "",
            0)),
    GIBIBYTE_OF_A_LINE("max-answer", new Endless(HEADER + "SRR990001\t", "x", GIBIBYTE)),
    ROWS("max-answer", new Endless(HEADER, "SRR990001\ttitle\n", GIBIBYTE)),
    FILES(
        "batch",
        new Endless(
            "[{\"run_accession\":\"SRR990001\",\"fastq_ftp\":\""
                + IntStream.range(0, 10_000)
                    .mapToObj(i -> "ftp.x/vol1/SRR990001_" + i + ".fastq.gz")
                    .collect(Collectors.joining(";"))
                + "\"}]",
            "",
            0));

    private final String key;
    private final Endless body;

    Portal(String key, Endless body) {
      this.key = key;
      this.body = body;
    }
  }

  @ParameterizedTest
  @EnumSource(Portal.class)
  void anAnswerOfThePortalBeyondALimitIsRefusedOnce(Portal portal) throws Exception {
    on("/ena/filereport", portal.body);
    Failure failure = failure(ena(), "{'accession':'SRR990001'}");
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message()).contains("SRR990001", "refinery.archives.").contains(portal.key);
    assertThat(failure.message().length()).isLessThan(500);
    assertThat(asked).hasValue(1);
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).noneMatch(path -> path.toString().endsWith(".part"));
    }
  }

  @Test
  void theFieldsOfThePortalAreBoundedToo() throws Exception {
    on("/ena/returnFields", new Endless("", "x", GIBIBYTE));
    on("/ena/filereport", new Endless("[{\"run_accession\":\"SRR990001\"}]", "", 0));
    CollectedDiscovery discovery =
        new CollectedDiscovery("{'accession':'SRR990001'}", "salmon-quant");
    ena().discover(discovery);
    assertThat(discovery.batches()).hasSize(1);
    assertThat(asked).hasValue(2);
  }

  /** Where Ensembl sends too much. */
  enum Ensembl {
    RELEASE("/rest/info/software", new Endless("{\"release\":\"", "1", GIBIBYTE)),
    RELEASE_TREE("/rest/info/software", new Endless("[", "[],", GIBIBYTE)),
    SPECIES("/rest/info/species", new Endless("{\"species\":[{\"name\":\"", "x", GIBIBYTE)),
    SPECIES_BEFORE("/rest/info/species", new Endless("{\"a\":\"", "x", GIBIBYTE)),
    SPECIES_TREE("/rest/info/species", new Endless("{\"species\":[{\"a\":[", "[],", GIBIBYTE)),
    CHECKSUMS("/pub/release-99/fasta/a_b/dna/CHECKSUMS", new Endless("", "1 1 a", GIBIBYTE)),
    CHECKSUM_LINES("/pub/release-99/fasta/a_b/dna/CHECKSUMS", new Endless("", "1 1 a\n", GIBIBYTE)),
    COLLECTIONS(
        "/genomes/release-99/fungi/species_EnsemblFungi.txt",
        "'division':'EnsemblFungi'",
        new Endless("species\tcore_db\n", "x", GIBIBYTE));

    private final String path;
    private final String division;
    private final Endless body;

    Ensembl(String path, Endless body) {
      this(path, "'division':'EnsemblVertebrates'", body);
    }

    Ensembl(String path, String division, Endless body) {
      this.path = path;
      this.division = division;
      this.body = body;
    }
  }

  @ParameterizedTest
  @EnumSource(Ensembl.class)
  void anAnswerOfEnsemblBeyondALimitIsRefusedOnce(Ensembl ensembl) {
    Endless species = new Endless("[{\"name\":\"a_b\",\"assembly\":\"c\"}]", "", 0);
    Map<String, Endless> usual =
        Map.of("/rest/info/species", species, "/rest/info/genomes/division/EnsemblFungi", species);
    usual.forEach(
        (path, body) -> {
          if (!path.equals(ensembl.path)) {
            on(path, body);
          }
        });
    on(ensembl.path, ensembl.body);
    boolean newest = ensembl.path.endsWith("software");
    Failure failure =
        failure(
            new EnsemblSource(archives, http),
            "{" + ensembl.division + (newest ? "" : ",'release':99") + "}");
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message()).contains("refinery.archives.limits.");
    assertThat(failure.message().length()).isLessThan(600);
  }

  @Test
  void anErrorPageIsReadToItsFirstWordsOnly() throws Exception {
    server.createContext(
        "/ena/filereport",
        exchange -> {
          asked.incrementAndGet();
          try (exchange) {
            exchange.sendResponseHeaders(400, 0);
            new Endless("bad\u0000\u001b[31m request ", "x", GIBIBYTE)
                .write(exchange.getResponseBody());
          }
        });
    Failure failure = failure(ena(), "{'accession':'SRR990001'}");
    assertThat(failure.failureClass()).isEqualTo(FailureClass.PERMANENT);
    assertThat(failure.message()).contains("400 bad").doesNotContain("\u0000", "\u001b");
    assertThat(failure.message().length()).isLessThan(500);
  }

  @Test
  void onlyWantedColumnsAreKeptAndAStudyOfAHundredThousandRunsFits() throws Exception {
    server.createContext(
        "/ena/filereport",
        exchange -> {
          try (exchange) {
            exchange.sendResponseHeaders(200, 0);
            OutputStream out = new BufferedOutputStream(exchange.getResponseBody(), 1 << 16);
            out.write("run_accession\tunheard_of\tstudy_title\n".getBytes(StandardCharsets.UTF_8));
            for (int run = 0; run < 100_000; run++) {
              String row = "SRR%07d\tx\ttitle\n".formatted(run);
              out.write(row.getBytes(StandardCharsets.UTF_8));
            }
            out.flush();
          }
        });
    CollectedDiscovery discovery =
        new CollectedDiscovery(
            "{'accession':'PRJNA990001','select':{'include':'all'}}", "salmon-quant");
    ena().discover(discovery);
    assertThat(discovery.batches()).hasSize(100_000);
    assertThat(discovery.batches().getLast().metadata())
        .containsEntry("study_title", "title")
        .doesNotContainKey("unheard_of");
  }

  @Test
  void nothingIsReadBeyondTheLimitOfALine() {
    AtomicInteger read = new AtomicInteger();
    Reader endless =
        new Reader() {
          @Override
          public int read(char[] buffer, int offset, int length) {
            Arrays.fill(buffer, offset, offset + length, 'x');
            read.addAndGet(length);
            return length;
          }

          @Override
          public void close() {}
        };
    AnswerText text = AnswerText.of(endless, archives.limits());
    assertThatThrownBy(text::line)
        .isInstanceOf(AnswerTooLarge.class)
        .hasMessageContaining("refinery.archives.limits.line");
    assertThat(read.get()).isLessThan(2 << 20);
  }

  @Test
  void theCacheKeepsTheNewestAnswersWithinItsSize() throws Exception {
    AnswerCache cache =
        new AnswerCache(
            directory, new ArchivesConfig.Cache(Duration.ofHours(1), 25), Clock.systemUTC());
    for (int i = 0; i < 4; i++) {
      Path part = cache.spool(new ByteArrayInputStream(new byte[10]));
      Path answer = cache.keep(URI.create("http://x/" + i), part);
      assertThat(answer).exists();
      Files.setLastModifiedTime(answer, FileTime.from(Instant.now().minusSeconds(100 - i)));
    }
    try (Stream<Path> left = Files.list(directory)) {
      assertThat(left).hasSize(2);
    }
    assertThat(cache.find(URI.create("http://x/3"))).isPresent();
  }

  @Test
  void whatAPastLifeLeftGoesAtStart() throws Exception {
    Path part = Files.writeString(directory.resolve("123.part"), "half");
    ena();
    assertThat(part).doesNotExist();
  }
}
