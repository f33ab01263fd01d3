package refinery.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.query.NodeView;
import refinery.protocol.scheduling.AttemptFigures;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.JobTicket;

/** Shows the scheduler's state as JSON, for people. */
final class SchedulerSnapshot {
  private final Ledger ledger;
  private final Hosts hosts;
  private final Instant now;

  SchedulerSnapshot(Ledger ledger, Hosts hosts, Instant now) {
    this.ledger = ledger;
    this.hosts = hosts;
    this.now = now;
  }

  JsonNode whole() {
    PackingView view = ledger.packing().view();
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("epoch", ledger.epoch());
    json.put("in_doubt", ledger.inDoubt());
    json.put("at", now.toString());
    ObjectNode counters = json.putObject("counters");
    counters.put("queued", view.queuedJobs());
    counters.put("assigned", ledger.assigned().size());
    counters.put("held_back", ledger.refusals().size());
    counters.put("placed_total", ledger.decisions().placed());
    counters.put("refused_total", ledger.decisions().refused());
    counters.put("lost_total", ledger.losses().total());
    counters.put("lost_unanswered", ledger.losses().openCount());
    json.set("queue", Json.MAPPER.valueToTree(view.queue()));
    json.set("reservations", Json.MAPPER.valueToTree(view.reservations()));
    json.set("tokens", Json.MAPPER.valueToTree(view.tokens()));
    json.set("hosts", Json.MAPPER.valueToTree(hosts.views(now)));
    json.set("surveys", Json.MAPPER.valueToTree(view.surveys()));
    json.set("nodes", nodes());
    json.set("free", Json.MAPPER.valueToTree(view.free()));
    json.set("decisions", Json.MAPPER.valueToTree(ledger.decisions().newestFirst()));
    return json;
  }

  private ArrayNode nodes() {
    ArrayNode nodes = Json.MAPPER.createArrayNode();
    ledger.agents().values().forEach(agent -> nodes.add(node(agent)));
    return nodes;
  }

  private ObjectNode node(Agent agent) {
    Resources used =
        agent.held.values().stream()
            .map(assigned -> assigned.lease.resources())
            .reduce(Resources.NONE, Resources::plus);
    return Json.MAPPER.valueToTree(
        new NodeView(
            agent.description.id(),
            agent.description.address(),
            agent.description.roles(),
            agent.state(now),
            agent.drain(now).flatMap(DrainOrder::by),
            agent.drain(now).map(order -> new NodeView.Drain(order.since(), order.deadline())),
            agent.description.takesNoWork(),
            agent.description.capacity(),
            used,
            agent.held.values().stream().map(Assigned::job).toList(),
            agent.description.tools(),
            agent.description.dataDirectoryFree()));
  }

  /** The nodes with their jobs: what is reserved for each, and what its attempt uses. */
  JsonNode nodesWithJobs(NodeFigures figures) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("at", now.toString());
    ArrayNode nodes = json.putArray("nodes");
    for (Agent agent : ledger.agents().values()) {
      ObjectNode node = node(agent);
      node.put("heard_at", agent.heardAt.toString());
      Map<Assigned.Key, AttemptFigures> attempts = figures.attempts(agent.description.id(), now);
      ArrayNode jobs = node.putArray("jobs");
      agent.held.values().forEach(held -> jobs.add(job(held, attempts)));
      nodes.add(node);
    }
    return json;
  }

  private static ObjectNode job(Assigned held, Map<Assigned.Key, AttemptFigures> attempts) {
    JobTicket ticket = held.lease.ticket();
    ObjectNode job = Json.MAPPER.createObjectNode();
    job.put("job", held.job().value()).put("attempt", held.attempt).put("role", ticket.role());
    job.put("survey_id", ticket.survey().isEmpty() ? null : ticket.survey());
    job.put("priority", ticket.priority()).put("since", held.since.toString());
    job.set("reserved", Json.MAPPER.valueToTree(held.lease.resources()));
    Optional<AttemptFigures> used = Optional.ofNullable(attempts.get(held.key));
    if (used.isPresent()) {
      job.putObject("used").put("memory", used.get().memory()).put("disk", used.get().disk());
    } else {
      job.putNull("used");
    }
    return job;
  }

  /**
   * @param begun when this scheduler began
   */
  JsonNode hosts(NodeFigures figures, Optional<Instant> begun) {
    return new HostReport(hosts.views(now), figures.hosts(now), ledger.packing().tokens(), now)
        .json(begun);
  }

  JsonNode explain(JobId job) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("job", job.value());
    Optional<Assigned> assigned = ledger.assigned(job);
    if (assigned.isPresent()) {
      Assigned held = assigned.get();
      json.put("scheduled", true);
      json.put("node", held.node().value());
      json.put(
          "reason",
          withHosts(
              held.attempt == 0
                  ? "assigned to " + held.node() + " at " + held.since + ", not started yet"
                  : "runs on " + held.node() + " as attempt " + held.attempt,
              held.lease.resources()));
      return json;
    }
    json.put("scheduled", false);
    json.put("reason", reason(job));
    ledger
        .packing()
        .why(job, now)
        .ifPresent(
            why -> json.set("waits", Json.MAPPER.<ObjectNode>valueToTree(why).without("words")));
    return json;
  }

  private String reason(JobId job) {
    if (ledger.inDoubt()) {
      return "the scheduler has just started and waits for the nodes to report what they run";
    }
    if (ledger.refusals().isHeld(job)) {
      return "a node gave it back before it started; it is queued again in a moment";
    }
    if (ledger.losses().isOpen(job)) {
      return "its node was lost; the job has not answered yet";
    }
    return ledger
        .packing()
        .explain(job, now)
        .map(
            why ->
                withHosts(
                    why,
                    ledger.packing().queued(job).map(JobTicket::resources).orElse(Resources.NONE)))
        .orElse(
            "the scheduler does not know it: it has ended, waits for its next attempt, or has"
                + " not announced itself yet");
  }

  /** Adds which of the hosts that it needs may not be asked now. */
  private String withHosts(String reason, Resources resources) {
    String obstacles = hosts.obstacles(resources.tokens(), now);
    return obstacles.isEmpty() ? reason : reason + "; " + obstacles;
  }
}
