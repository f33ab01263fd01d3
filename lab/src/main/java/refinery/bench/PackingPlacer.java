package refinery.bench;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntConsumer;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;
import refinery.scheduling.Lease;
import refinery.scheduling.Order;
import refinery.scheduling.Packing;
import refinery.scheduling.PackingPolicy;

/** Places by the scheduler's own packing, with its default policy. */
final class PackingPlacer implements Placer {
  private static final long MIB = 1L << 20;
  private static final int PLACEMENTS_PER_PASS = 2000;
  private static final List<String> ROLES = List.of("downloader", "processor");

  private final Workload work;
  private final Packing packing;
  private final Lease[] leases;
  private final NodeId[] nodes;
  private final List<Lease> placed = new ArrayList<>();
  private final Map<NodeId, Integer> numbers = new HashMap<>();

  PackingPlacer(Workload work, Order order) {
    this.work = work;
    this.packing =
        new Packing(
            PackingPolicy.DEFAULT
                .withTokenLimits(work.namedTokenLimits())
                .withWeights(work.weights())
                .withOrder(order));
    this.leases = new Lease[work.jobs];
    this.nodes = new NodeId[work.cluster.size()];
    for (int node = 0; node < nodes.length; node++) {
      nodes[node] = new NodeId("node-" + node);
      numbers.put(nodes[node], node);
    }
  }

  JobTicket ticket(int job) {
    Resources needs =
        new Resources(
            work.cpu[job],
            work.memory[job] * MIB,
            work.disk[job] * MIB,
            work.token[job] == Workload.NO_TOKEN
                ? Map.of()
                : Map.of(Workload.tokenName(work.token[job]), 1));
    return new JobTicket(
        new JobId("job-" + job),
        Kind.values()[work.kind[job]].role(),
        work.surveys.get(work.survey[job]).name(),
        50,
        work.order[job],
        needs,
        work.home[job] < 0 ? "" : nodes[work.home[job]].value(),
        Instant.ofEpochSecond(work.arrival[job]));
  }

  @Override
  public void enqueue(int job, long millis) {
    packing.enqueue(ticket(job), Instant.ofEpochMilli(millis));
  }

  @Override
  public void putNode(int node, boolean takesWork) {
    Cluster cluster = work.cluster;
    packing.putNode(
        nodes[node],
        ROLES,
        Resources.of(cluster.cpu(node), cluster.memory(node) * MIB, cluster.disk(node) * MIB),
        takesWork ? "" : "draining");
  }

  @Override
  public void removeNode(int node, IntConsumer lost) {
    for (Lease lease : packing.removeNode(nodes[node])) {
      int job = number(lease.job());
      leases[job] = null;
      lost.accept(job);
    }
  }

  private static int number(JobId job) {
    return Integer.parseInt(job.value(), JobId.PREFIX.length(), job.value().length(), 10);
  }

  @Override
  public void release(int job) {
    packing.release(leases[job]);
    leases[job] = null;
  }

  @Override
  public void pass(long millis) {
    Instant now = Instant.ofEpochMilli(millis);
    do {
      placed.addAll(packing.pass(now, PLACEMENTS_PER_PASS));
    } while (packing.isUnfinished());
  }

  @Override
  public void tell(Placed teller) {
    for (Lease lease : placed) {
      int job = number(lease.job());
      leases[job] = lease;
      teller.at(job, numbers.get(lease.node()));
    }
    placed.clear();
  }

  @Override
  public int queued() {
    return packing.queuedCount();
  }

  @Override
  public void check() {
    packing.sanityCheck();
  }
}
