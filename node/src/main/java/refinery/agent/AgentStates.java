package refinery.agent;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import refinery.protocol.Json;
import refinery.protocol.scheduling.SchedulerCommand.NodeDescription;

/** The live state of an agent, for people. */
final class AgentStates {
  private AgentStates() {}

  static JsonNode describe(
      NodeDescription node, Ledger ledger, Workshop workshop, long reportsSent) {
    ObjectNode state = Json.MAPPER.createObjectNode();
    state.set("node", Json.MAPPER.valueToTree(node));
    state.set("reserved", Json.MAPPER.valueToTree(ledger.used()));
    state.put("reports_sent", reportsSent);
    state.put("unreported", ledger.reporting());
    state.put("launcher", workshop.launcherDescription());
    ArrayNode attempts = state.putArray("attempts");
    for (Slot slot : ledger.slots()) {
      ObjectNode attempt = attempts.addObject();
      attempt.put("job", slot.key.job().value());
      attempt.put("attempt", slot.attempt());
      attempt.put("phase", slot.phase().name().toLowerCase(Locale.ROOT));
      attempt.put("epoch", slot.key.epoch());
      attempt.put("assignment", slot.key.assignment());
      attempt.set("reserved", Json.MAPPER.valueToTree(slot.resources));
      slot.running().ifPresent(running -> addRunning(attempt, running, workshop));
    }
    return state;
  }

  private static void addRunning(ObjectNode attempt, RunningAttempt running, Workshop workshop) {
    ArrayNode processes = attempt.putArray("processes");
    workshop.processesOf(running).forEach(processes::add);
    attempt.put("memory_now", running.residentNow());
    attempt.put("scratch_now", running.measure().bytes());
    attempt.put("stopped", running.stopReason().map(failure -> failure.message()).orElse(""));
  }
}
