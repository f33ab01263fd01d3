package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/** What holds after every step of any history. */
class PackingProperties {
  private static final PackingPolicy POLICY =
      new PackingPolicy(
          Order.BOTH_ENDS,
          Duration.ofDays(1),
          Map.of("survey-1", 2.0),
          Map.of("net:ena", 2),
          4,
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          0.3);

  sealed interface Step {
    record Enqueue(
        int job, int survey, int priority, int order, Resources needs, int role, int home)
        implements Step {}

    record Withdraw(int job) implements Step {}

    record PutNode(int node, int cpu, int memory, int disk, int roles, boolean refuses)
        implements Step {}

    record RemoveNode(int node) implements Step {}

    record Release(int nth) implements Step {}

    record Pass(int seconds, int limit) implements Step {}
  }

  @Provide
  Arbitrary<List<Step>> histories() {
    Arbitrary<Resources> needs =
        Combinators.combine(
                Arbitraries.integers().between(1, 8),
                Arbitraries.integers().between(0, 8),
                Arbitraries.integers().between(0, 4),
                Arbitraries.integers().between(0, 5))
            .as(
                (cpu, memory, disk, token) ->
                    Resources.of(cpu, memory, disk)
                        .withTokens(
                            token == 0
                                ? Map.of("net:ena", 1)
                                : token == 1 ? Map.of("net:ena", 1, "x", 2) : Map.of()));
    Arbitrary<Step> enqueue =
        Combinators.combine(
                Arbitraries.integers().between(0, 40),
                Arbitraries.integers().between(0, 2),
                Arbitraries.of(10, 50, 50, 90),
                Arbitraries.integers().between(0, 5),
                needs,
                Arbitraries.integers().between(0, 1),
                Arbitraries.integers().between(0, 3))
            .as(Step.Enqueue::new);
    Arbitrary<Step> put =
        Combinators.combine(
                Arbitraries.integers().between(0, 3),
                Arbitraries.integers().between(1, 10),
                Arbitraries.integers().between(1, 10),
                Arbitraries.integers().between(1, 6),
                Arbitraries.integers().between(1, 3),
                Arbitraries.of(false, false, false, true))
            .as(Step.PutNode::new);
    Arbitrary<Step> pass =
        Combinators.combine(
                Arbitraries.integers().between(0, 20), Arbitraries.of(1, 3, 1000, 1000, 1000))
            .as(Step.Pass::new);
    return Arbitraries.frequencyOf(
            net.jqwik.api.Tuple.of(10, enqueue),
            net.jqwik.api.Tuple.of(
                1, Arbitraries.integers().between(0, 40).map(Step.Withdraw::new)),
            net.jqwik.api.Tuple.of(3, put),
            net.jqwik.api.Tuple.of(
                1, Arbitraries.integers().between(0, 3).map(Step.RemoveNode::new)),
            net.jqwik.api.Tuple.of(6, Arbitraries.integers().between(0, 99).map(Step.Release::new)),
            net.jqwik.api.Tuple.of(6, pass))
        .list()
        .ofMinSize(5)
        .ofMaxSize(120);
  }

  /** A second book-keeping that shares no code with the packing. */
  private static final class Model {
    final Packing packing;

    /** Whether requests are rounded up to make fewer shapes, and made uneven for that. */
    final boolean rounds;

    final Map<JobId, JobTicket> queued = new HashMap<>();
    final List<Lease> leases = new ArrayList<>();
    final Map<NodeId, Step.PutNode> nodes = new HashMap<>();
    final List<String> log = new ArrayList<>();
    Instant now = Tickets.START;

    Model() {
      this(false);
    }

    Model(boolean rounds) {
      this.rounds = rounds;
      this.packing =
          rounds ? new Packing(POLICY, Packing.Estimate.UNKNOWN, 0) : new Packing(POLICY);
    }

    private Resources amounts(Resources plain, int uneven) {
      return rounds
          ? plain
              .withMemory(plain.memory() * 1_000_003 - plain.memory() * uneven * 999)
              .withDisk(plain.disk() * 2_000_003 - plain.disk() * uneven * 1999)
          : plain;
    }

    private Resources capacity(Step.PutNode node) {
      return amounts(Resources.of(node.cpu(), node.memory(), node.disk()), 0);
    }

    void apply(Step step) {
      switch (step) {
        case Step.Enqueue enqueue -> enqueue(enqueue);
        case Step.Withdraw withdraw -> {
          JobId job = Tickets.job("" + withdraw.job());
          assertThat(packing.withdraw(job)).isEqualTo(queued.remove(job) != null);
        }
        case Step.PutNode put -> put(put);
        case Step.RemoveNode remove -> {
          NodeId id = Tickets.node("" + remove.node());
          List<Lease> ended = packing.removeNode(id);
          assertThat(ended)
              .containsExactlyInAnyOrderElementsOf(
                  leases.stream().filter(lease -> lease.node().equals(id)).toList());
          leases.removeAll(ended);
          nodes.remove(id);
        }
        case Step.Release release -> {
          if (!leases.isEmpty()) {
            packing.release(leases.remove(release.nth() % leases.size()));
          }
        }
        case Step.Pass pass -> pass(pass);
      }
      packing.sanityCheck();
      check();
    }

    private void enqueue(Step.Enqueue step) {
      JobId job = Tickets.job("" + step.job());
      if (leases.stream().anyMatch(lease -> lease.job().equals(job))) {
        return;
      }
      JobTicket ticket =
          new JobTicket(
              job,
              step.role() == 0 ? "processor" : "downloader",
              "survey-" + step.survey(),
              step.priority(),
              step.order(),
              amounts(step.needs(), step.job()),
              step.home() == 0 ? "" : "node-" + step.home(),
              now);
      packing.enqueue(ticket, now);
      queued.put(job, ticket);
    }

    private void put(Step.PutNode step) {
      NodeId id = Tickets.node("" + step.node());
      List<String> roles = new ArrayList<>();
      if ((step.roles() & 1) != 0) {
        roles.add("processor");
      }
      if ((step.roles() & 2) != 0) {
        roles.add("downloader");
      }
      Step.PutNode known = nodes.get(id);
      Step.PutNode next =
          known == null
              ? step
              : new Step.PutNode(
                  step.node(),
                  rounds ? Math.max(known.cpu(), step.cpu()) : known.cpu(),
                  rounds ? Math.max(known.memory(), step.memory()) : known.memory(),
                  rounds ? Math.max(known.disk(), step.disk()) : known.disk(),
                  known.roles(),
                  step.refuses());
      if (known != null) {
        roles.clear();
        if ((known.roles() & 1) != 0) {
          roles.add("processor");
        }
        if ((known.roles() & 2) != 0) {
          roles.add("downloader");
        }
      }
      packing.putNode(id, roles, capacity(next), next.refuses() ? "draining" : "");
      nodes.put(id, next);
    }

    private void pass(Step.Pass step) {
      now = now.plusSeconds(step.seconds());
      for (Lease lease : packing.pass(now, step.limit())) {
        JobTicket ticket = queued.remove(lease.job());
        assertThat(ticket).as("placed from the queue, once").isNotNull();
        assertThat(lease.ticket()).isEqualTo(ticket);
        assertThat(nodes.get(lease.node()).refuses()).isFalse();
        leases.add(lease);
        log.add(lease.job() + "@" + lease.node());
      }
      if (!packing.isUnfinished() && !rounds) {
        nothingPlaceableWaits();
      }
    }

    private Resources used(NodeId id) {
      return leases.stream()
          .filter(lease -> lease.node().equals(id))
          .map(Lease::resources)
          .reduce(Resources.NONE, Resources::plus);
    }

    private int taken(String token) {
      return leases.stream()
          .mapToInt(lease -> lease.resources().tokens().getOrDefault(token, 0))
          .sum();
    }

    private void check() {
      nodes.forEach(
          (id, node) ->
              assertThat(used(id).fits(capacity(node)))
                  .as("%s is not over-committed", id)
                  .isTrue());
      assertThat(taken("net:ena")).isLessThanOrEqualTo(2);
      assertThat(taken("x")).isLessThanOrEqualTo(4);
      assertThat(packing.queuedCount()).isEqualTo(queued.size());
      assertThat(packing.leaseCount()).isEqualTo(leases.size());
      queued.keySet().forEach(job -> assertThat(packing.isQueued(job)).isTrue());
      Set<JobId> once = new HashSet<>(queued.keySet());
      leases.forEach(lease -> assertThat(once.add(lease.job())).isTrue());
      Set<JobId> unplaceable = new HashSet<>();
      packing.unplaceable((job, reason) -> unplaceable.add(job));
      queued.forEach(
          (job, ticket) -> assertThat(unplaceable.contains(job)).isEqualTo(!couldEverHold(ticket)));
    }

    private boolean couldEverHold(JobTicket ticket) {
      return nodes.values().stream()
          .anyMatch(node -> hasRole(node, ticket) && ticket.resources().fits(capacity(node)));
    }

    private boolean hasRole(Step.PutNode node, JobTicket ticket) {
      return (node.roles() & (ticket.role().equals("processor") ? 1 : 2)) != 0;
    }

    private void nothingPlaceableWaits() {
      Map<NodeId, PackingView.ReservationView> reserved = new HashMap<>();
      packing.view().reservations().forEach(view -> reserved.put(view.node(), view));
      for (JobTicket ticket : queued.values()) {
        boolean tokens =
            ticket.resources().tokens().entrySet().stream()
                .allMatch(
                    entry ->
                        taken(entry.getKey()) + entry.getValue()
                            <= (entry.getKey().equals("net:ena") ? 2 : 4));
        nodes.forEach(
            (id, node) -> {
              Resources wanted = used(id).plus(ticket.resources());
              PackingView.ReservationView view = reserved.get(id);
              if (view != null && view.priority() >= ticket.priority()) {
                wanted = wanted.plus(view.resources());
              }
              boolean fits =
                  tokens && !node.refuses() && hasRole(node, ticket) && wanted.fits(capacity(node));
              assertThat(fits).as("%s waits though %s is free", ticket, id).isFalse();
            });
      }
    }
  }

  @Property(tries = 400)
  void everyHistoryKeepsTheBooksStraight(@ForAll("histories") List<Step> history) {
    Model model = new Model();
    history.forEach(model::apply);
  }

  /** Rounding makes no job unplaceable, takes no more than was asked for, and starves nobody. */
  @Property(tries = 300)
  void roundingKeepsTheBooksStraight(@ForAll("histories") List<Step> history) {
    Model model = new Model(true);
    history.forEach(model::apply);
    runToTheEnd(model);
  }

  @Property(tries = 50)
  void equalHistoriesGiveEqualPlacements(@ForAll("histories") List<Step> history) {
    Model one = new Model();
    Model two = new Model();
    history.forEach(one::apply);
    history.forEach(two::apply);
    assertThat(one.log).isEqualTo(two.log);
  }

  @Property(tries = 100)
  void everythingPlaceableRunsInTheEnd(@ForAll("histories") List<Step> history) {
    Model model = new Model();
    history.forEach(model::apply);
    runToTheEnd(model);
  }

  private static void runToTheEnd(Model model) {
    List.copyOf(model.nodes.values()).stream()
        .map(
            node ->
                new Step.PutNode(
                    node.node(), node.cpu(), node.memory(), node.disk(), node.roles(), false))
        .forEach(model::apply);
    for (int round = 0; round < 200; round++) {
      model.apply(new Step.Pass(20, 1000));
      model.apply(new Step.Release(round * 7));
    }
    model.queued.values().forEach(ticket -> assertThat(model.couldEverHold(ticket)).isFalse());
  }
}
