package refinery.scheduling;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.scheduling.AttemptFigures;
import refinery.protocol.scheduling.JobTicket;

/**
 * What a drain of a node would move, and where to. It packs the node's jobs onto the other nodes as
 * they are now, by the same {@link Packing} that places work, and changes nothing. Jobs that are
 * queued already are left out: how many they are is said beside it. Pure.
 */
final class DrainPreview {
  private static final int MOST = 10_000;

  private final Ledger ledger;
  private final NodeFigures figures;
  private final PackingPolicy policy;
  private final Instant now;

  DrainPreview(Ledger ledger, NodeFigures figures, PackingPolicy policy, Instant now) {
    this.ledger = ledger;
    this.figures = figures;
    this.policy = policy;
    this.now = now;
  }

  /** Empty when the node is unknown. */
  Optional<JsonNode> of(NodeId node) {
    return Optional.ofNullable(ledger.agents().get(node)).map(this::preview);
  }

  private JsonNode preview(Agent drained) {
    Packing others = withoutItsJobs(drained);
    for (Assigned held : drained.held.values()) {
      others.enqueue(again(held.lease.ticket()), now);
    }
    Map<JobId, NodeId> targets = new HashMap<>();
    for (Lease lease : others.pass(now, MOST)) {
      targets.put(lease.job(), lease.node());
    }
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("node", drained.description.id().value());
    json.put("state", drained.state(now));
    json.put("at", now.toString());
    json.put("queued_now", ledger.packing().queuedCount());
    ArrayNode jobs = json.putArray("jobs");
    Map<Assigned.Key, AttemptFigures> used = figures.attempts(drained.description.id(), now);
    for (Assigned held : drained.held.values()) {
      ObjectNode job = jobs.addObject();
      job.put("job", held.job().value()).put("attempt", held.attempt);
      job.set("reserved", Json.MAPPER.valueToTree(held.lease.resources()));
      job.put(
          "disk_used",
          Optional.ofNullable(used.get(held.key)).map(AttemptFigures::disk).orElse(0L));
      NodeId target = targets.get(held.job());
      job.put("goes_to", target == null ? null : target.value());
      job.put("why_not", target == null ? whyNot(others, held.job()) : null);
    }
    return json;
  }

  /** The other nodes with what they hold. */
  private Packing withoutItsJobs(Agent drained) {
    Packing packing = new Packing(policy);
    List<Agent> others =
        ledger.agents().values().stream()
            .filter(agent -> agent != drained && !agent.silent)
            .toList();
    for (Agent agent : others) {
      packing.putNode(
          agent.description.id(),
          agent.description.roles(),
          agent.description.capacity(),
          agent.refuses(now));
    }
    for (Agent agent : others) {
      agent
          .held
          .values()
          .forEach(held -> packing.adopt(held.lease.ticket(), agent.description.id(), now));
    }
    return packing;
  }

  /** The ticket with which the job would be queued again: first of its survey. */
  private JobTicket again(JobTicket held) {
    return new JobTicket(
        held.job(),
        held.role(),
        held.survey(),
        held.priority(),
        JobTicket.FIRST,
        held.resources(),
        "",
        now);
  }

  private String whyNot(Packing others, JobId job) {
    if (ledger.agents().size() == 1) {
      return "there is no other node";
    }
    return others.explain(job, now).orElse("it would wait in the queue");
  }
}
