package refinery.main;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import com.typesafe.config.ConfigFactory;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.configuration.Configuration;
import refinery.http.access.AuthConfig;
import refinery.http.access.BearerToken;
import refinery.http.access.Scope;
import refinery.http.access.Tokens;
import refinery.protocol.Actor;

/** Commands against a socket that answers what each test says. */
class RefineryCommandTest {
  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  private final Map<String, Answer> answers = new ConcurrentHashMap<>();
  private final List<String> received = new CopyOnWriteArrayList<>();
  private final List<String> shown = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private String url;

  private record Answer(int status, String body) {}

  private record Result(int code, String out, String err) {}

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          String target = exchange.getRequestURI().toString();
          shown.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
          received.add(exchange.getRequestMethod() + " " + target + " " + body);
          Answer answer =
              answers.getOrDefault(
                  target, new Answer(404, "{\"status\":404,\"detail\":\"no such thing\"}"));
          byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(answer.status(), bytes.length == 0 ? -1 : bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    url = "http://127.0.0.1:" + server.getAddress().getPort();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nonsense",
        "survey",
        "survey ena accession",
        "survey ena accession=X --priority high",
        "show job",
        "show job-../../nodes",
        "logs batch-1",
        "cancel node-1",
        "priority job-1 101",
        "priority job-1 high",
        "priority batch-1 5",
        "fetch batch-1",
        "jobs --limit 0",
        "jobs --limit many",
        "jobs --url ftp://x",
        "jobs --url ::",
        "node --http 8080",
        "node --http 127.0.0.1:99999",
        "node --memory lots",
        "node --cpus -1",
        "node --cpus 0",
        "node --roles king",
        "node --set x",
        "node --join 127.0.0.1:1",
        "bench",
        "bench jobs --count 0 --command x",
        "bench jobs --count 1",
        "bench survey --batches 0",
        "bench survey --batches 1000,many",
        "local-archive --port 70000",
        "demo --port -1"
      })
  void wrongUsageIsOneLineAndTwo(String line) {
    Result result = run(line.split(" "));
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err()).startsWith("refinery: ").hasLineCount(1);
    assertThat(result.out()).isEmpty();
    assertThat(received).isEmpty();
  }

  @Test
  void aNodeThatIsNotThereIsThree() throws IOException {
    int free;
    try (ServerSocket socket = new ServerSocket(0)) {
      free = socket.getLocalPort();
    }
    Result result = run("surveys", "--url", "http://127.0.0.1:" + free);
    assertThat(result.code()).isEqualTo(3);
    assertThat(result.err()).contains("cannot reach the node").hasLineCount(1);
  }

  @Test
  void somethingElseThatAnswersIsThree() {
    answers.put("/api/v1/jobs/job-1", new Answer(200, "<html>"));
    assertThat(run("show", "job-1", "--url", url).code()).isEqualTo(3);
  }

  @Test
  void whatTheNodeRefusesIsSaidInOneLine() {
    answers.put(
        "/api/v1/surveys",
        new Answer(
            400,
            "{\"detail\":\"wrong parameters\",\"errors\":[{\"pointer\":\"/parameters/a\","
                + "\"message\":\"is\\nunknown\"}]}"));
    Result result = run("survey", "ena", "a=1", "--url", url);
    assertThat(result.code()).isEqualTo(2);
    assertThat(result.err())
        .isEqualTo("refinery: wrong parameters; /parameters/a is unknown (HTTP 400)\n");
    assertThat(run("retry", "job-1", "--url", url).err()).contains("no such thing");
    answers.put(
        "/api/v1/surveys",
        new Answer(
            400,
            "{\"detail\":\"/a: is unknown\",\"errors\":[{\"pointer\":\"/a\","
                + "\"message\":\"is unknown\"}]}"));
    assertThat(run("survey", "ena", "a=1", "--url", url).err())
        .as("said once")
        .isEqualTo("refinery: /a: is unknown (HTTP 400)\n");
  }

  @Test
  void postsASurveyAndWaits() {
    answers.put("/api/v1/surveys", new Answer(201, "{\"id\":\"survey-1\"}"));
    answers.put(
        "/api/v1/surveys/survey-1",
        new Answer(
            200, "{\"id\":\"survey-1\",\"source\":\"ena\",\"state\":\"done\",\"batches\":{}}"));
    Result result =
        run(
            "survey",
            "ena",
            "accession=PRJNA1",
            "accession=007",
            "n=3",
            "--priority",
            "9",
            "--label",
            "a=b",
            "--wait",
            "--url",
            url);
    assertThat(result.code()).isZero();
    assertThat(result.out()).startsWith("survey-1\n");
    assertThat(received.getFirst())
        .isEqualTo(
            "POST /api/v1/surveys {\"source\":\"ena\",\"parameters\":{\"accession\":"
                + "[\"PRJNA1\",\"007\"],\"n\":3},\"priority\":9,\"labels\":{\"a\":\"b\"}}");
    answers.put(
        "/api/v1/surveys/survey-1", new Answer(200, "{\"state\":\"failed\",\"reason\":\"no\"}"));
    answers.put(
        "/api/v1/batches?limit=10&state=failed&survey_id=survey-1",
        new Answer(200, "{\"items\":[],\"next\":null}"));
    answers.put(
        "/api/v1/batches?limit=10&survey_id=survey-1&state=failed",
        new Answer(200, "{\"items\":[],\"next\":null}"));
    Result failed = run("survey", "ena", "--wait", "--url", url);
    assertThat(failed.code()).isEqualTo(1);
    assertThat(failed.out()).contains("survey-1 is failed: no");
  }

  @Test
  void listsFollowPages() {
    answers.put(
        "/api/v1/surveys?limit=100&state=done",
        new Answer(200, "{\"items\":[{\"id\":\"survey-1\",\"source\":\"ena\"}],\"next\":\"a b\"}"));
    answers.put(
        "/api/v1/surveys?limit=99&state=done&cursor=a+b",
        new Answer(200, "{\"items\":[{\"id\":\"survey-22\"}],\"next\":null}"));
    Result table = run("surveys", "--state", "done", "--url", url);
    assertThat(table.out().lines().toList())
        .hasSize(3)
        .element(1)
        .asString()
        .startsWith("survey-1   ena");
    assertThat(run("surveys", "--state", "done", "--json", "--url", url).out())
        .startsWith("[ {")
        .contains("survey-22");
  }

  @Test
  void listsShowTheColumnsThatAreAskedForInTheirOrder() {
    answers.put(
        "/api/v1/nodes?limit=100",
        new Answer(200, "{\"items\":[" + node("a", 10) + "," + node("b", 2) + "],\"next\":null}"));
    assertThat(run("nodes", "--sort", "cpu", "--columns", "cpu,id", "--url", url).out())
        .isEqualTo("CPU        ID\n2.0/16.0   node-b\n10.0/16.0  node-a\n");
    Result both = run("nodes", "--sort", "cpu", "--json", "--url", url);
    assertThat(both.code()).isEqualTo(2);
    assertThat(both.err()).contains("--columns and --sort are of the table");
  }

  private static String node(String name, int cpu) {
    return "{\"id\":\"node-%s\",\"used\":{\"cpu\":%d000},\"capacity\":{\"cpu\":16000}}"
        .formatted(name, cpu);
  }

  @Test
  void fetchVerifiesAndDoesNothingTwice(@TempDir Path folder) throws IOException {
    answers.put("/api/v1/batches/batch-abc", new Answer(200, batch("../../etc/pass wd")));
    answers.put("/api/v1/artifacts/" + HELLO, new Answer(200, "hello"));
    String[] command = {"fetch", "batch-abc", "--to", folder.toString(), "--url", url};
    assertThat(run(command).out()).endsWith("1 files copied, 0 already there\n");
    Path file = folder.resolve("SRR1-abc/__.._etc_pass_wd");
    assertThat(file).hasContent("hello");
    assertThat(run(command).out()).isEqualTo("0 files copied, 1 already there\n");
    Files.delete(file);
    answers.put("/api/v1/artifacts/" + HELLO, new Answer(200, "hellO"));
    Result damaged = run(command);
    assertThat(damaged.code()).isEqualTo(1);
    assertThat(damaged.err()).contains("arrived damaged").hasLineCount(1);
    try (Stream<Path> left = Files.list(file.getParent())) {
      assertThat(left).isEmpty();
    }
  }

  @Test
  void metadataIsPrintedOrSavedWhole(@TempDir Path folder) throws IOException {
    answers.put("/api/v1/surveys/survey-a/metadata?format=tsv", new Answer(200, "a\té\n"));
    assertThat(run("metadata", "survey-a", "--url", url).out()).isEqualTo("a\té\n");
    Path file = folder.resolve("new/table.tsv");
    answers.put("/api/v1/surveys/survey-a/metadata?format=amalgkit", new Answer(200, "run\n"));
    String[] save = {"metadata", "survey-a", "-o", file.toString(), "--url", url, "--format", ""};
    save[save.length - 1] = "amalgkit";
    assertThat(run(save).code()).isZero();
    assertThat(file).hasContent("run\n");
    save[save.length - 1] = "x&y";
    answers.put(
        "/api/v1/surveys/survey-a/metadata?format=x%26y",
        new Answer(400, "{\"status\":400,\"detail\":\"?format: must be one of tsv\"}"));
    Result refused = run(save);
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err()).contains("?format: must be one of tsv").hasLineCount(1);
    try (Stream<Path> left = Files.list(file.getParent())) {
      assertThat(left).as("what was there is kept").containsExactly(file);
    }
    assertThat(run("metadata", "batch-a", "--url", url).err()).contains("this takes a survey");
    assertThat(run("metadata", "survey-a", "-o", folder.toString(), "--url", url).err())
        .contains("is a directory");
  }

  @Test
  void aCrateIsSavedWhole(@TempDir Path folder) {
    Path file = folder.resolve("new/one.zip");
    String[] save = {"crate", "batch-a", "-o", file.toString(), "--url", url};
    assertThat(run(save).code()).isEqualTo(2);
    assertThat(folder).isEmptyDirectory();
    answers.put("/api/v1/batches/batch-a/crate", new Answer(200, "zip"));
    assertThat(run(save).out()).isEqualTo(file + "\n");
    assertThat(file).hasContent("zip");
    assertThat(run("crate", "survey-a", "--url", url).err()).contains("this takes a batch");
  }

  /** The last thing that was asked for, and what the command said. */
  private void assertSays(int code, String request, String words, String... command) {
    List<String> all = new java.util.ArrayList<>(List.of(command));
    all.addAll(List.of("--url", url));
    Result result = run(all.toArray(String[]::new));
    assertThat(result.code()).as(result.err()).isEqualTo(code);
    assertThat(code == 0 ? result.out() : result.err()).contains(words).hasLineCount(1);
    assertThat(received.getLast()).isEqualTo(request);
  }

  @Test
  void whatIsChangedIsSaid() {
    answers.put(
        "/api/v1/jobs/job-1",
        new Answer(200, "{\"state\":\"failed\",\"attempt\":3,\"priority\":50}"));
    answers.put("/api/v1/jobs/job-1/retry", new Answer(200, "{}"));
    answers.put("/api/v1/jobs/job-1/priority", new Answer(200, "{}"));
    assertSays(0, "POST /api/v1/jobs/job-1/retry ", "failed after 3 attempts", "retry", "job-1");
    assertSays(
        0,
        "POST /api/v1/jobs/job-1/priority {\"priority\":90}",
        "90, was 50; it is failed already",
        "priority",
        "job-1",
        "90");
    answers.put("/api/v1/batches/batch-1", new Answer(200, "{\"state\":\"failed\"}"));
    answers.put("/api/v1/batches/batch-1/retry", new Answer(200, "{\"state\":\"processing\"}"));
    answers.put("/api/v1/batches/batch-1/reprocess", new Answer(200, "{}"));
    assertSays(0, "POST /api/v1/batches/batch-1/retry ", "was failed", "retry", "batch-1");
    assertSays(0, "POST /api/v1/batches/batch-1/reprocess ", "made anew", "reprocess", "batch-1");
    answers.put(
        "/api/v1/nodes/node-1",
        new Answer(200, "{\"state\":\"up\",\"running\":[\"job-1\",\"job-2\"]}"));
    answers.put("/api/v1/nodes/node-1/drain", new Answer(202, "{}"));
    assertSays(0, "POST /api/v1/nodes/node-1/drain ", "2 running jobs", "drain", "node-1");
    assertSays(
        0,
        "POST /api/v1/nodes/node-1/drain {\"deadline\":\"10m\"}",
        "has not ended in 10m",
        "drain",
        "node-1",
        "--deadline",
        "10m");
    answers.put(
        "/api/v1/surveys/survey-1",
        new Answer(
            200, "{\"state\":\"running\",\"batches\":{\"total\":9,\"done\":4,\"failed\":2}}"));
    answers.put("/api/v1/surveys/survey-1/cancel", new Answer(200, "{}"));
    answers.put("/api/v1/surveys/survey-1/retry", new Answer(200, "{}"));
    assertSays(
        0, "POST /api/v1/surveys/survey-1/cancel ", "3 batches that had not", "cancel", "survey-1");
    assertSays(
        0, "POST /api/v1/surveys/survey-1/retry ", "2 batches that failed", "retry", "survey-1");
  }

  @Test
  void whereThereIsNothingToDoNothingIsSentAndItEndsWithOne() {
    answers.put("/api/v1/jobs/job-1", new Answer(200, "{\"state\":\"succeeded\"}"));
    assertSays(1, "GET /api/v1/jobs/job-1 ", "succeeded already", "cancel", "job-1");
    answers.put("/api/v1/batches/batch-1", new Answer(200, "{\"state\":\"done\"}"));
    assertSays(1, "GET /api/v1/batches/batch-1 ", "refinery reprocess batch-1", "retry", "batch-1");
    answers.put(
        "/api/v1/surveys/survey-1",
        new Answer(200, "{\"state\":\"done\",\"batches\":{\"total\":9,\"done\":9}}"));
    assertSays(1, "GET /api/v1/surveys/survey-1 ", "no batch of it", "retry", "survey-1");
    assertSays(1, "GET /api/v1/surveys/survey-1 ", "done already", "cancel", "survey-1");
  }

  @ParameterizedTest
  @ValueSource(strings = {"queued", "downloading", "processing"})
  void whatIsOnItsWayIsNotSaidToBeRetried(String state) {
    answers.put("/api/v1/batches/batch-1", new Answer(200, "{\"state\":\"" + state + "\"}"));
    answers.put("/api/v1/batches/batch-1/retry", new Answer(200, "{}"));
    assertSays(1, "GET /api/v1/batches/batch-1 ", "is " + state + ":", "retry", "batch-1");
    answers.put("/api/v1/jobs/job-1", new Answer(200, "{\"state\":\"running\"}"));
    answers.put("/api/v1/jobs/job-1/retry", new Answer(200, "{}"));
    assertSays(1, "GET /api/v1/jobs/job-1 ", "is running:", "retry", "job-1");
  }

  @Test
  void batchesThatAreSkippedAreNotSaidToBeRetried() {
    answers.put(
        "/api/v1/surveys/survey-1",
        new Answer(
            200, "{\"state\":\"done\",\"batches\":{\"total\":9,\"done\":6,\"cancelled\":3}}"));
    answers.put("/api/v1/surveys/survey-1/retry", new Answer(200, "{}"));
    assertSays(1, "GET /api/v1/surveys/survey-1 ", "no batch of it failed", "retry", "survey-1");
    answers.put(
        "/api/v1/batches/batch-1",
        new Answer(200, "{\"state\":\"cancelled\",\"reason\":\"aligned reads\"}"));
    answers.put("/api/v1/batches/batch-1/retry", new Answer(200, "{\"state\":\"cancelled\"}"));
    assertSays(
        1, "POST /api/v1/batches/batch-1/retry ", "stays cancelled: aligned", "retry", "batch-1");
  }

  @Test
  void aLogIsFollowed() {
    answers.put(
        "/api/v1/jobs/job-1/log?follow=true&heartbeat=true", new Answer(200, "\0li\0\0ne\n\0"));
    assertThat(run("logs", "-f", "job-1", "--url", url).out())
        .as("without what keeps the connection alive")
        .isEqualTo("line\n");
  }

  /** The line that it prints is what a node's configuration takes. */
  @Test
  void aTokenIsMadeWithTheLineByWhichANodeAcceptsIt() {
    Result made = run("token", "create", "ci", "--scope", "operate");
    assertThat(made.code()).isZero();
    List<String> lines = made.out().lines().toList();
    String line =
        lines.stream().filter(each -> each.contains("tokens +=")).findFirst().orElseThrow();
    AuthConfig accepted =
        AuthConfig.from(
            Configuration.load(
                    Optional.empty(),
                    Map.of(),
                    Map.of(),
                    ConfigFactory.parseString(line.substring(2)))
                .getConfig("refinery.http"));
    BearerToken token = new Tokens(accepted.tokens()).find(lines.getFirst()).orElseThrow();
    assertThat(token.actor()).isEqualTo(new Actor("ci"));
    assertThat(token.scope()).isEqualTo(Scope.OPERATE);
    assertThat(run("token", "create", "ci", "--scope", "operate").out().lines().findFirst())
        .isNotEqualTo(made.out().lines().findFirst());
    assertThat(run("token", "create", "a b", "--scope", "read").code()).isEqualTo(2);
    assertThat(run("token", "create", "ci", "--scope", "all").code()).isEqualTo(2);
  }

  @Test
  void aTokenIsKeptForItsNodeUntilItIsForgotten(@TempDir Path home) throws Exception {
    assumeTrue(System.getenv("XDG_CONFIG_HOME") == null, "it lies below the home directory");
    assumeTrue(System.getenv("REFINERY_TOKEN") == null, "it is asked for");
    answers.put(
        "/api/v1/session",
        new Answer(200, "{\"actor\":\"ann\",\"scope\":\"operate\",\"commands\":true}"));
    InputStream typed = System.in;
    String user = System.getProperty("user.home");
    try {
      System.setProperty("user.home", home.toString());
      System.setIn(new ByteArrayInputStream("a-token\n".getBytes(StandardCharsets.UTF_8)));
      assertThat(run("login", url).out()).startsWith("signed in to " + url + " as ann (operate)");
      assertThat(shown).containsExactly("Bearer a-token");
      run("show", "job-1", "--url", url);
      assertThat(shown.getLast()).isEqualTo("Bearer a-token");
      assertThat(Files.getPosixFilePermissions(home.resolve(".config/refinery/tokens.json")))
          .containsExactlyInAnyOrder(
              PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
      assertThat(run("logout", url).out()).startsWith("forgot the token for " + url);
      run("show", "job-1", "--url", url);
      assertThat(shown.getLast()).isEqualTo("null");
      assertThat(run("logout", url).out()).startsWith("there is no token");
      System.setIn(new ByteArrayInputStream(new byte[0]));
      assertThat(run("login", url).code()).isEqualTo(2);
    } finally {
      System.setIn(typed);
      System.setProperty("user.home", user);
    }
  }

  @Test
  void theAuditLogIsListedAndExported() {
    answers.put(
        "/api/v1/audit?limit=100&actor=ann",
        new Answer(
            200,
            "{\"items\":[{\"at\":\"2026-01-02T03:04:05.678Z\",\"kind\":\"person\",\"actor\":\"ann\",\"action\":\"POST"
                + " /jobs/{id}/cancel\",\"subject\":\"job-1\",\"outcome\":\"done\","
                + "\"client\":\"192.0.2.7\",\"detail\":\"\"}],\"next\":null}"));
    answers.put("/api/v1/audit.csv?actor=ann", new Answer(200, "id,at\n1,2\n"));
    Result listed = run("audit", "--actor", "ann", "--url", url);
    assertThat(listed.out() + listed.err())
        .contains("2026-01-02T03:04:05Z", "ann", "POST /jobs/{id}/cancel", "job-1", "192.0.2.7");
    assertThat(run("audit", "--actor", "ann", "--format", "csv", "--url", url).out())
        .isEqualTo("id,at\n1,2\n");
    assertThat(run("audit", "--format", "xml", "--url", url).code()).isEqualTo(2);
  }

  @Test
  void versionAndHelp() {
    assertThat(run("--version").out()).startsWith("refinery ").hasLineCount(1);
    assertThat(run("survey", "--help").out()).contains("--wait");
    assertThat(run("survey", "--help").code()).isZero();
  }

  private static String batch(String name) {
    return "{\"id\":\"batch-abc\",\"key\":\"SRR1\",\"artifacts\":[{\"name\":\"%s\",\"sha256\":\"%s\"}]}"
        .formatted(name, HELLO);
  }

  private static Result run(String... args) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = RefineryCommand.run(new PrintWriter(out), new PrintWriter(err), args);
    return new Result(code, out.toString(), err.toString());
  }
}
