package refinery.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.Json;

/** Describes the live state of an agent as JSON, for people. */
final class AgentStates {
  private AgentStates() {}

  static JsonNode describe(
      Handshake handshake, Map<Slot.Key, Executor.Execution> running, Executor executor) {
    Slots slots = handshake.slots();
    ObjectNode state = Json.MAPPER.createObjectNode();
    state.set("node", Json.MAPPER.valueToTree(handshake.description()));
    state.set("reserved", Json.MAPPER.valueToTree(slots.used()));
    state.put("reports_sent", handshake.sequence());
    state.put("unreported", slots.reporting());
    state.put("launcher", executor.description());
    executor.state().forEach((name, value) -> state.set(name, Json.MAPPER.valueToTree(value)));
    ArrayNode attempts = state.putArray("attempts");
    for (Slot slot : slots.all()) {
      ObjectNode attempt = attempts.addObject();
      attempt.put("job", slot.key.job().value());
      attempt.put("attempt", slot.attempt());
      attempt.put("phase", slot.phase().name().toLowerCase(Locale.ROOT));
      attempt.put("epoch", slot.key.epoch());
      attempt.put("assignment", slot.key.assignment());
      attempt.set("reserved", Json.MAPPER.valueToTree(slot.resources));
      Optional.ofNullable(running.get(slot.key)).ifPresent(one -> addVitals(attempt, one.vitals()));
    }
    return state;
  }

  private static void addVitals(ObjectNode attempt, Executor.Vitals vitals) {
    ArrayNode processes = attempt.putArray("processes");
    vitals.processes().forEach(processes::add);
    attempt.put("memory_now", vitals.memory());
    attempt.put("scratch_now", vitals.scratch());
    attempt.put("stopped", vitals.stopped());
  }
}
