package refinery.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import refinery.chaos.ChaosCluster.Answer;
import refinery.chaos.check.Api;
import refinery.client.Terminal;

/**
 * Asks random nodes until one answers. An answer says that something was done, or that it cannot be
 * done; a node that is busy or shutting down (status 429 or 5xx) has not answered. Used by one
 * thread.
 */
final class Caller implements Api {
  private static final Duration ANSWER = Duration.ofSeconds(10);
  private static final Duration AGAIN = Duration.ofMillis(300);
  private static final int TOO_MANY = 429;

  private final ChaosCluster cluster;
  private final Random random;
  private final BooleanSupplier ended;
  private int repeats;

  /**
   * @param ended true when the run is over and no node will answer any more
   */
  Caller(ChaosCluster cluster, long seed, BooleanSupplier ended) {
    this.cluster = cluster;
    this.random = new Random(seed);
    this.ended = ended;
  }

  /** The number of requests that were repeated because no answer came. */
  int repeats() {
    return repeats;
  }

  /** Tries once; a request without an answer may still have been carried out. */
  Optional<Answer> once(String path, String body, Map<String, String> headers) {
    Optional<Answer> answer =
        anyNode()
            .flatMap(
                url ->
                    cluster.answer(
                        url + "/api/v1" + path,
                        body,
                        body.isEmpty() ? headers : withType(headers),
                        ANSWER))
            .filter(Caller::isAnswer);
    if (answer.isEmpty()) {
      pauseAndCount();
    }
    return answer;
  }

  Answer insist(String path, String body, Map<String, String> headers, Runnable unanswered) {
    while (true) {
      Optional<Answer> answer = once(path, body, headers);
      if (answer.isPresent()) {
        return answer.get();
      }
      unanswered.run();
    }
  }

  @Override
  public JsonNode get(String path) {
    while (true) {
      Optional<JsonNode> answer =
          anyNode().flatMap(url -> cluster.get(url + "/api/v1" + path, ANSWER));
      if (answer.isPresent()) {
        return answer.get();
      }
      pauseAndCount();
    }
  }

  @Override
  public List<JsonNode> list(String path) {
    List<JsonNode> items = new ArrayList<>();
    String cursor = "";
    do {
      JsonNode page = get(path + (path.contains("?") ? "&" : "?") + "limit=1000" + cursor);
      page.path("items").forEach(items::add);
      cursor = page.path("next").isTextual() ? "&cursor=" + page.path("next").asText() : "";
    } while (!cursor.isEmpty());
    return items;
  }

  private static Map<String, String> withType(Map<String, String> headers) {
    Map<String, String> all = new TreeMap<>(headers);
    all.put("Content-Type", "application/json");
    return all;
  }

  private static boolean isAnswer(Answer answer) {
    return answer.status() < 500 && answer.status() != TOO_MANY;
  }

  private void pauseAndCount() {
    if (ended.getAsBoolean()) {
      throw new IllegalStateException("the run ended before an answer came");
    }
    repeats++;
    Terminal.pause(AGAIN);
  }

  private Optional<String> anyNode() {
    List<String> urls = cluster.members().stream().flatMap(node -> node.http().stream()).toList();
    return urls.isEmpty() ? Optional.empty() : Optional.of(urls.get(random.nextInt(urls.size())));
  }
}
