package refinery.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import refinery.protocol.Json;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;

/** What a scheduler says of one node and two hosts. */
final class FakeScheduler {
  private FakeScheduler() {}

  static ObjectNode nodes() {
    ObjectNode state = Json.MAPPER.createObjectNode().put("at", Samples.AT.toString());
    ObjectNode node = Json.MAPPER.valueToTree(Samples.node());
    node.put("heard_at", Samples.AT.toString());
    ObjectNode job = node.putArray("jobs").addObject();
    job.put("job", "job-runs").put("attempt", 1).put("role", "processor").putNull("survey_id");
    job.put("priority", 50).put("since", Samples.AT.toString());
    job.set("reserved", Json.MAPPER.valueToTree(Resources.of(1000, 5, 6)));
    job.putObject("used").put("memory", 3).put("disk", 4);
    state.putArray("nodes").add(node);
    return state;
  }

  static ObjectNode hosts() {
    ObjectNode state = Json.MAPPER.createObjectNode();
    state.put("requests_counted_since", Samples.AT.toString());
    state.putArray("hosts").add(host("a.example:443", "ena")).add(host("b.example:443", "ncbi"));
    return state;
  }

  private static ObjectNode host(String name, String archive) {
    ObjectNode host = Json.MAPPER.createObjectNode().put("host", name).put("archive", archive);
    host.put("state", "answers").put("failures_in_a_row", 0).putNull("since");
    host.putNull("asked_again_at").put("reason", "").put("asked", 1).put("failed", 0);
    host.put("retry_afters", 0).putNull("token").put("in_flight", 1).put("bytes_per_second", 2);
    host.put("bytes_per_second_lately", 3).put("bytes", 4).put("files", 5).put("stalls", 6);
    host.put("corrupt", 7).put("unanswered", 8).put("absent", 9);
    host.put("counted_since", Samples.AT.toString());
    host.putArray("fallbacks");
    host.putArray("nodes");
    return host;
  }

  static SchedulerReply preview(NodeId node) {
    if (!node.value().equals("node-a")) {
      return new SchedulerReply.UnknownNode(node);
    }
    ObjectNode preview = Json.MAPPER.createObjectNode().put("node", node.value());
    preview.put("state", "up").put("at", Samples.AT.plusSeconds(90).toString());
    preview.put("queued_now", 3);
    ObjectNode job = preview.putArray("jobs").addObject();
    job.put("job", "job-runs").put("attempt", 1).put("disk_used", 7);
    job.set("reserved", Json.MAPPER.valueToTree(Resources.of(1000, 5, 6)));
    job.put("goes_to", "node-b").putNull("why_not");
    return new SchedulerReply.Snapshot(preview);
  }
}
