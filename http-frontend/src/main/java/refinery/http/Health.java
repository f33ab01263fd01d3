package refinery.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Json;

/** Says in short how the scheduler, the foreman and the nodes are. */
final class Health {
  /** Less free space than this is told. */
  private static final long LITTLE = 5_000_000_000L;

  private Health() {}

  /**
   * @param obstacles of this node
   * @param scheduler its state; empty if it does not answer
   */
  static ObjectNode of(List<String> obstacles, Optional<JsonNode> scheduler) {
    ObjectNode health = Json.MAPPER.createObjectNode();
    health.put("at", Instant.now().toString());
    ArrayNode problems = health.putArray("problems");
    obstacles.forEach(problems::add);
    ObjectNode said = health.putObject("scheduler");
    said.put("answers", scheduler.isPresent());
    ArrayNode storage = health.putArray("storage");
    if (scheduler.isEmpty()) {
      problems.add("the scheduler does not answer");
      return health;
    }
    JsonNode state = scheduler.get();
    count(state, said);
    int up = 0;
    for (JsonNode node : state.path("nodes")) {
      String id = node.path("id").asText();
      boolean isUp = node.path("state").asText().equals("up");
      up += isUp ? 1 : 0;
      long free = node.path("data_dir_free").asLong();
      storage.addObject().put("node", id).put("free", free);
      if (free < LITTLE) {
        problems.add("node " + id + " has little room for data: " + free / 1_000_000 + " MB");
      }
      String why = node.path("takes_no_work").asText("");
      if (!why.isEmpty()) {
        problems.add("node " + id + " takes no work: " + why);
      } else if (node.path("state").asText().equals("unreachable")) {
        problems.add("node " + id + " is unreachable");
      }
    }
    said.put("nodes_up", up);
    if (state.path("nodes").size() > 0 && up == 0) {
      problems.add("no node takes work");
    }
    return health;
  }

  private static void count(JsonNode state, ObjectNode said) {
    JsonNode counters = state.path("counters");
    said.put("queued", counters.path("queued").asLong());
    said.put("assigned", counters.path("assigned").asLong());
    said.put("lost", counters.path("lost_total").asLong());
    said.put("nodes", state.path("nodes").size());
  }

  /**
   * Adds how many batches are found by their ids only. Nobody can mend what an archive says, so it
   * is no problem of the refinery, which would hide others for ever.
   */
  static ObjectNode withUnsearchable(ObjectNode health, long batches) {
    return health.put("unsearchable_batches", batches);
  }

  /** Adds what the foreman says, and whether all is well. */
  static ObjectNode withForeman(ObjectNode health, Optional<JsonNode> foreman) {
    ArrayNode problems = health.withArray("/problems");
    ObjectNode said = health.putObject("foreman");
    said.put("answers", foreman.isPresent());
    foreman.ifPresent(
        tally -> {
          long moved = 0;
          for (JsonNode count : tally.path("counts")) {
            moved += count.asLong();
          }
          said.put("moved", moved);
          said.put("suspects", tally.path("suspects").asLong());
          said.put("last_pass_ended_at", tally.path("last_pass").path("ended_at").asText(null));
        });
    if (foreman.isEmpty()) {
      problems.add("the foreman does not answer");
    }
    health.put("status", problems.isEmpty() ? "ok" : "degraded");
    return health;
  }
}
