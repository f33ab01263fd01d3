package refinery.localarchive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.protocol.Json;

/** The archive over real sockets: protocols, ranges, and each way to misbehave. */
class LocalArchiveTest {
  private static final String FILE = "/vol1/fastq/SRR990/SRR990101/SRR990101_1.fastq.gz";
  private static final String REPORT =
      "/ena/portal/api/filereport?result=read_run&accession=SRR990101&fields=fastq_md5";
  private static LocalArchive archive;
  private static byte[] file;
  private static final HttpClient CLIENT =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  @BeforeAll
  static void start(@TempDir Path root) throws Exception {
    SyntheticSpecies species =
        SyntheticSpecies.generate(
            1,
            List.of(
                new RunDesign("SRR990101", "SAMN1", true, 100, "A", true, 200),
                new RunDesign("SRR9901002", "SAMN2", false, 50, "A", true, 100)));
    ArchiveTree.write(root, species, false);
    Path sra = root.resolve("sra/SRR990101/SRR990101");
    Files.createDirectories(sra.getParent());
    Files.writeString(sra, "not really an archive");
    archive = LocalArchive.start(root, 0);
    file = Files.readAllBytes(root.resolve(FILE.substring(1)));
  }

  @AfterAll
  static void stop() {
    archive.close();
  }

  @BeforeEach
  void healthy() {
    archive.clearFaults();
  }

  @Test
  void servesFilesWholeInPiecesAndAsHead() throws Exception {
    HttpResponse<byte[]> whole = get(FILE);
    assertThat(whole.body()).isEqualTo(file);
    assertThat(whole.headers().firstValue("etag")).contains('"' + Digests.md5(file) + '"');
    assertThat(whole.headers().firstValue("last-modified")).isPresent();
    HttpResponse<byte[]> piece = get(FILE, "Range", "bytes=100-");
    assertThat(piece.statusCode()).isEqualTo(206);
    assertThat(piece.body()).isEqualTo(Arrays.copyOfRange(file, 100, file.length));
    assertThat(piece.headers().firstValue("content-range"))
        .contains("bytes 100-" + (file.length - 1) + "/" + file.length);
    assertThat(get(FILE, "Range", "bytes=-5").body()).hasSize(5);
    assertThat(get(FILE, "Range", "bytes=9999999-").statusCode()).isEqualTo(416);
    assertThat(get(FILE, "Range", "bytes=5-", "If-Range", "\"other\"").statusCode()).isEqualTo(200);
    HttpRequest head =
        HttpRequest.newBuilder(URI.create(archive.url() + FILE))
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .build();
    assertThat(
            CLIENT
                .send(head, HttpResponse.BodyHandlers.ofByteArray())
                .headers()
                .firstValueAsLong("content-length"))
        .hasValue(file.length);
    assertThat(get("/vol1/none").statusCode()).isEqualTo(404);
    assertThat(get("/vol1/%2e%2e/%2e%2e/%2e%2e/etc/passwd").statusCode()).isEqualTo(404);
  }

  @Test
  void answersAsEna() throws Exception {
    JsonNode rows =
        json(
            "/ena/portal/api/filereport?accession=PRJNA990101&result=read_run&format=json&fields=fastq_ftp,read_count");
    assertThat(rows).hasSize(2);
    assertThat(rows.get(0).path("fastq_ftp").asText()).startsWith("ftp.sra.ebi.ac.uk" + FILE + ";");
    assertThat(get(REPORT.replace("SRR990101", "SRR111111")).statusCode()).isEqualTo(204);
    HttpResponse<byte[]> unknown = get(REPORT + ",parent_study");
    assertThat(unknown.statusCode()).isEqualTo(400);
    assertThat(text(unknown)).isEqualTo("Invalid fieldName(s) supplied: parent_study");
    assertThat(
            json(
                "/ena/portal/api/search?result=read_run&format=json&query=library_layout%3D%22SINGLE%22"))
        .hasSize(1);
    assertThat(text(get("/ena/portal/api/search?result=read_run&limit=5&offset=9"))).isEmpty();
    assertThat(text(get("/ena/portal/api/count?result=read_run"))).isEqualTo("count\n2\n");
    assertThat(text(get("/ena/portal/api/returnFields?result=read_run"))).contains("\nfastq_md5\t");
  }

  @Test
  void answersAsNcbiAndEnsembl() throws Exception {
    JsonNode found = json("/entrez/eutils/esearch.fcgi?db=sra&term=SRP990101&retmode=json");
    assertThat(found.at("/esearchresult/idlist")).hasSize(2);
    String ids = found.at("/esearchresult/idlist/0").asText();
    JsonNode second =
        json(
            "/entrez/eutils/esearch.fcgi?db=sra&retmode=json&retmax=1&retstart=1&term="
                + "%22Synthetica%20minima%22%5BOrganism%5D");
    assertThat(second.at("/esearchresult/count").asText()).isEqualTo("2");
    assertThat(second.at("/esearchresult/idlist")).hasSize(1);
    assertThat(second.at("/esearchresult/idlist/0").asText()).isNotEqualTo(ids);
    String xml = text(get("/entrez/eutils/efetch.fcgi?db=sra&id=" + ids + "&rettype=full"));
    assertThat(xml).contains("filename=\"SRR990101\"").contains("size=\"21\"");
    assertThat(text(get("/entrez/eutils/efetch.fcgi?db=sra&id=SRR990101&rettype=runinfo")))
        .startsWith("Run,ReleaseDate,")
        .contains("\nSRR990101,");
    JsonNode located = json("/sdl/2/retrieve?acc=SRR990101&acc=SRR9901002");
    assertThat(located.at("/result/0/files/0/size").asInt()).isEqualTo(21);
    assertThat(located.at("/result/1/status").asInt()).isEqualTo(404);
    assertThat(text(get("/sra/SRR990101/SRR990101"))).isEqualTo("not really an archive");
    assertThat(json("/info/species?division=EnsemblVertebrates").at("/species")).hasSize(1);
    assertThat(json("/info/species?division=EnsemblPlants").at("/species")).isEmpty();
    assertThat(get("/info/species?division=nope").statusCode()).isEqualTo(400);
    assertThat(json("/info/genomes/division/EnsemblFungi")).isEmpty();
    assertThat(json("/info/software").path("release").asInt()).isEqualTo(99);
  }

  @Test
  void keepsTheConnectionAndRemembersRequests() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", archive.port())) {
      String request = "GET /info/software HTTP/1.1\r\nHost: x\r\n\r\n";
      socket.getOutputStream().write((request + request).getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      String answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(answers.split("HTTP/1.1 200 OK", -1)).hasSize(3);
    }
    get(FILE + "?mark", "Range", "bytes=1-2");
    assertThat(archive.requests())
        .anyMatch(seen -> seen.target().equals(FILE + "?mark") && seen.range().isPresent());
    assertThat(text(get("/__log"))).contains("bytes=1-2");
  }

  @Test
  void refusesWhatIsNoHttp() throws Exception {
    assertThat(raw("rubbish\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(raw("GET / HTTP/1.1\r\nA: " + "b".repeat(40_000) + "\r\n\r\n"))
        .startsWith("HTTP/1.1 400 ");
  }

  @Test
  void faultsThatAreOtherAnswers() throws Exception {
    archive.fault(Fault.once("vol1", Fault.Mode.STATUS).with(503));
    assertThat(get(FILE).statusCode()).isEqualTo(503);
    assertThat(get(FILE).statusCode()).as("only once").isEqualTo(200);
    archive.fault(Fault.once("vol1", Fault.Mode.THROTTLE).with("2.5"));
    assertThat(get(FILE).headers().firstValue("retry-after")).contains("2.5");
    archive.fault(Fault.once("vol1", Fault.Mode.HTML200));
    assertThat(text(get(FILE))).startsWith("<html>");
    archive.fault(Fault.once("vol1", Fault.Mode.EMPTY204));
    assertThat(get(FILE).statusCode()).isEqualTo(204);
    archive.fault(Fault.once("vol1", Fault.Mode.REDIRECT).with("http://127.0.0.1:1/x"));
    assertThat(get(FILE).headers().firstValue("location")).contains("http://127.0.0.1:1/x");
    archive.fault(Fault.once("vol1", Fault.Mode.LOOP));
    assertThat(get(FILE).headers().firstValue("location")).contains(FILE);
    archive.fault(Fault.once("filereport", Fault.Mode.BADMD5));
    assertThat(text(get(REPORT))).contains("0".repeat(32) + ";" + "0".repeat(32));
    assertThat(text(get(REPORT))).contains(Digests.md5(file));
  }

  @Test
  void faultsOfTheBody() throws Exception {
    archive.fault(Fault.once("vol1", Fault.Mode.CORRUPT));
    byte[] corrupt = get(FILE).body();
    assertThat(corrupt).hasSize(file.length).isNotEqualTo(file);
    assertThat(Arrays.mismatch(corrupt, file)).isEqualTo(file.length / 2);
    archive.fault(Fault.once("vol1", Fault.Mode.NOLENGTH));
    HttpResponse<byte[]> endless = get(FILE);
    assertThat(endless.headers().firstValue("content-length")).isEmpty();
    assertThat(endless.body()).isEqualTo(file);
    archive.fault(Fault.once("vol1", Fault.Mode.TRUNCATE).with(1_000));
    String cut = raw("GET " + FILE + " HTTP/1.1\r\n\r\n");
    assertThat(cut.substring(cut.indexOf("\r\n\r\n") + 4)).hasSize(1_000);
    assertThat(cut).contains("Content-Length: " + file.length);
    archive.fault(Fault.once("vol1", Fault.Mode.WRONGLEN).with(-7));
    assertThat(raw("GET " + FILE + " HTTP/1.1\r\n\r\n"))
        .contains("Content-Length: " + (file.length - 7));
    archive.fault(Fault.once("vol1", Fault.Mode.RESET).with(1_000));
    assertThatThrownBy(() -> raw("GET " + FILE + " HTTP/1.1\r\n\r\n"))
        .isInstanceOf(SocketException.class);
  }

  @Test
  void slowAndStalledAnswersOutlastAnImpatientClient() {
    archive.fault(Fault.once("vol1", Fault.Mode.STALL).with(60));
    assertThatThrownBy(() -> impatient()).isInstanceOf(IOException.class);
    archive.fault(Fault.once("vol1", Fault.Mode.SLOW).with(10));
    assertThatThrownBy(() -> impatient()).isInstanceOf(IOException.class);
  }

  @Test
  void faultsAreTakenOverHttpToo() throws Exception {
    String body = "{\"match\":\"vol1\",\"mode\":\"cut\",\"times\":2,\"arg\":10}";
    assertThat(control("POST", body).statusCode()).isEqualTo(200);
    assertThatThrownBy(() -> get(FILE)).isInstanceOf(IOException.class);
    assertThat(control("DELETE", "").statusCode()).isEqualTo(200);
    assertThat(get(FILE).statusCode()).isEqualTo(200);
    assertThat(control("POST", "{\"match\":\"(\",\"mode\":\"cut\"}").statusCode()).isEqualTo(400);
    assertThat(control("POST", "{\"match\":\"x\",\"mode\":\"burn\"}").body()).contains("truncate");
    assertThat(control("POST", "{\"mode\":\"slow\",\"arg\":\"x\"}").statusCode()).isEqualTo(400);
  }

  private static HttpResponse<String> control(String method, String body) throws Exception {
    return CLIENT.send(
        HttpRequest.newBuilder(URI.create(archive.url() + "/__fault"))
            .method(method, HttpRequest.BodyPublishers.ofString(body))
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static byte[] impatient() throws Exception {
    try (Socket socket = new Socket("127.0.0.1", archive.port())) {
      socket.setSoTimeout(50);
      socket
          .getOutputStream()
          .write(("GET " + FILE + " HTTP/1.1\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      return socket.getInputStream().readNBytes(file.length);
    }
  }

  private static String raw(String request) throws IOException {
    try (Socket socket = new Socket("127.0.0.1", archive.port())) {
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      socket.shutdownOutput();
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      InputStream in = socket.getInputStream();
      in.transferTo(all);
      return all.toString(StandardCharsets.ISO_8859_1);
    }
  }

  private static HttpResponse<byte[]> get(String target, String... headers) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(archive.url() + target)).timeout(Duration.ofSeconds(20));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    return CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  private static JsonNode json(String target) throws Exception {
    return Json.MAPPER.readTree(get(target).body());
  }

  private static String text(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
