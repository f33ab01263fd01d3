package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static refinery.scheduling.Tickets.START;
import static refinery.scheduling.Tickets.job;
import static refinery.scheduling.Tickets.needs;
import static refinery.scheduling.Tickets.node;
import static refinery.scheduling.Tickets.ticket;
import static refinery.scheduling.Tickets.token;

import com.typesafe.config.ConfigFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.JobTicket;

/** What is placed where, in which order, and why not. */
class PackingTest {
  private Packing packing = new Packing(PackingPolicy.DEFAULT);

  private void put(String name, long cpu, long memory, long disk) {
    packing.putNode(node(name), List.of("processor"), Resources.of(cpu, memory, disk), "");
  }

  private List<JobId> placed() {
    return pass(START).stream().map(Lease::job).toList();
  }

  private List<Lease> pass(Instant now) {
    List<Lease> leases = packing.pass(now, 10_000);
    packing.sanityCheck();
    return leases;
  }

  @Test
  void servesPrioritiesFirstThenTheSurveysOrderThenQueueTime() {
    packing = new Packing(PackingPolicy.DEFAULT.withOrder(Order.SMALLEST_FIRST));
    put("a", 10, 10, 10);
    Resources one = needs(1, 1, 1);
    packing.enqueue(
        new JobTicket(job("large"), "processor", "s", 50, 9, one, "", START.plusSeconds(1)), START);
    packing.enqueue(ticket("small", "s", 50, 1, one), START);
    packing.enqueue(ticket("urgent", "s", 90, 99, one), START);
    packing.enqueue(new JobTicket(job("early"), "processor", "s", 50, 9, one, "", START), START);
    assertThat(placed()).containsExactly(job("urgent"), job("small"), job("early"), job("large"));
  }

  @Test
  void servesTheLargestFirstWhenTold() {
    packing = new Packing(PackingPolicy.DEFAULT.withOrder(Order.LARGEST_FIRST));
    put("a", 10, 10, 10);
    packing.enqueue(ticket("small", "s", 50, 1, needs(1, 1, 1)), START);
    packing.enqueue(ticket("large", "s", 50, 9, needs(1, 1, 1)), START);
    List<Lease> leases = pass(START);
    assertThat(leases.stream().map(Lease::job)).containsExactly(job("large"), job("small"));
    assertThat(leases.getFirst().ticket().order()).isEqualTo(9);
  }

  @Test
  void servesBothEndsOfASurveySoThatTheLargestHoldTheirPart() {
    packing = new Packing(PackingPolicy.DEFAULT.withOrder(Order.BOTH_ENDS));
    put("a", 3, 3, 3);
    for (int size = 1; size <= 9; size++) {
      packing.enqueue(ticket("job-" + size, "s", 50, size, needs(1, 1, 1)), START);
    }
    List<Lease> first = pass(START);
    assertThat(first.stream().map(Lease::job))
        .containsExactlyInAnyOrder(job("job-1"), job("job-9"), job("job-8"));
    assertThat(packing.withdraw(job("job-7"))).isTrue();
    packing.enqueue(ticket("job-5", "s", 90, 5, needs(1, 1, 1)), START);
    first.forEach(packing::release);
    assertThat(placed()).containsExactlyInAnyOrder(job("job-5"), job("job-6"), job("job-4"));
  }

  /** From which end they were taken is not known any more. */
  @Test
  void adoptedJobsCountAsDividedBetweenTheEnds() {
    packing = new Packing(PackingPolicy.DEFAULT.withOrder(Order.BOTH_ENDS));
    put("a", 27, 27, 27);
    List<Lease> adopted = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      JobTicket ticket = ticket("adopted-" + i, "s", 50, i, needs(3, 3, 3));
      adopted.add(packing.adopt(ticket, node("a"), START).orElseThrow());
    }
    for (int size = 1; size <= 9; size++) {
      packing.enqueue(ticket("job-" + size, "s", 50, size, needs(3, 3, 3)), START);
    }
    adopted.subList(0, 3).forEach(packing::release);
    assertThat(placed()).containsExactlyInAnyOrder(job("job-1"), job("job-9"), job("job-8"));
  }

  @Test
  void aPeriodTooShortToBeToldApartIsRefused() {
    assertThatThrownBy(
            () ->
                SchedulingConfig.from(
                    ConfigFactory.parseString("refinery.scheduling.period = 20m")
                        .withFallback(ConfigFactory.parseResources("scheduling.conf"))
                        .resolve()
                        .getConfig("refinery")))
        .hasMessageContaining("refinery.scheduling.period")
        .hasMessageContaining("at least 1h");
  }

  /** Smaller and larger jobs keep coming, faster than they can be placed. */
  @Test
  void aMiddlingJobIsPlacedThoughSmallerAndLargerOnesKeepComing() {
    for (Order order : Order.values()) {
      packing = new Packing(PackingPolicy.DEFAULT.withOrder(order));
      put("a", 1, 1, 1);
      packing.enqueue(
          new JobTicket(job("middle"), "processor", "s", 50, 50, needs(1, 1, 1), "", START), START);
      int hours = 0;
      for (; packing.isQueued(job("middle")) && hours < 72; hours++) {
        Instant now = START.plusSeconds(3600L * hours);
        for (int size : new int[] {1, 2, 98, 99}) {
          packing.enqueue(
              new JobTicket(
                  job(hours + "-" + size), "processor", "s", 50, size, needs(1, 1, 1), "", now),
              now);
        }
        pass(now).forEach(packing::release);
      }
      assertThat(packing.isQueued(job("middle"))).as(order.word()).isFalse();
    }
  }

  @Test
  void whatWasLostWithItsNodeComesFirstInEitherOrder() {
    for (Order order : Order.values()) {
      packing = new Packing(PackingPolicy.DEFAULT.withOrder(order));
      put("a", 10, 10, 10);
      packing.enqueue(ticket("small", "s", 50, 1, needs(1, 1, 1)), START);
      packing.enqueue(ticket("large", "s", 50, 9, needs(1, 1, 1)), START);
      packing.enqueue(ticket("lost", "s", 50, JobTicket.FIRST, needs(1, 1, 1)), START);
      List<Lease> leases = pass(START);
      assertThat(leases.getFirst().job()).isEqualTo(job("lost"));
      assertThat(leases.getFirst().ticket().order()).isEqualTo(JobTicket.FIRST);
    }
  }

  @Test
  void sharesTheDominantResourceByWeight() {
    packing = new Packing(PackingPolicy.DEFAULT.withWeights(Map.of("heavy", 3.0)));
    put("a", 16, 16, 16);
    for (int i = 0; i < 20; i++) {
      packing.enqueue(ticket("h" + i, "heavy", 50, 0, needs(1, 0, 0)), START);
      packing.enqueue(ticket("l" + i, "light", 50, 0, needs(0, 1, 0)), START);
      packing.enqueue(ticket("m" + i, "light", 50, 0, needs(1, 1, 0)), START);
    }
    Map<String, Integer> counts = new HashMap<>();
    pass(START).forEach(lease -> counts.merge(lease.ticket().survey(), 1, Integer::sum));
    assertThat(counts.get("heavy")).isBetween(10, 16);
  }

  @Test
  void equalSurveysTakeTurnsOnASingleSlot() {
    put("a", 1, 1, 1);
    for (int i = 0; i < 4; i++) {
      packing.enqueue(ticket("a" + i, "survey-a", 50, 0, needs(1, 1, 1)), START);
      packing.enqueue(ticket("b" + i, "survey-b", 50, 0, needs(1, 1, 1)), START);
    }
    List<String> turns = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      Lease lease = pass(START.plusSeconds(i)).getFirst();
      turns.add(lease.ticket().survey());
      packing.release(lease);
    }
    assertThat(turns)
        .containsExactly("survey-a", "survey-b", "survey-a", "survey-b", "survey-a", "survey-b");
  }

  @Test
  void packsTightAndKeepsLargeHolesWhole() {
    put("large", 16, 16, 16);
    put("small", 4, 4, 4);
    packing.enqueue(ticket("x", needs(2, 2, 2)), START);
    packing.enqueue(ticket("y", needs(2, 2, 2)), START);
    assertThat(pass(START)).allMatch(lease -> lease.node().equals(node("small")));
    packing.enqueue(ticket("z", needs(16, 16, 16)), START);
    assertThat(placed()).containsExactly(job("z"));
  }

  @Test
  void theNodeWithTheRawDataWinsATie() {
    put("a", 8, 8, 8);
    put("b", 8, 8, 8);
    put("c", 8, 8, 8);
    packing.enqueue(
        new JobTicket(job("x"), "processor", "s", 50, 0, needs(1, 1, 1), "node-b", START), START);
    assertThat(pass(START)).allMatch(lease -> lease.node().equals(node("b")));
  }

  @Test
  void tokensBoundTheWholeCluster() {
    packing = new Packing(PackingPolicy.DEFAULT.withTokenLimits(Map.of("net:ena", 2)));
    put("a", 100, 100, 100);
    put("b", 100, 100, 100);
    for (int i = 0; i < 5; i++) {
      packing.enqueue(ticket("e" + i, token(needs(1, 1, 1), "net:ena", 1)), START);
      packing.enqueue(ticket("n" + i, token(needs(1, 1, 1), "net:ncbi", 1)), START);
    }
    List<Lease> leases = pass(START);
    assertThat(leases).hasSize(2 + 4);
    assertThat(packing.explain(job("e4"), START).orElseThrow())
        .contains("waits for token net:ena: 2 of 2 taken, needs 1");
    packing.release(
        leases.stream().filter(l -> l.job().value().startsWith("job-e")).findFirst().orElseThrow());
    assertThat(placed()).hasSize(1);
  }

  @Test
  void saysWhatNoNodeCouldEverHoldAndPlacesItWhenALargerNodeJoins() {
    put("a", 2000, 32L << 30, 100L << 30);
    packing.enqueue(ticket("huge", needs(1000, 180L << 30, 1L << 30)), START);
    packing.enqueue(
        new JobTicket(job("alien"), "surveyor", "s", 50, 0, needs(1, 1, 1), "", START), START);
    assertThat(placed()).isEmpty();
    Map<JobId, String> reasons = new HashMap<>();
    packing.unplaceable(reasons::put);
    assertThat(reasons).containsOnlyKeys(job("huge"), job("alien"));
    assertThat(reasons.get(job("huge")))
        .contains("memory 180.0 GiB", "the largest of 1 such node has cpu 2.00, memory 32.0 GiB");
    assertThat(reasons.get(job("alien"))).contains("no node has this role");
    put("b", 2000, 256L << 30, 100L << 30);
    reasons.clear();
    packing.unplaceable(reasons::put);
    assertThat(reasons).containsOnlyKeys(job("alien"));
    assertThat(placed()).containsExactly(job("huge"));
    packing.removeNode(node("b"));
    packing.enqueue(ticket("huge", needs(1000, 180L << 30, 1L << 30)), START);
    packing.unplaceable(reasons::put);
    assertThat(reasons).containsKey(job("huge"));
  }

  @Test
  void aLargeJobIsNotStarvedByAStreamOfSmallOnes() {
    put("a", 4, 4, 4);
    packing.enqueue(ticket("large", "s", 50, 1000, needs(4, 4, 4)), START);
    List<Lease> running = new ArrayList<>();
    int placedAfter = -1;
    for (int second = 0; second < 600 && placedAfter < 0; second++) {
      Instant now = START.plusSeconds(second);
      packing.enqueue(
          new JobTicket(job("s" + second), "processor", "s", 50, 1, needs(1, 1, 1), "", now), now);
      for (Lease lease : pass(now)) {
        placedAfter = lease.job().equals(job("large")) ? second : placedAfter;
        running.add(lease);
      }
      if (running.size() > 3) {
        packing.release(running.removeFirst());
      }
      if (running.size() > 0 && packing.view().reservations().size() == 1) {
        packing.release(running.removeFirst());
      }
    }
    assertThat(placedAfter).isBetween(5, 400);
  }

  @Test
  void backfillsWithoutDelayingTheReservedJob() {
    put("a", 4, 8, 8);
    packing.enqueue(ticket("running", needs(3, 1, 1)), START);
    Lease running = pass(START).getFirst();
    packing.enqueue(ticket("large", "s", 50, 0, needs(4, 2, 2)), START);
    pass(START.plusSeconds(11));
    assertThat(packing.view().reservations()).hasSize(1);
    packing.enqueue(ticket("delays", "s", 50, 1, needs(1, 1, 1)), START);
    packing.enqueue(ticket("harmless", "s", 50, 1, needs(0, 1, 1)), START);
    assertThat(pass(START.plusSeconds(12)).stream().map(Lease::job))
        .containsExactly(job("harmless"));
    packing.enqueue(ticket("urgent", "s", 90, 1, needs(1, 1, 1)), START);
    assertThat(pass(START.plusSeconds(13)).stream().map(Lease::job)).containsExactly(job("urgent"));
    packing.release(running);
    assertThat(pass(START.plusSeconds(14)).stream().map(Lease::job)).isEmpty();
    packing.leases(node("a")).stream()
        .filter(l -> l.job().equals(job("urgent")))
        .toList()
        .forEach(packing::release);
    assertThat(pass(START.plusSeconds(15)).stream().map(Lease::job)).startsWith(job("large"));
  }

  @Test
  void aNodeThatTakesNoWorkGetsNone() {
    put("a", 4, 4, 4);
    packing.putNode(node("a"), List.of("processor"), Resources.of(4, 4, 4), "draining");
    packing.enqueue(ticket("x", needs(1, 1, 1)), START);
    assertThat(placed()).isEmpty();
    assertThat(packing.explain(job("x"), START).orElseThrow())
        .contains("takes no work: node-a (draining)");
    packing.putNode(node("a"), List.of("processor"), Resources.of(4, 4, 4), "");
    assertThat(placed()).containsExactly(job("x"));
  }

  @Test
  void explainsInWordsAndNumbers() {
    put("a", 4000, 4L << 30, 4L << 30);
    packing.enqueue(ticket("x", needs(3000, 1L << 30, 0)), START);
    pass(START);
    packing.enqueue(ticket("y", needs(2000, 1L << 30, 0)), START);
    pass(START);
    assertThat(packing.explain(job("y"), START.plusSeconds(7)).orElseThrow())
        .contains(
            "needs cpu 2.00, memory 1.0 GiB",
            "queued for 7 s",
            "fits none of 1 node now: node-a has cpu 1.00 free of 4.00")
        .contains("its survey holds 75.0 % of the cluster");
    assertThat(packing.explain(job("unknown"), START)).isEmpty();
    Why why = packing.why(job("y"), START.plusSeconds(7)).orElseThrow();
    assertThat(why.queuedSeconds()).isEqualTo(7);
    assertThat(why.release())
        .containsExactly(
            "jobs on node-a end that hold cpu 1.00 more",
            "another node joins that has cpu 2.00, memory 1.0 GiB, disk 0 B");
    assertThat(why.nodes()).extracting(Why.Node::cpuFree).containsExactly(1000L);
  }

  @Test
  void adoptedLeasesAreFactsEvenBeyondTheCapacity() {
    put("a", 2, 2, 2);
    NodeId a = node("a");
    Lease lease = packing.adopt(ticket("x", needs(2, 2, 2)), a, START).orElseThrow();
    Lease second = packing.adopt(ticket("y", needs(1, 1, 1)), a, START).orElseThrow();
    packing.enqueue(ticket("z", needs(1, 1, 1)), START);
    assertThat(placed()).isEmpty();
    packing.release(lease);
    packing.release(lease);
    assertThat(placed()).containsExactly(job("z"));
    packing.release(second);
    assertThat(packing.leaseCount()).isEqualTo(1);
  }

  @Test
  void aGreatVarietyOfRequestsMakesFewShapes() {
    put("a", 64000, 1L << 40, 1L << 40);
    for (int i = 0; i < 20_000; i++) {
      packing.enqueue(ticket("v" + i, needs(1000, (1L << 30) + i * 1_000_003L, 1)), START);
    }
    assertThat(packing.view().queue().size()).isLessThan(900);
    packing.sanityCheck();
  }
}
