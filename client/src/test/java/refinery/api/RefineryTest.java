package refinery.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import refinery.web.Backoff;

/** The client against a socket that answers what each test says, in turn. */
class RefineryTest {
  private static final String HELLO =
      "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
  private static final String AWAY =
      "{\"title\": \"Service Unavailable\", \"status\": 503, \"detail\": \"later\"}";

  @TempDir Path temp;
  private final Queue<Answer> answers = new ConcurrentLinkedQueue<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private HttpServer server;
  private Refinery refinery;

  private record Answer(int status, String body) {}

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
    refinery =
        new Refinery(
            new Transport(
                "http://127.0.0.1:" + server.getAddress().getPort() + "/", Optional.of("secret")),
            new Patience(3, new Backoff(Duration.ofMillis(1), Duration.ofMillis(2))));
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    exchange.getRequestBody().readAllBytes();
    asked.add(
        "%s %s %s %s"
            .formatted(
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                exchange.getRequestHeaders().getFirst("Idempotency-Key"),
                exchange.getRequestHeaders().getFirst("Last-Event-ID")));
    Answer next = answers.remove();
    byte[] body = next.body().getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(next.status(), body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  private void will(int status, String body) {
    answers.add(new Answer(status, body));
  }

  private static String survey(String state) {
    return """
    {"id": "survey-1", "source": "ena", "parameters": {}, "pipeline": "salmon-quant",
     "priority": 50, "labels": {}, "state": "%s", "reason": null, "question": null,
     "created_at": "2026-01-02T03:04:05Z", "finished_at": null, "a_later_field": 1,
     "batches": {"total": 1, "done": 1, "quality": {}}}\
    """
        .formatted(state);
  }

  @Test
  void aPostIsRepeatedUnderOneKeyUntilThereIsRoom() {
    will(503, AWAY);
    will(503, AWAY);
    will(201, survey("running"));
    Survey survey = refinery.post(SurveyOrder.of("ena", Map.of("accession", "PRJNA1")));
    assertThat(survey.id()).isEqualTo("survey-1");
    assertThat(survey.batches().done()).isEqualTo(1);
    assertThat(asked).hasSize(3).containsOnly(asked.getFirst());
    assertThat(asked.getFirst()).startsWith("POST /api/v1/surveys ").doesNotContain(" null null");
  }

  @Test
  void itGivesUpAfterItsTries() {
    will(503, AWAY);
    will(503, AWAY);
    will(503, AWAY);
    assertThatThrownBy(() -> refinery.survey("survey-1"))
        .isInstanceOfSatisfying(
            ApiProblem.class, problem -> assertThat(problem.status()).isEqualTo(503))
        .hasMessage("later");
  }

  @Test
  void whatIsRefusedSaysWhatIsWrong() {
    will(
        400,
        "{\"detail\": \"2 things\", \"errors\": [{\"pointer\": \"/source\", \"message\": \"must be"
            + " ena\"}]}");
    assertThatThrownBy(() -> refinery.post(SurveyOrder.of("x", Map.of())))
        .isInstanceOfSatisfying(
            ApiProblem.class,
            problem ->
                assertThat(problem.faults())
                    .containsExactly(new ApiProblem.Fault("/source", "must be ena")))
        .hasMessage("2 things; /source must be ena");
    will(404, "<html>");
    assertThatThrownBy(() -> refinery.survey("x"))
        .isInstanceOfSatisfying(
            ApiProblem.class, problem -> assertThat(problem.isFromNode()).isFalse());
  }

  @Test
  void pagesAreAskedForAsTheyAreNeeded() {
    String batch =
        """
        {"id": "batch-%d", "survey_ids": [], "source": "ena", "key": "SRR1", "pipeline": "p",
         "organism": null, "state": "done", "reason": null, "created_at": "2026-01-02T03:04:05Z",
         "updated_at": "2026-01-02T03:04:05Z", "job_ids": [], "artifacts": []}\
        """;
    will(200, "{\"items\": [" + batch.formatted(1) + "], \"next\": \"a b\"}");
    will(200, "{\"items\": [" + batch.formatted(2) + "], \"next\": null}");
    List<String> ids =
        StreamSupport.stream(refinery.batches(Map.of("state", "done")).spliterator(), false)
            .map(Batch::id)
            .toList();
    assertThat(ids).containsExactly("batch-1", "batch-2");
    assertThat(asked.getLast()).contains("limit=1000&state=done&cursor=a+b");
  }

  @Test
  void itWaitsUntilASurveyIsAtRest() {
    will(200, survey("running"));
    will(200, survey("awaiting_input"));
    assertThat(refinery.await("survey-1", Duration.ofMinutes(1)).isAtRest()).isTrue();
  }

  @Test
  void eventsGoOnWhereTheStreamBroke() {
    String event =
        "id: %1$d\ndata: {\"ordering\":%1$d,\"entity\":\"job-1\",\"sequence_nr\":1,\"type\":\"t\","
            + "\"at\":\"2026-01-02T03:04:05Z\",\"event\":{}}\n\n";
    will(200, "retry: 2000\nid: 5\n\n: still here\n\n" + event.formatted(6) + "id: 7\ndata: {");
    will(503, AWAY);
    will(200, "id: 6\n\n" + event.formatted(7) + event.formatted(8));
    List<Long> seen = new ArrayList<>();
    Optional<Long> end =
        refinery.events(
            Optional.empty(),
            one -> {
              seen.add(one.ordering());
              return one.ordering() < 7;
            });
    assertThat(seen).containsExactly(6L, 7L);
    assertThat(end).contains(7L);
    assertThat(asked)
        .containsExactly(
            "GET /api/v1/events null null",
            "GET /api/v1/events null 6",
            "GET /api/v1/events null 6");
  }

  @Test
  void aDownloadIsVerifiedAndNotRepeated() throws IOException {
    Artifact artifact = new Artifact("a.txt", HELLO, 5, "text/plain", "a");
    Path file = temp.resolve("deep/a.txt");
    will(200, "jello");
    assertThatThrownBy(() -> refinery.download(artifact, file)).hasMessageContaining("damaged");
    assertThat(file).doesNotExist();
    will(503, AWAY);
    will(200, "hello");
    assertThat(refinery.download(artifact, file)).isTrue();
    assertThat(refinery.download(artifact, file)).isFalse();
    assertThat(Files.readString(file)).isEqualTo("hello");
    try (var left = Files.list(file.getParent())) {
      assertThat(left).containsExactly(file);
    }
  }

  @Test
  void anAddressThatIsNoneIsSaid() {
    assertThatThrownBy(() -> Refinery.at("ftp://x", Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://127.0.0.1:8080");
  }
}
