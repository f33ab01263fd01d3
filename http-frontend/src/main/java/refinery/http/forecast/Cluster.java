package refinery.http.forecast;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import refinery.protocol.Json;
import refinery.protocol.Resources;
import refinery.protocol.query.NodeView;

/**
 * The size of the cluster: what each node declares that takes process jobs.
 *
 * @param processors capacities of the nodes that are up and have the role {@code processor}
 */
public record Cluster(List<Resources> processors) {
  /** Longer sums would not be exact. */
  private static final double MOST_SLOTS = 1e9;

  public Cluster {
    processors = List.copyOf(processors);
  }

  /**
   * @param scheduler its state, as {@code GET /refinery/scheduler} shows it
   */
  public static Cluster of(JsonNode scheduler) {
    List<Resources> processors = new ArrayList<>();
    for (JsonNode each : scheduler.path("nodes")) {
      NodeView node = Json.MAPPER.convertValue(each, NodeView.class);
      if (node.state().equals("up") && node.roles().contains("processor")) {
        processors.add(node.capacity());
      }
    }
    return new Cluster(processors);
  }

  /** Only the nodes on which such a job fits. */
  Cluster fitting(Resources job) {
    return new Cluster(processors.stream().filter(job::fits).toList());
  }

  /** Of cpu, memory and disk; the sums of all nodes. */
  Resources total() {
    return processors.stream()
        .map(node -> Resources.of(node.cpu(), node.memory(), node.disk()))
        .reduce(Resources.NONE, Resources::plus);
  }

  /** How many such jobs fit at the same time. */
  double slots(Resources job) {
    return processors.stream().mapToDouble(node -> slots(node, job)).sum();
  }

  private static double slots(Resources node, Resources job) {
    double slots = MOST_SLOTS;
    slots = job.cpu() == 0 ? slots : Math.min(slots, node.cpu() / job.cpu());
    slots = job.memory() == 0 ? slots : Math.min(slots, node.memory() / job.memory());
    return job.disk() == 0 ? slots : Math.min(slots, node.disk() / job.disk());
  }
}
