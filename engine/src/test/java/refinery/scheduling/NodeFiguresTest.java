package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.scheduling.Tickets.needs;
import static refinery.scheduling.Tickets.node;
import static refinery.scheduling.Tickets.ticket;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import com.typesafe.config.ConfigFactory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.AttemptFigures;
import refinery.protocol.scheduling.HostFigures;
import refinery.protocol.scheduling.HostFigures.Fallback;
import refinery.protocol.scheduling.HostFigures.Troubles;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.AskHost;
import refinery.protocol.scheduling.SchedulerCommand.Held;

/** What people see of nodes, hosts and a drain before it is begun. */
class NodeFiguresTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final SchedulingConfig CONFIG =
      SchedulingConfig.from(
          ConfigFactory.parseResources("scheduling.conf").resolve().getConfig("refinery"));

  private final ActorRef<AgentCommand> agent = KIT.<AgentCommand>createTestProbe().getRef();
  private final List<AgentCommand.Assign> assigned = new ArrayList<>();
  private final Ledger ledger = new Ledger(CONFIG, outbox());
  private final NodeFigures figures = new NodeFigures();
  private final Hosts hosts = new Hosts(CONFIG.hosts());
  private Instant now = Instant.parse("2026-01-02T03:04:05Z");
  private long sequence;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private Outbox outbox() {
    return new Outbox() {
      @Override
      public void toAgent(ActorRef<AgentCommand> to, AgentCommand command) {
        if (command instanceof AgentCommand.Assign assign) {
          assigned.add(assign);
        }
      }

      @Override
      public void toJob(JobId job, JobCommand command) {}

      @Override
      public void lose(JobId job, int attempt, NodeId node, String reason, LossCause cause) {}
    };
  }

  private void report(String node, Resources capacity, Held... held) {
    ledger.report(
        new SchedulerCommand.Report(
            new SchedulerCommand.NodeDescription(
                node(node),
                "h:1",
                List.of("processor"),
                capacity,
                Optional.empty(),
                "",
                100,
                Map.of()),
            1,
            ++sequence,
            List.of(held),
            List.of(),
            agent),
        now);
  }

  /** Two jobs run on node a; node b has room for the small one. */
  private void twoJobsRun() {
    ledger.begin(7);
    report("a", Resources.of(4, 4, 4));
    ledger.endDoubt(now);
    ledger.announce(ticket("large", needs(3, 1, 1)), now);
    ledger.announce(ticket("small", needs(1, 1, 1)), now);
    ledger.place(now);
    report("b", Resources.of(2, 4, 4));
  }

  private SchedulerSnapshot snapshot() {
    return new SchedulerSnapshot(ledger, hosts, now);
  }

  private static HostFigures host(String name, int inFlight, Fallback... fallbacks) {
    return new HostFigures(
        name,
        "ena",
        Instant.EPOCH,
        inFlight,
        10,
        20,
        OptionalLong.of(30),
        40,
        5,
        new Troubles(1, 2, 3, 4),
        List.of(fallbacks));
  }

  private void said(String node, long incarnation, List<HostFigures> of, AttemptFigures... now) {
    figures.take(new SchedulerCommand.Figures(node(node), incarnation, of, List.of(now)), this.now);
  }

  @Test
  void aPreviewSaysWhereEachJobCouldGoAndWhyTheOtherCannotAndMovesNothing() {
    twoJobsRun();
    JsonNode preview =
        new DrainPreview(ledger, figures, CONFIG.policy(), now).of(node("a")).orElseThrow();
    assertThat(preview.path("jobs")).hasSize(2);
    for (JsonNode job : preview.path("jobs")) {
      boolean small = job.path("reserved").path("cpu").asInt() == 1;
      assertThat(job.path("goes_to").asText("")).isEqualTo(small ? "node-b" : "");
      assertThat(job.path("why_not").asText(""))
          .contains(small ? "" : "but the largest of 1 such node has cpu 0.00");
    }
    assertThat(ledger.assigned()).hasSize(2).allMatch(held -> held.node().equals(node("a")));
    ledger.packing().sanityCheck();
    assertThat(new DrainPreview(ledger, figures, CONFIG.policy(), now).of(node("z"))).isEmpty();
  }

  @Test
  void aNodeShowsWhatItsJobsUseUntilItFallsSilent() {
    twoJobsRun();
    AgentCommand.Assignment first = assigned.getFirst().assignments().getFirst();
    said("a", 1, List.of(), new AttemptFigures(first.job(), 7, first.assignment(), 11, 12));
    JsonNode node = snapshot().nodesWithJobs(figures).at("/nodes/0");
    assertThat(node.path("jobs"))
        .filteredOn(job -> job.path("job").asText().equals(first.job().value()))
        .singleElement()
        .matches(job -> job.at("/used/memory").asInt() == 11 && job.at("/used/disk").asInt() == 12);
    assertThat(node.path("jobs"))
        .filteredOn(job -> !job.path("job").asText().equals(first.job().value()))
        .singleElement()
        .matches(job -> job.path("used").isNull());
    now = now.plusSeconds(60);
    assertThat(snapshot().nodesWithJobs(figures).at("/nodes/0/jobs"))
        .allMatch(job -> job.path("used").isNull());
  }

  @Test
  void aHostAddsUpWhatAllNodesCountAndForgetsThoseThatAreGone() {
    Fallback early = new Fallback("n:443", "corrupt", 2, "early", now);
    Fallback late = new Fallback("n:443", "corrupt", 1, "late", now.plusSeconds(5));
    hosts.ask(
        new AskHost("h:443", "ena", 10, KIT.<SchedulerCommand.HostReply>createTestProbe().getRef()),
        now);
    said("a", 1, List.of(host("h:443", 1, early)));
    said("b", 1, List.of(host("h:443", 2, late)));
    JsonNode host = snapshot().hosts(figures, Optional.of(now)).at("/hosts/0");
    assertThat(host.path("in_flight").asInt()).isEqualTo(3);
    assertThat(host.path("bytes_per_second").asInt()).isEqualTo(20);
    assertThat(host.path("corrupt").asInt()).isEqualTo(4);
    assertThat(host.path("asked").asInt()).isEqualTo(1);
    assertThat(host.path("failures_in_a_row").isInt()).isTrue();
    assertThat(host.has("failures_in_arow")).isFalse();
    assertThat(host.path("state").asText()).isEqualTo("answers");
    assertThat(host.path("nodes")).hasSize(2);
    assertThat(host.path("fallbacks")).hasSize(1);
    assertThat(host.at("/fallbacks/0/count").asInt()).isEqualTo(3);
    assertThat(host.at("/fallbacks/0/last").asText()).isEqualTo("late");
    figures.keep(List.of(node("b")));
    assertThat(snapshot().hosts(figures, Optional.of(now)).at("/hosts/0/in_flight").asInt())
        .isEqualTo(2);
    now = now.plusSeconds(60);
    JsonNode past = snapshot().hosts(figures, Optional.of(now)).at("/hosts/0");
    assertThat(past.path("in_flight").asInt()).isZero();
    assertThat(past.path("bytes").asInt()).isEqualTo(40);
  }

  @Test
  void anEarlierLifeOfANodeIsNotBelieved() {
    said("a", 2, List.of(host("h:443", 1)));
    said("a", 1, List.of(host("h:443", 9)));
    assertThat(snapshot().hosts(figures, Optional.empty()).at("/hosts/0/in_flight").asInt())
        .isEqualTo(1);
  }
}
