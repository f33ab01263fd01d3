package refinery.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import refinery.http.Described.Operation;
import refinery.http.RandomRequests.Attempt;
import refinery.http.RawClient.Answer;
import refinery.protocol.Json;

/**
 * Random requests over the whole document: nothing is answered with 5xx, every status and every
 * body is as described, and what the document does not allow is refused. {@code
 * -Drefinery.openapi.requests=N}, {@code -Drefinery.openapi.seed=N}; with {@code
 * -Drefinery.openapi.url=URL} (and {@code .token}) the requests go to that node, which they change.
 */
@ExtendWith(SharedNode.class)
class OpenApiPropertyTest {
  private static final int REQUESTS = Integer.getInteger("refinery.openapi.requests", 1_500);
  private static final long SEED = Long.getLong("refinery.openapi.seed", 20_260_102L);

  /** As many times more, until something got through to every operation. */
  private static final int MORE = 5;

  /** Refusals of the server before it looks at path and method. */
  private static final Set<Integer> BEFORE_ROUTES = Set.of(400, 401, 403, 404, 405, 414, 431);

  private static final Optional<URI> REAL =
      Optional.ofNullable(System.getProperty("refinery.openapi.url")).map(URI::create);
  private static final String TOKEN =
      System.getProperty("refinery.openapi.token", TestNode.LOCAL_TOKEN.value());

  private static TestNode node;
  private static Described described;

  @BeforeAll
  static void share(TestNode shared, Described document) {
    node = shared;
    described = document;
  }

  @Test
  void nothingIsAnsweredButAsDescribed() throws Exception {
    RawClient client = new RawClient(REAL.orElseGet(() -> node.uri("/")));
    RandomRequests requests =
        new RandomRequests(
            SEED, described, REAL.isPresent() ? ids(client) : ids(), client.authority(), TOKEN);
    List<String> wrong = new ArrayList<>();
    Map<Integer, Integer> statuses = new TreeMap<>();
    Set<String> never = new TreeSet<>();
    described.operations().forEach(each -> never.add(each.id()));
    // The fake survey asks for nothing, and random tokens open no session.
    never.removeAll(Set.of("resumeSurvey", "signIn"));
    if (REAL.isPresent()) {
      never.clear(); // It depends on what is there.
    }
    int i = 0;
    for (; i < REQUESTS || !never.isEmpty() && i < MORE * REQUESTS; i++) {
      Attempt attempt = requests.next(i);
      try {
        Answer answer = client.send(attempt.sent());
        statuses.merge(answer.status(), 1, Integer::sum);
        if (answer.status() < 400) {
          never.remove(attempt.operation().id());
        }
        fault(attempt, answer).ifPresent(why -> wrong.add(why + " <- " + attempt.sent()));
      } catch (IOException e) {
        wrong.add(e + " <- " + attempt.sent());
      }
    }
    System.out.printf("%d requests, seed %d: %s%n", i, SEED, statuses);
    assertThat(wrong).as("seed %d", SEED).isEmpty();
    assertThat(never).as("operations that nothing got through to").isEmpty();
  }

  /** What a real node has. */
  private static Map<String, List<String>> ids(RawClient client) throws IOException {
    Map<String, List<String>> ids = new HashMap<>();
    for (String list : List.of("surveys", "batches", "jobs", "nodes", "schedules", "datasets")) {
      ids.put(list, values(client, "/api/v1/" + list + "?limit=50", "id"));
    }
    ids.put("failures", values(client, "/api/v1/failures?limit=50", "id"));
    ids.put("artifacts", values(client, "/api/v1/artifacts?limit=50", "sha256"));
    ids.values().removeIf(List::isEmpty);
    return ids;
  }

  private static List<String> values(RawClient client, String path, String key) throws IOException {
    List<String> headers = List.of("Host: " + client.authority(), "Authorization: Bearer " + TOKEN);
    Answer answer = client.send(new RawClient.Sent("GET", path, headers, new byte[0]));
    List<String> found = new ArrayList<>();
    Json.MAPPER
        .readTree(answer.body())
        .path("items")
        .forEach(item -> found.add(item.path(key).asText()));
    return found;
  }

  private static Map<String, List<String>> ids() throws Exception {
    Map<String, List<String>> ids = new HashMap<>();
    for (String list : List.of("surveys", "batches", "jobs", "nodes")) {
      if (list.equals("surveys")) {
        node.post("/api/v1/surveys", "{\"source\":\"ena\",\"parameters\":{\"accession\":\"P\"}}");
      }
      List<String> found = new ArrayList<>();
      TestNode.json(node.get("/api/v1/" + list + "?limit=50"))
          .path("items")
          .forEach(item -> found.add(item.path("id").asText()));
      ids.put(list, found);
    }
    ids.put("schedules", List.of("nightly", "a"));
    ids.put("datasets", List.of(FakeDatasets.ID.value()));
    ids.put("artifacts", List.of(Samples.QUANT));
    ids.put("failures", List.of(FakeReadModel.GROUP));
    return ids;
  }

  /** What is not as described. */
  private static Optional<String> fault(Attempt attempt, Answer answer) {
    Operation operation = attempt.operation();
    int status = answer.status();
    if (status >= 500) {
      return Optional.of("answered " + status + " " + answer.text());
    }
    JsonNode response = described.response(operation, status);
    boolean foreign = !attempt.asIs() && (status < 400 || BEFORE_ROUTES.contains(status));
    if (response.isMissingNode() && !foreign) {
      return Optional.of("undocumented " + status + " " + answer.text());
    }
    if (attempt.wrong() && status < 400) {
      return Optional.of("the document does not allow it, but the answer is " + status);
    }
    if (status == 405 && answer.header("allow").isEmpty()) {
      return Optional.of("405 without Allow");
    }
    if (status >= 400) {
      return problem(answer, attempt.sent().method().equals("HEAD"));
    }
    return attempt.asIs() ? content(response.path("content"), answer) : Optional.empty();
  }

  private static Optional<String> problem(Answer answer, boolean head) {
    if (!answer.type().equals("application/problem+json")) {
      return Optional.of(answer.status() + " as '" + answer.type() + "' " + answer.text());
    }
    if (head) {
      return Optional.empty();
    }
    return json(answer)
        .map(
            body ->
                body.path("status").asInt() == answer.status()
                    ? violations(described.document().at("/components/schemas/Problem"), body)
                    : Optional.of("status " + answer.status() + ", but " + body))
        .orElseGet(() -> Optional.of("no JSON: " + answer.text()));
  }

  private static Optional<String> content(JsonNode content, Answer answer) {
    if (answer.status() == 204 || answer.status() == 304) {
      return Optional.empty();
    }
    JsonNode media = content.has(answer.type()) ? content.path(answer.type()) : content.path("*/*");
    if (media.isMissingNode()) {
      return Optional.of("undocumented type '" + answer.type() + "'");
    }
    if (!answer.type().endsWith("json") || !media.has("schema")) {
      return Optional.empty();
    }
    return json(answer)
        .map(body -> violations(media.path("schema"), body))
        .orElseGet(() -> Optional.of("no JSON: " + answer.text()));
  }

  private static Optional<JsonNode> json(Answer answer) {
    try {
      return Optional.of(Json.MAPPER.readTree(answer.body()));
    } catch (JsonProcessingException e) {
      return Optional.empty();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static Optional<String> violations(JsonNode schema, JsonNode body) {
    List<String> all = described.violations(schema, body);
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getFirst());
  }
}
