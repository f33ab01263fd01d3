package refinery.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.function.Supplier;
import refinery.web.Backoff;

/**
 * A node, for programs:
 *
 * <pre>{@code
 * Refinery refinery = Refinery.at("http://127.0.0.1:8080", Optional.empty());
 * Survey survey = refinery.post(SurveyOrder.of("ena", Map.of("accession", "PRJNA1")));
 * refinery.await(survey.id(), Duration.ofHours(12));
 * for (Batch batch : refinery.batches(Map.of("survey_id", survey.id(), "state", "done"))) {
 *   for (Artifact artifact : batch.artifacts()) {
 *     refinery.download(artifact, Path.of("out", batch.key(), artifact.name()));
 *   }
 * }
 * }</pre>
 *
 * <p>Blocking and thread-safe. Calls are repeated while the node is away or has no room (see {@link
 * Patience}); posts carry an Idempotency-Key, so a repeat makes nothing twice. What the node
 * refuses is an {@link ApiProblem}, and that it stays away a {@link NodeUnreachable}. All that has
 * no method here is reached by {@link #get} and {@link #send}.
 */
public final class Refinery {
  /** Looks at something that changes: soon at first, then every ten seconds. */
  private static final Backoff LOOKS = new Backoff(Duration.ofMillis(250), Duration.ofSeconds(10));

  private final Transport transport;
  private final Patience patience;

  public Refinery(Transport transport, Patience patience) {
    this.transport = transport;
    this.patience = patience;
  }

  /**
   * @param url like {@code http://127.0.0.1:8080}
   * @param token needed as soon as the node has tokens; see {@link Transport}
   */
  public static Refinery at(String url, Optional<String> token) {
    return new Refinery(new Transport(url, token), Patience.USUAL);
  }

  /**
   * For a node whose certificate is of a private authority, as of {@code refinery certificates}.
   *
   * @param url like {@code https://refinery.example.org:8080}
   * @param authority the file of the one authority that is believed (PEM)
   * @throws IOException if the file is no certificate
   */
  public static Refinery at(String url, Optional<String> token, Path authority) throws IOException {
    return new Refinery(new Transport(url, token, authority), Patience.USUAL);
  }

  /** Posts a survey. */
  public Survey post(SurveyOrder order) {
    return post(order, UUID.randomUUID().toString());
  }

  /** Posts a survey; the same key finds the survey that it made before. */
  public Survey post(SurveyOrder order, String idempotencyKey) {
    return read(send("POST", "/surveys", order.json(), Optional.of(idempotencyKey)), Survey.class);
  }

  public Survey survey(String id) {
    return read(get("/surveys/" + id), Survey.class);
  }

  /** Surveys, newest first; filters are the query parameters of {@code GET /surveys}. */
  public Pages<Survey> surveys(Map<String, String> filters) {
    return list("/surveys", filters, Survey.class);
  }

  public Survey cancelSurvey(String id) {
    return read(act("/surveys/" + id + "/cancel"), Survey.class);
  }

  /** Takes up again what failed. */
  public Survey retrySurvey(String id) {
    return read(act("/surveys/" + id + "/retry"), Survey.class);
  }

  /** Answers what a survey asks, for example {@code {"take": "all"}} to a plan. */
  public Survey answer(String id, JsonNode input) {
    ObjectNode body = ApiJson.MAPPER.createObjectNode();
    body.set("input", input);
    return read(send("POST", "/surveys/" + id + "/resume", body, Optional.empty()), Survey.class);
  }

  /** Waits until the survey has ended or asks something; see {@link #until}. */
  public Survey await(String surveyId, Duration atMost) {
    return until(() -> survey(surveyId), Survey::isAtRest, atMost);
  }

  public Batch batch(String id) {
    return read(get("/batches/" + id), Batch.class);
  }

  /** Batches, newest first; filters are the query parameters of {@code GET /batches}. */
  public Pages<Batch> batches(Map<String, String> filters) {
    return list("/batches", filters, Batch.class);
  }

  public Batch retryBatch(String id) {
    return read(act("/batches/" + id + "/retry"), Batch.class);
  }

  public Batch cancelBatch(String id) {
    return read(act("/batches/" + id + "/cancel"), Batch.class);
  }

  public Job job(String id) {
    return read(get("/jobs/" + id), Job.class);
  }

  /** Jobs, newest first; filters are the query parameters of {@code GET /jobs}. */
  public Pages<Job> jobs(Map<String, String> filters) {
    return list("/jobs", filters, Job.class);
  }

  public Job retryJob(String id) {
    return read(act("/jobs/" + id + "/retry"), Job.class);
  }

  public Job cancelJob(String id) {
    return read(act("/jobs/" + id + "/cancel"), Job.class);
  }

  /**
   * Asks for a dataset; the same request is the same dataset.
   *
   * @param request as {@code POST /datasets} takes it
   */
  public Dataset dataset(JsonNode request) {
    return read(send("POST", "/datasets", request, Optional.empty()), Dataset.class);
  }

  public Dataset dataset(String id) {
    return read(get("/datasets/" + id), Dataset.class);
  }

  /** Waits until the dataset is done or has failed. */
  public Dataset awaitDataset(String id, Duration atMost) {
    return until(() -> dataset(id), Dataset::isAtRest, atMost);
  }

  /**
   * Copies an artifact to a file, verified by its SHA-256; a file that has it already is left
   * alone. The file is whole or not there.
   *
   * @return true if bytes were copied
   * @throws IOException if the file cannot be written, or arrives damaged
   */
  public boolean download(Artifact artifact, Path file) throws IOException {
    ArtifactFiles files = new ArtifactFiles(transport);
    Patience.Tries tries = patience.start();
    while (true) {
      try {
        return files.copy(artifact.sha256(), file);
      } catch (NodeUnreachable | ApiProblem e) {
        tries.failed(e);
      }
    }
  }

  /**
   * Follows what happens, until {@code more} says no. Blocks. After a break it goes on where it
   * was.
   *
   * @param after the ordering behind which to begin; empty: what happens from now on; 0: all
   * @return the ordering behind which to go on another time; empty if nothing is known of it
   */
  public Optional<Long> events(Optional<Long> after, Predicate<Event> more) {
    return new Events(transport, patience).follow(after, more);
  }

  /**
   * Looks again and again, less and less often, until it is as wanted.
   *
   * @return what was seen last
   * @throws IllegalStateException if that takes longer than {@code atMost}, or when interrupted
   */
  public <T> T until(Supplier<T> look, Predicate<T> wanted, Duration atMost) {
    Instant end = Instant.now().plus(atMost);
    for (int looks = 1; ; looks++) {
      T seen = look.get();
      if (wanted.test(seen)) {
        return seen;
      }
      if (Instant.now().isAfter(end) || Thread.currentThread().isInterrupted()) {
        throw new IllegalStateException("not within " + atMost + ": " + seen);
      }
      Patience.pause(LOOKS.delay(looks, 1));
    }
  }

  /**
   * The answer to any GET.
   *
   * @param path below {@code /api/v1}, with its query
   */
  public JsonNode get(String path) {
    return patience.call(() -> transport.get(path));
  }

  /** The answer to any request with a JSON body. Repeated only with a key. */
  public JsonNode send(String method, String path, JsonNode body, Optional<String> key) {
    return key.isPresent()
        ? patience.call(() -> transport.send(method, path, body, key))
        : transport.send(method, path, body, key);
  }

  private JsonNode act(String path) {
    return transport.send("POST", path);
  }

  private <T> Pages<T> list(String path, Map<String, String> filters, Class<T> type) {
    return new Pages<>(this::get, path, filters, Long.MAX_VALUE, item -> read(item, type));
  }

  private <T> T read(JsonNode json, Class<T> type) {
    try {
      return ApiJson.MAPPER.treeToValue(json, type);
    } catch (JsonProcessingException e) {
      throw new NodeUnreachable(
          transport.base() + " does not answer as a node does: " + e.getOriginalMessage(), e);
    }
  }
}
