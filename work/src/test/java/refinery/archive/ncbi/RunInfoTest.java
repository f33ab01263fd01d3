package refinery.archive.ncbi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.archive.Archives;
import refinery.archive.Reply;
import refinery.archive.ScriptedServer;
import refinery.archive.ScriptedServer.Answer;
import refinery.protocol.FailureClass;

/** Runs as NCBI's search and run info tell of them. */
class RunInfoTest {
  private static final String HEADER =
      "Run,ReleaseDate,spots,bases,Platform,LibraryLayout,BioProject,ScientificName,CenterName\n";
  private static final String ROW =
      "SRR990001,2024-06-01 12:00:00,3000,600000,ILLUMINA,PAIRED,PRJNA990001,"
          + "Synthetica minima,\"CENTER, \"\"unit 1\"\"\nof two lines\"\n";

  private ScriptedServer server;
  private NcbiClient client;

  @BeforeEach
  void start() throws Exception {
    server = new ScriptedServer();
    client = client(new NcbiAccess(Optional.empty()));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private NcbiClient client(NcbiAccess access) {
    return new NcbiClient(Archives.at(server.url()), access, "test");
  }

  private void search(int count, String ids) {
    server.always(
        "/eutils/esearch.fcgi",
        Answer.ok(
            "{\"header\":{},\"esearchresult\":{\"count\":\"%d\",\"idlist\":[%s]}}"
                .formatted(count, ids)));
  }

  private void table(String text) {
    server.always("/eutils/efetch.fcgi", Answer.ok(text));
  }

  private NcbiClient.RunPage page() throws InterruptedException {
    Reply<NcbiClient.RunPage> reply = client.runs("PRJNA990001", 0);
    assertThat(reply).isInstanceOf(Reply.Ok.class);
    return ((Reply.Ok<NcbiClient.RunPage>) reply).value();
  }

  @Test
  void aRunIsToldInTheWordsOfEna() throws Exception {
    search(7, "\"99000001\",\"99000002\"");
    table(HEADER + ROW + "\n" + HEADER + ROW.replace("SRR990001", "SRR990002") + "\n");
    NcbiClient.RunPage page = page();
    assertThat(page.total()).isEqualTo(7);
    assertThat(page.next()).isEqualTo(OptionalLong.of(2));
    assertThat(page.runs()).extracting(RunInfo::run).containsExactly("SRR990001", "SRR990002");
    RunInfo first = page.runs().getFirst();
    assertThat(first.inEnaWords())
        .containsAllEntriesOf(
            Map.of(
                "run_accession", "SRR990001",
                "read_count", "3000",
                "instrument_platform", "ILLUMINA",
                "study_accession", "PRJNA990001",
                "scientific_name", "Synthetica minima",
                "ncbi_centername", "CENTER, \"unit 1\"\nof two lines"));
    assertThat(first.carries("prjna990001")).isTrue();
    assertThat(first.carries("PRJNA99000")).isFalse();
    assertThat(server.requests().getLast()).contains("id=99000001%2C99000002");
  }

  @Test
  void anAnswerWithoutHeaderHasTheUsualColumns() throws Exception {
    search(1, "\"1\"");
    table("ERR1,".replace("ERR1", "ERR123456") + ",".repeat(45) + "\n");
    assertThat(page().runs()).extracting(RunInfo::run).containsExactly("ERR123456");
  }

  @Test
  void whatNobodyKnowsIsAbsentAndIsNotFetched() throws Exception {
    search(0, "");
    assertThat(client.runs("SRR1", 0)).isInstanceOf(Reply.Absent.class);
    assertThat(server.requests()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<html>Too busy</html>",
        "{\"error\":\"API rate limit exceeded\"}",
        "{\"esearchresult\":{\"ERROR\":\"unable to open database file received in QueryMiRGate\"}}",
        "{\"esearchresult\":{\"count\":\"1\",\"idlist\":[\"1&db=gene\"]}}",
        "{\"esearchresult\":{\"count\":\"1\",\"idlist\""
      })
  void aSearchThatIsNoneIsTriedAgainAndNeverAnAbsence(String answer) throws Exception {
    server.always("/eutils/esearch.fcgi", Answer.ok(answer));
    assertCorrupt();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        HEADER,
        "<html>Too busy</html>",
        HEADER + "SRR990001,2024-06-01\n",
        HEADER + "SRR990001,2024-06-01 12:00:00,3000,6,ILLUMINA,PAIRED,P,S,\"CENTER",
        "error=WebEnv expired\n"
      })
  void aTableThatIsNoneIsTriedAgainAndNeverAnAbsence(String answer) throws Exception {
    search(1, "\"1\"");
    table(answer);
    assertCorrupt();
  }

  @Test
  void aLaterPageThatIsEmptyIsNoEnd() throws Exception {
    search(151, "");
    assertThat(Reply.failure(client.runs("PRJNA990001", 150)).failureClass())
        .isEqualTo(FailureClass.TRANSIENT);
  }

  @Test
  void moreThanMayBeTakenIsRefusedAtOnce() throws Exception {
    search(2_000_000_000, "\"1\"");
    assertThat(Reply.failure(client.runs("human[Organism]", 0)).message())
        .contains("what NCBI finds has more than");
    assertThat(server.requests()).hasSize(1);
  }

  @Test
  void whatIsSaidInsteadOfRunsIsShortInAFailure() throws Exception {
    search(1, "\"1\"");
    table("x".repeat(100_000));
    assertThat(Reply.failure(client.runs("SRR990001", 0)).message().length()).isLessThan(1000);
  }

  private void assertCorrupt() throws InterruptedException {
    Reply<NcbiClient.RunPage> reply = client.runs("SRR990001", 0);
    assertThat(reply).isInstanceOf(Reply.Transient.class);
    assertThat(Reply.failure(reply).failureClass()).isEqualTo(FailureClass.CORRUPT);
  }

  @Test
  void theKeyIsSentAndSeenNowhere(@TempDir Path directory) throws Exception {
    Path file = Files.writeString(directory.resolve("key"), "abcdef0123456789\n");
    NcbiAccess access = access("", file.toString());
    assertThat(access.requestsPerSecond()).isEqualTo(10);
    assertThat(access.toString()).doesNotContain("abcdef");
    String said = "{\"error\":\"API rate limit exceeded\",\"api-key\":\"abcdef0123456789\"}";
    try (NcbiClient known = client(access)) {
      for (int status : new int[] {400, 404, 429, 500}) {
        server.always("/eutils/esearch.fcgi", Answer.of(status, said));
        Reply<NcbiClient.RunPage> reply = known.runs("SRR990001", 0);
        assertThat(reply.toString()).contains("API rate").doesNotContain("abcdef");
      }
    }
    assertThat(server.requests()).allMatch(request -> request.contains("api_key=abcdef0123456789"));
    for (List<String> bad :
        List.of(
            List.of("a key", ""),
            List.of("abcdef0123456789", file.toString()),
            List.of("", directory.resolve("none").toString()))) {
      assertThatThrownBy(() -> access(bad.getFirst(), bad.getLast()))
          .isInstanceOf(ConfigException.class)
          .hasMessageContaining("refinery.archives.ncbi.api-key");
    }
  }

  private static NcbiAccess access(String key, String file) {
    return NcbiAccess.from(
        ConfigFactory.parseMap(
            Map.of(
                "refinery.archives.ncbi.api-key", key,
                "refinery.archives.ncbi.api-key-file", file)));
  }
}
