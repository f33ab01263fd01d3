package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import refinery.http.access.Caller;
import refinery.protocol.query.ReadModel;

class ApiTest {
  private static final String SURVEY =
      "{\"source\":\"ena\",\"parameters\":{\"accession\":\"PRJNA1\"}}";
  private static TestNode node;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode("");
  }

  @AfterAll
  static void stop() throws Exception {
    node.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "surveys | {\"source\":\"ena\"                               | ''",
        "surveys | []                                                | ''",
        "surveys | {}                                                | /source",
        "surveys | {\"source\":1,\"parameters\":{}}                  | /source",
        "surveys | {\"source\":\"ena\"}                              | /parameters",
        "surveys | {\"source\":\"ena\",\"parameters\":[]}            | /parameters",
        "surveys | {\"source\":\"ena\",\"parameters\":{}}            | /parameters/accession",
        "surveys | {\"source\":\"x\",\"parameters\":{}}              | /source",
        "surveys | {\"source\":\"x\"}                                | /source",
        "surveys | {\"source\":\"ena\",\"parameters\":{},\"a/b\":1}  | /a~1b",
        "surveys | {\"source\":\"ena\",\"parameters\":{},\"priority\":101}  | /priority",
        "surveys | {\"source\":\"ena\",\"parameters\":{},\"priority\":1.5}  | /priority",
        "surveys | {\"source\":\"ena\",\"parameters\":{},\"labels\":{\"a\":1}} | /labels/a",
        "surveys | {\"source\":\"ena\",\"source\":\"ena\"}           | ''",
        "surveys | {} {}                                             | ''",
        "surveys | {\"source\":\"ena\",\"parameters\":{},\"plan\":1}    | /plan",
        "surveys | {\"source\":\"ena\",\"parameters\":{},\"answers\":{\"plan\":{\"take\":\"all\"}}}"
            + " | /answers",
        "surveys | {\"source\":\"ena\",\"parameters\":{},\"plan\":true,\"answers\":{\"x\":{}}} |"
            + " /answers/x",
        "surveys |"
            + " {\"source\":\"ena\",\"parameters\":{},\"plan\":true,\"answers\":{\"plan\":{\"at_most\":-1}}}"
            + " | /answers/plan/at_most",
        "surveys/survey-one/resume | {}                              | /input",
        "surveys/survey-one/resume | {\"input\":{}}                   | /input",
        "surveys/survey-one/resume | {\"input\":{\"take\":\"some\"}}  | /input/take",
        "surveys/survey-one/resume | {\"input\":{\"batches\":[\"x\"]}} | /input/batches/0",
        "schedules | {}                                              | /name",
        "schedules | {\"name\":\"a b\",\"cron\":\"0 2 * * *\",\"timezone\":\"UTC\",\"survey\":"
            + SURVEY
            + "} | /name",
        "schedules | {\"name\":\"a\",\"cron\":\"61 2 * * *\",\"timezone\":\"UTC\",\"survey\":"
            + SURVEY
            + "} | /cron",
        "schedules | {\"name\":\"a\",\"cron\":\"0 2 * * *\",\"timezone\":\"x\",\"survey\":"
            + SURVEY
            + "} | /timezone",
        "schedules | {\"name\":\"a\",\"cron\":\"0 2 * * *\",\"timezone\":\"UTC\",\"survey\":"
            + "{\"source\":\"ena\",\"parameters\":{}}} | /survey/parameters/accession",
        "schedules | {\"name\":\"a\",\"cron\":\"0 2 * * *\",\"timezone\":\"UTC\",\"survey\":"
            + "{\"source\":\"ena\",\"parameters\":{},\"x\":1}} | /survey/x",
        "jobs    | {\"command\":[\"/bin/true\"]}                     | /pipeline",
        "jobs    | {\"pipeline\":\"command\",\"command\":\"x\"}      | /command",
        "jobs    | {\"pipeline\":\"command\",\"command\":[1]}        | /command/0",
        "jobs    | {\"pipeline\":\"command\",\"count\":0}            | /count",
        "jobs    | {\"pipeline\":\"command\",\"count\":1001}         | /count",
        "jobs    | {\"pipeline\":\"nope\"}                           | /pipeline",
        "jobs    | {\"pipeline\":\"command\",\"resources\":{\"cpu\":1}} | /resources/memory",
        "jobs    | {\"pipeline\":\"command\",\"resources\":{\"cpu\":1,\"memory\":1,\"x\":1}} |"
            + " /resources/x",
        "jobs/job-failed/cancel | {\"why\":\"x\"}                    | /why",
        "jobs/job-failed/retry  | {\"x\":1}                          | /x",
        "jobs/job-failed/priority | {\"priority\":-1}                | /priority",
        "batches/batch-one/reprocess | {\"x\":1}                     | /x",
        "batches/batch-one/reprocess | {\"reuse\":\"no\"}              | /reuse",
        "nodes/node-a/drain | {\"x\":1}                              | /x",
        "nodes/node-a/drain | {\"deadline\":\"soon\"}              | /deadline",
        "nodes/node-a/drain | {\"deadline\":\"0s\"}                | /deadline",
        "nodes/node-a/drain | {\"deadline\":\"31d\"}               | /deadline",
        "nodes/node-a/drain | {\"deadline\":600}                   | /deadline",
      })
  void badInputIsOneProblemWithAPointerAndMakesNothing(String path, String body, String pointer)
      throws Exception {
    int before = node.entities.commands.size();
    HttpResponse<String> response = node.post("/api/v1/" + path, body);
    assertProblem(response, 400);
    List<String> pointers = new ArrayList<>();
    TestNode.json(response)
        .path("errors")
        .forEach(error -> pointers.add(error.path("pointer").asText()));
    assertThat(pointers).contains(pointer.equals("''") ? "" : pointer);
    assertThat(node.entities.commands).hasSize(before);
  }

  @ParameterizedTest
  @CsvSource({
    "GET,/api/v1/jobs?limit=0,400",
    "GET,/api/v1/jobs?limit=x,400",
    "GET,/api/v1/jobs?cursor=x,400",
    "GET,/api/v1/jobs?colour=red,400",
    "GET,/api/v1/jobs?state=happy,400",
    "GET,/api/v1/batches?quality=good,400",
    "GET,/api/v1/jobs?survey_id=x,400",
    "GET,/api/v1/jobs?kind=process&kind=survey,400",
    "GET,/api/v1/jobs/job-done?x=1,400",
    "GET,/api/v1/jobs/job-unknown,404",
    "GET,/api/v1/jobs/x,404",
    "GET,/api/v1/surveys/survey-unknown,404",
    "POST,/api/v1/surveys/survey-unknown/cancel,404",
    "POST,/api/v1/jobs/job-unknown/retry,404",
    "POST,/api/v1/jobs/job-done/retry,409",
    "POST,/api/v1/nodes/node-none/drain,404",
    "GET,/api/v1/artifacts/xyz,404",
    "GET,/api/v1/nothing,404",
    "GET,/api/v1/jobs/job-done/,404",
    "DELETE,/api/v1/jobs,405",
    "PUT,/api/v1/surveys/survey-one,405",
  })
  void refusalsAreProblems(String method, String path, int status) throws Exception {
    assertProblem(
        node.send(node.request(path).method(method, HttpRequest.BodyPublishers.noBody())), status);
  }

  @Test
  void unknownIdsNeverReachAnEntity() throws Exception {
    int before = node.entities.commands.size();
    assertProblem(node.post("/api/v1/batches/batch-unknown/reprocess", ""), 404);
    assertThat(node.entities.commands).hasSize(before);
  }

  @Test
  void typesAndSizesAreChecked() throws Exception {
    var body = HttpRequest.BodyPublishers.ofString(SURVEY);
    assertProblem(
        node.send(
            node.request("/api/v1/surveys")
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(body)),
        415);
    assertProblem(node.send(node.request("/api/v1/jobs").header("Accept", "image/png")), 406);
    assertProblem(node.post("/api/v1/surveys", " ".repeat(2_000_000)), 413);
    var noLength =
        HttpRequest.BodyPublishers.fromPublisher(
            HttpRequest.BodyPublishers.ofString(" ".repeat(1_500_000)));
    assertProblem(
        node.send(
            node.request("/api/v1/surveys")
                .header("Content-Type", "application/json")
                .POST(noLength)),
        413);
  }

  /** What is answered while the client still writes is lost when the connection closes. */
  @Test
  void aBodyThatIsTooLargeIsReadBeforeItIsRefused() throws Exception {
    byte[] part = " ".repeat(100_000).getBytes(StandardCharsets.US_ASCII);
    try (Socket socket = new Socket("127.0.0.1", node.uri("/").getPort())) {
      socket.setSoTimeout(10_000);
      var out = socket.getOutputStream();
      out.write(
          ("POST /api/v1/surveys HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                  + "Content-Type: application/json\r\nContent-Length: "
                  + 80L * part.length
                  + "\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      for (int i = 0; i < 79; i++) {
        out.write(part);
      }
      socket.setSoTimeout(300);
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketTimeoutException.class);
      socket.setSoTimeout(10_000);
      out.write(part);
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 413");
    }
  }

  @Test
  void aRequestThatIsNoHttpIsAProblemToo() throws Exception {
    assertThat(raw("GET /%zz HTTP/1.1\r\nHost: localhost\r\n\r\n"))
        .startsWith("HTTP/1.1 400")
        .contains("application/problem+json")
        .doesNotContain("Server:");
  }

  private static String raw(String request) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", node.uri("/").getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void anIdempotencyKeyMakesARepeatTheSameSurvey() throws Exception {
    HttpResponse<String> first = keyed(SURVEY);
    HttpResponse<String> again = keyed(SURVEY);
    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(again.headers().firstValue("Location"))
        .isEqualTo(first.headers().firstValue("Location"));
    String id = TestNode.json(first).path("id").asText();
    assertThat(first.headers().firstValue("Location")).contains("/api/v1/surveys/" + id);
    assertThat(node.get("/api/v1/surveys/" + id).body()).isEqualTo(first.body());
    assertProblem(keyed(SURVEY.replace("PRJNA1", "PRJNA2")), 409);
  }

  @Test
  void anIdempotencyKeyMakesARepeatTheSameJobs() throws Exception {
    String body = "{\"pipeline\":\"command\",\"command\":[\"/bin/true\"],\"count\":%d}";
    HttpResponse<String> first = keyed("jobs", body.formatted(3));
    HttpResponse<String> again = keyed("jobs", body.formatted(3));
    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(keyed("jobs", body.formatted(4)).statusCode()).as("one is new").isEqualTo(201);
  }

  /** The name is the key. */
  @Test
  void aScheduleIsFoundAgainByItsName() throws Exception {
    String schedule =
        "{\"name\":\"weekly\",\"cron\":\"0 2 * * 1\",\"timezone\":\"UTC\",\"survey\":"
            + SURVEY
            + "}";
    HttpResponse<String> first = node.post("/api/v1/schedules", schedule);
    assertThat(first.statusCode()).isEqualTo(201);
    assertThat(first.headers().firstValue("Location")).contains("/api/v1/schedules/weekly");
    HttpResponse<String> again = node.post("/api/v1/schedules", schedule);
    assertThat(again.statusCode()).isEqualTo(200);
    assertThat(again.body()).isEqualTo(first.body());
    assertThat(node.get("/api/v1/schedules/weekly").body()).isEqualTo(first.body());
    assertProblem(node.post("/api/v1/schedules", schedule.replace("0 2", "0 3")), 409);
    assertProblem(node.get("/api/v1/schedules/monthly"), 404);
    assertProblem(node.post("/api/v1/schedules/monthly/run", ""), 404);
    HttpResponse<String> ran = node.post("/api/v1/schedules/weekly/run", "");
    assertThat(ran.statusCode()).isEqualTo(202);
    assertThat(ran.headers().firstValue("Location"))
        .contains("/api/v1/surveys/" + TestNode.json(ran).path("survey_id").asText());
    assertProblem(
        node.send(
            node.request("/api/v1/schedules/weekly/run")
                .header("Idempotency-Key", "busy")
                .POST(HttpRequest.BodyPublishers.noBody())),
        409);
  }

  private static HttpResponse<String> keyed(String body) throws Exception {
    return keyed("surveys", body);
  }

  private static HttpResponse<String> keyed(String what, String body) throws Exception {
    return node.send(
        node.request("/api/v1/" + what)
            .header("Content-Type", "application/json")
            .header("Authorization", "Bearer " + TestNode.LOCAL_TOKEN.value())
            .header("Idempotency-Key", "key-1")
            .POST(HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  void aThousandJobsArePostedAtOnce() throws Exception {
    HttpResponse<String> response =
        node.post(
            "/api/v1/jobs",
            "{\"pipeline\":\"command\",\"command\":[\"/bin/true\"],\"count\":1000}");
    assertThat(response.statusCode()).isEqualTo(201);
    JsonNode ids = TestNode.json(response).path("ids");
    assertThat(ids).hasSize(1000);
    assertThat(node.rows.jobs.keySet().stream().map(Object::toString))
        .contains(ids.get(0).asText(), ids.get(999).asText());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "Bearer ", "Bearer something-else", "the-token-of-this-node"})
  void aCommandNeedsTheNodesToken(String authorization) throws Exception {
    HttpRequest.Builder request =
        node.request("/api/v1/jobs")
            .header("Content-Type", "application/json")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"pipeline\":\"command\",\"command\":[\"/bin/id\"]}"));
    int before = node.rows.jobs.size();
    HttpResponse<String> response =
        node.send(
            authorization.isEmpty() ? request : request.header("Authorization", authorization));
    assertProblem(response, 401);
    assertThat(response.body())
        .contains(TestNode.LOCAL_TOKEN.file().toAbsolutePath().toString(), "--token")
        .doesNotContain(TestNode.LOCAL_TOKEN.value());
    assertThat(response.headers().firstValue("WWW-Authenticate").orElseThrow())
        .startsWith("Bearer realm=");
    assertThat(node.rows.jobs).hasSize(before);
  }

  @Test
  void commandsAreRefusedWhereTheyAreOff() {
    Access off = new Access(node.config(), node.credentials(), false);
    assertThatThrownBy(() -> off.checkCommands(Caller.LOCAL))
        .isInstanceOfSatisfying(Problem.class, said -> assertThat(said.status()).isEqualTo(403))
        .hasMessageContaining("refinery.commands.enabled = true");
  }

  @Test
  void aSurveyNeedsNoToken() throws Exception {
    HttpResponse<String> response =
        node.send(
            node.request("/api/v1/surveys")
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(SURVEY)));
    assertThat(response.statusCode()).isEqualTo(201);
  }

  @Test
  void silenceIs503() throws Exception {
    node.entities.silent = true;
    try {
      HttpResponse<String> response = node.post("/api/v1/surveys", SURVEY);
      assertProblem(response, 503);
      assertThat(response.headers().firstValue("Retry-After")).isPresent();
      assertThat(response.body()).contains("no answer in time; it may");
      node.obstacles = List.of("the disk of /data is full");
      HttpResponse<String> explained = node.post("/api/v1/surveys", SURVEY);
      assertProblem(explained, 503);
      assertThat(explained.body()).contains("no answer in time: the disk of /data is full");
    } finally {
      node.obstacles = List.of();
      node.entities.silent = false;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "'',200,0123456789,''",
    "bytes=2-4,206,234,bytes 2-4/10",
    "bytes=7-,206,789,bytes 7-9/10",
    "bytes=-2,206,89,bytes 8-9/10",
    "bytes=5-99,206,56789,bytes 5-9/10",
    "rubbish,200,0123456789,''",
    "'bytes=0-1,4-5',200,0123456789,''",
  })
  void artifactsAreServedInRanges(String range, int status, String body, String contentRange)
      throws Exception {
    var request = node.request("/api/v1/artifacts/" + Samples.QUANT);
    HttpResponse<String> response =
        node.send(range.isEmpty() ? request : request.header("Range", range));
    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.body()).isEqualTo(body);
    assertThat(response.headers().firstValue("Content-Range").orElse("")).isEqualTo(contentRange);
    assertThat(response.headers().firstValue("Content-Length"))
        .contains(Integer.toString(body.length()));
    assertThat(response.headers().firstValue("Content-Disposition"))
        .contains(
            "attachment; filename=\"qu_nt _1_.sf\"; filename*=UTF-8''qu%C3%A4nt%20%221%22.sf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"jump?q=a%00b", "jobs?batch_id=a%00b", "artifacts?kv.release=%00"})
  void noParameterMayHaveTheCharacterThatTheDatabaseLacks(String query) throws Exception {
    HttpResponse<String> refused = node.get("/api/v1/" + query);
    assertProblem(refused, 400);
    assertThat(TestNode.json(refused).at("/errors/0/pointer").asText()).startsWith("?");
    assertThat(refused.body()).contains("U+0000");
  }

  @Test
  void artifactsAreListedByKeyValuesWithCounts() throws Exception {
    JsonNode page =
        TestNode.json(
            node.get(
                "/api/v1/artifacts?pipeline=salmon-quant&kv.release=110&kv.tax_id=9606"
                    + "&facet=organism,tissue&limit=7"));
    assertThat(node.rows.asked)
        .isEqualTo(
            new ReadModel.Filter(
                Map.of("pipeline", "salmon-quant", "kv.release", "110", "kv.tax_id", "9606"),
                7,
                Optional.empty()));
    JsonNode item = page.path("items").path(0);
    assertThat(item.path("href").asText()).isEqualTo("/api/v1/artifacts/" + Samples.QUANT);
    assertThat(item.path("key_values").path("release").asText()).isEqualTo("110");
    assertThat(page.path("facets").properties()).hasSize(2);
    assertThat(page.path("facets").path("tissue").path(0).path("value").asText())
        .isEqualTo("a tissue");
    assertThat(TestNode.json(node.get("/api/v1/artifacts")).has("facets")).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "kv.=1,?kv.",
    "kv.no+key=1,?kv.no key",
    "kv.organism=1,?kv.organism",
    "kv=1,?kv",
    "batch=1,?batch",
    "facet=organism,?facet",
    "'pipeline=a&facet=a,,b',?facet",
    "limit=0,?limit",
  })
  void whatCannotBeAskedOfArtifactsIsNamed(String query, String pointer) throws Exception {
    HttpResponse<String> refused = node.get("/api/v1/artifacts?" + query);
    assertProblem(refused, 400);
    assertThat(TestNode.json(refused).path("errors").path(0).path("pointer").asText())
        .isEqualTo(pointer);
  }

  @Test
  void batchesAreFoundByWordsAndFieldsWithCounts() throws Exception {
    JsonNode page =
        TestNode.json(node.get("/api/v1/search?q=liver+-mock&tissue=liver&facet=tissue&limit=3"));
    assertThat(node.rows.asked)
        .isEqualTo(
            new ReadModel.Filter(
                Map.of("q", "liver -mock", "tissue", "liver"), 3, Optional.empty()));
    JsonNode item = page.path("items").path(0);
    assertThat(node.get(item.path("href").asText()).statusCode()).isEqualTo(200);
    assertThat(item.path("harmonised").path("tissue").asText()).isEqualTo("liver");
    assertThat(page.path("total").asInt()).isEqualTo(page.path("items").size());
    assertThat(page.path("facets").path("tissue").path(0).path("value").asText())
        .isEqualTo("liver");
  }

  @ParameterizedTest
  @CsvSource({
    "tisue=liver,?tisue",
    "facet=colour,?facet",
    "state=late,?state",
    "limit=0,?limit",
  })
  void whatCannotBeSearchedIsNamed(String query, String pointer) throws Exception {
    HttpResponse<String> refused = node.get("/api/v1/search?" + query);
    assertProblem(refused, 400);
    assertThat(TestNode.json(refused).path("errors").path(0).path("pointer").asText())
        .isEqualTo(pointer);
  }

  @Test
  void artifactsKnowConditionsAndHead() throws Exception {
    String path = "/api/v1/artifacts/" + Samples.QUANT;
    String etag = node.get(path).headers().firstValue("ETag").orElseThrow();
    assertThat(node.send(node.request(path).header("If-None-Match", etag)).statusCode())
        .isEqualTo(304);
    HttpResponse<String> beyond = node.send(node.request(path).header("Range", "bytes=10-"));
    assertProblem(beyond, 416);
    assertThat(beyond.headers().firstValue("Content-Range")).contains("bytes */10");
    assertThat(raw("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"))
        .startsWith("HTTP/1.1 200")
        .contains("ETag: " + etag, "Content-Length: 10\r\n")
        .endsWith("\r\n\r\n");
  }

  @Test
  void logsComeFromTheAgentOrFromStorage() throws Exception {
    assertThat(node.get("/api/v1/jobs/job-runs/log").body()).isEqualTo("live log");
    assertThat(node.get("/api/v1/jobs/job-done/log?follow=true").body()).isEqualTo("log of step\n");
    assertThat(node.get("/api/v1/jobs/job-silent/log").body())
        .startsWith("[job-silent succeeded; ")
        .contains("download SRR1.fastq.gz: md5 matches\n");
  }

  @Test
  void linesOfALogAreShownByNumberAndFoundByText() throws Exception {
    JsonNode page = TestNode.json(node.get("/api/v1/jobs/job-done/log/lines"));
    assertThat(page.at("/items/0/text").asText()).isEqualTo("log of step");
    assertThat(page.at("/items/0/line").asLong()).isEqualTo(1);
    assertThat(page.path("lines").asLong()).isEqualTo(1);
    assertThat(page.path("growing").asBoolean()).isFalse();
    assertThat(
            TestNode.json(node.get("/api/v1/jobs/job-done/log/lines?q=nothing&tail=5"))
                .path("items"))
        .isEmpty();
    assertThat(
            TestNode.json(node.get("/api/v1/jobs/job-silent/log/lines?from_line=2&lines=1"))
                .at("/items/0/text")
                .asText())
        .contains("download SRR1.fastq.gz: md5 matches");
    assertProblem(node.get("/api/v1/jobs/job-done/log/lines?tail=0"), 400);
    assertProblem(node.get("/api/v1/jobs/job-done/log/lines?tail=1&from_line=1"), 400);
    assertProblem(node.get("/api/v1/jobs/job-done/log/lines?stream=stdout"), 400);
    assertProblem(node.get("/api/v1/jobs/job-done/log/lines?attempt=7"), 404);
    assertProblem(node.get("/api/v1/jobs/job-none/log/lines"), 404);
  }

  @Test
  void whatWaitsSaysWhyAndWhatReleasesIt() throws Exception {
    JsonNode waits = TestNode.json(node.get("/api/v1/jobs/job-waits/explanation"));
    assertThat(waits.path("waiting").asBoolean()).isTrue();
    assertThat(waits.path("reason").asText()).contains("waiting for the k=31 index");
    assertThat(waits.path("retry_at").asText()).isEqualTo("2026-01-02T03:05:05Z");
    assertThat(waits.path("release").get(0).asText()).contains("by itself at 2026-01-02T03:05:05Z");
    JsonNode failed = TestNode.json(node.get("/api/v1/jobs/job-failed/explanation"));
    assertThat(failed.path("waiting").asBoolean()).isFalse();
    assertThat(failed.path("reason").asText()).contains("salmon exited 1 (permanent)");
    JsonNode runs = TestNode.json(node.get("/api/v1/jobs/job-runs/explanation"));
    assertThat(runs.at("/scheduler/job").asText()).isEqualTo("job-runs");
    assertThat(
            TestNode.json(node.get("/api/v1/batches/batch-one/explanation"))
                .path("reason")
                .asText())
        .isNotEmpty();
    assertProblem(node.get("/api/v1/jobs/job-none/explanation"), 404);
  }

  @Test
  void failuresAreGroupedAndAGroupTellsWhatARetryTakesUp() throws Exception {
    JsonNode groups = TestNode.json(node.get("/api/v1/failures?limit=5&kind=process"));
    assertThat(groups.at("/items/0/class").asText()).isEqualTo("permanent");
    String id = groups.at("/items/0/id").asText();
    JsonNode plan = TestNode.json(node.get("/api/v1/failures/" + id + "/retry-plan"));
    assertThat(plan.at("/jobs/0").asText()).isEqualTo("job-failed");
    assertThat(plan.at("/batches/0").asText()).isEqualTo("batch-one");
    assertThat(plan.path("complete").asBoolean()).isTrue();
    assertProblem(node.get("/api/v1/failures/ffffffffffffffff/retry-plan"), 404);
    assertProblem(node.get("/api/v1/failures/x/retry-plan"), 404);
    String planned = "/api/v1/failures/" + id + "/retry-plan?kind=process&survey_id=survey-one";
    assertThat(node.get(planned).statusCode()).isEqualTo(200);
    assertProblem(node.get(planned + "&pipeline=other"), 404);
    assertProblem(node.get("/api/v1/failures/" + id + "/retry-plan?kind=x"), 400);
    assertProblem(node.get("/api/v1/failures?kind=x"), 400);
    assertProblem(node.get("/api/v1/jobs?failure_group=x"), 400);
    assertThat(node.get("/api/v1/jobs?failure_group=" + id).statusCode()).isEqualTo(200);
  }

  @Test
  void theEventStreamResumesAndGoesOn() throws Exception {
    HttpResponse<InputStream> response =
        node.client.send(
            node.request("/api/v1/events").header("Last-Event-ID", "3").build(),
            HttpResponse.BodyHandlers.ofInputStream());
    assertThat(response.headers().firstValue("Content-Type").orElseThrow())
        .startsWith("text/event-stream");
    try (InputStream in = response.body();
        Stream<String> lines =
            new java.io.BufferedReader(new java.io.InputStreamReader(in, StandardCharsets.UTF_8))
                .lines()) {
      List<String> ids = new ArrayList<>();
      boolean arrived =
          lines
              .filter(
                  line -> {
                    if (line.equals("id: 5")) {
                      node.record(6);
                    }
                    return line.startsWith("id: ");
                  })
              .peek(ids::add)
              .anyMatch(line -> line.equals("id: 6"));
      assertThat(arrived).isTrue();
      assertThat(ids).containsExactly("id: 3", "id: 4", "id: 5", "id: 6");
    }
  }

  @Test
  void oneBatchShowsTheArchivesWordsBesideTheirHarmonisedForm() throws Exception {
    JsonNode batch = TestNode.json(node.get("/api/v1/batches/batch-one"));
    assertThat(batch.at("/quality/verdict").asText()).isEqualTo("warn");
    assertThat(batch.at("/quality/reasons/0/value").asInt()).isEqualTo(9);
    JsonNode metadata = batch.path("metadata");
    assertThat(metadata.path("original").path("source_name").asText()).isEqualTo("Liver tissue");
    JsonNode tissue = metadata.path("harmonised").path("tissue");
    assertThat(tissue.path("value").asText()).isEqualTo("liver");
    assertThat(tissue.path("unit").isNull()).isTrue();
    assertThat(tissue.path("from").asText()).isEqualTo("source_name");
    assertThat(tissue.path("rule").asText()).isEqualTo("tissue.3");
    assertThat(TestNode.json(node.get("/api/v1/batches")).path("items").path(0).has("metadata"))
        .isFalse();
  }

  @Test
  void theMetadataOfASurveyIsATable() throws Exception {
    String body = "{\"source\":\"ena\",\"parameters\":{\"accession\":\"PRJNA1\"}}";
    String id = TestNode.json(node.post("/api/v1/surveys", body)).path("id").asText();
    String path = "/api/v1/surveys/" + id + "/metadata";
    HttpResponse<String> table = node.get(path);
    assertThat(table.statusCode()).isEqualTo(200);
    assertThat(table.headers().firstValue("Content-Type").orElseThrow())
        .isEqualToIgnoringCase("text/tab-separated-values; charset=utf-8");
    assertThat(table.headers().firstValue("Content-Disposition").orElseThrow())
        .isEqualTo("attachment; filename=\"metadata-" + id + ".tsv.tsv\"");
    assertThat(table.body())
        .startsWith("accession\tstate\tdecision\treason\ttissue\ttissue_unit\t")
        .contains("\nSRR1\tdone\ttake\t\tliver\t\tsource_name\tLiver tissue\ttissue.3\t");
    assertThat(node.get(path + "?format=amalgkit").body())
        .startsWith("scientific_name\ttissue\tsample_group\t");
    assertThat(node.get(path + "?format=refinebio").body())
        .startsWith("refinebio_accession_code\texperiment_accession\trefinebio_age\t");
    HttpResponse<String> wrong = node.get(path + "?format=xlsx");
    assertProblem(wrong, 400);
    assertThat(wrong.body()).contains("?format", "must be one of tsv, amalgkit, refinebio");
    assertProblem(node.get(path + "?limit=1"), 400);
    assertProblem(node.get("/api/v1/surveys/survey-none/metadata"), 404);
    assertProblem(node.send(node.request(path).header("Accept", "application/json")), 406);
  }

  @Test
  void provenanceTellsEveryStep() throws Exception {
    HttpResponse<String> response = node.get("/api/v1/batches/batch-one/provenance");
    List<String> ids = new ArrayList<>();
    TestNode.json(response).path("@graph").forEach(item -> ids.add(item.path("@id").asText()));
    assertThat(ids)
        .doesNotHaveDuplicates()
        .contains("ro-crate-metadata.json", "./", "#job-done", "#job-done/step-1");
    assertThat(response.body())
        .contains(
            "salmon quant -o 'it'\\\\''s here'", "\"exitCode\":0", Samples.LOG, "\"md5\":\"0123\"");
  }

  @Test
  void foreignPagesAndNamesAreRefused() throws Exception {
    assertProblem(
        node.send(
            node.request("/api/v1/jobs/job-done/cancel")
                .header("Origin", "https://evil.example")
                .POST(HttpRequest.BodyPublishers.noBody())),
        403);
  }

  @Test
  void aNameIsTheSameInUpperCase() throws Exception {
    String host = "LOCALHOST:" + node.request("/").build().uri().getPort();
    try (Socket socket = new Socket("127.0.0.1", node.request("/").build().uri().getPort())) {
      String asked =
          "GET /api/v1/jobs HTTP/1.1\r\nHost: %s\r\nOrigin: http://%s\r\nConnection: close\r\n\r\n"
              .formatted(host, host);
      socket.getOutputStream().write(asked.getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
          .isEqualTo("HTTP/1.1 200");
    }
  }

  static void assertProblem(HttpResponse<String> response, int status) throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
    JsonNode problem = TestNode.json(response);
    assertThat(problem.path("status").asInt()).isEqualTo(status);
    assertThat(problem.path("detail").asText()).isNotBlank();
  }
}
