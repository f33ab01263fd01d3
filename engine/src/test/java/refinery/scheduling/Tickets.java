package refinery.scheduling;

import java.time.Instant;
import java.util.Map;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/** Tickets for tests. */
final class Tickets {
  static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

  private Tickets() {}

  static JobTicket ticket(String name, String survey, int priority, long order, Resources needs) {
    return new JobTicket(job(name), "processor", survey, priority, order, needs, "", START);
  }

  static JobTicket ticket(String name, Resources needs) {
    return ticket(name, "survey-a", 50, 0, needs);
  }

  static JobId job(String name) {
    return new JobId("job-" + name);
  }

  static NodeId node(String name) {
    return new NodeId("node-" + name);
  }

  static Resources needs(long cpu, long memory, long disk) {
    return Resources.of(cpu, memory, disk);
  }

  static Resources token(Resources needs, String name, int count) {
    return needs.withTokens(Map.of(name, count));
  }
}
