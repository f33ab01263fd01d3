package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.scheduling.Tickets.START;
import static refinery.scheduling.Tickets.job;
import static refinery.scheduling.Tickets.needs;
import static refinery.scheduling.Tickets.node;
import static refinery.scheduling.Tickets.ticket;

import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.typed.ActorRef;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobState;
import refinery.protocol.job.LossCause;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.JobTicket;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.Unreported;
import refinery.readmodel.NodeQueries;

/** Leases, losses and the rebuild, with time and messages in the test's hands. */
class LedgerTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Resources CAPACITY = Resources.of(4, 4, 4);
  private static final SchedulingConfig CONFIG =
      new SchedulingConfig(
          Duration.ofSeconds(5),
          Duration.ofSeconds(10),
          Duration.ofSeconds(5),
          1000,
          PackingPolicy.DEFAULT,
          HostPolicy.DEFAULT);

  private final List<Object> sent = new ArrayList<>();
  private final ActorRef<AgentCommand> agentRef = KIT.<AgentCommand>createTestProbe().getRef();
  private final Ledger ledger = new Ledger(CONFIG, outbox());
  private Instant now = START;
  private long sequence;

  record ToJob(JobId job, JobCommand command) {}

  record Lost(JobId job, int attempt, NodeId node) {}

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private Outbox outbox() {
    return new Outbox() {
      @Override
      public void toAgent(ActorRef<AgentCommand> agent, AgentCommand command) {
        sent.add(command);
      }

      @Override
      public void toJob(JobId job, JobCommand command) {
        sent.add(new ToJob(job, command));
      }

      @Override
      public void lose(JobId job, int attempt, NodeId node, String reason, LossCause cause) {
        sent.add(new Lost(job, attempt, node));
      }
    };
  }

  private void report(String node, long incarnation, Held... held) {
    report(node, incarnation, List.of(held), List.of());
  }

  private void report(String node, long incarnation, List<Held> held, List<Unreported> unreported) {
    ledger.report(
        new SchedulerCommand.Report(
            new SchedulerCommand.NodeDescription(
                node(node),
                "h:1",
                List.of("processor"),
                CAPACITY,
                Optional.empty(),
                "",
                100,
                Map.of()),
            incarnation,
            ++sequence,
            held,
            unreported,
            agentRef),
        now);
  }

  private void started() {
    ledger.begin(7);
    ledger.endDoubt(now);
  }

  private <T> List<T> sent(Class<T> type) {
    List<T> found = sent.stream().filter(type::isInstance).map(type::cast).toList();
    sent.removeIf(type::isInstance);
    return found;
  }

  private AgentCommand.Assignment place() {
    ledger.place(now);
    List<AgentCommand.Assign> assigns = sent(AgentCommand.Assign.class);
    assertThat(assigns).hasSize(1);
    assertThat(assigns.getFirst().epoch()).isEqualTo(7);
    assertThat(assigns.getFirst().assignments()).hasSize(1);
    ledger.packing().sanityCheck();
    return assigns.getFirst().assignments().getFirst();
  }

  private Held held(AgentCommand.Assignment assignment, int attempt) {
    return new Held(assignment.job(), 7, assignment.assignment(), attempt, assignment.resources());
  }

  private static JobTicket requeued(String name, int seconds) {
    return new JobTicket(
        job(name), "processor", "", 50, 0, needs(1, 1, 1), "", START.plusSeconds(seconds));
  }

  private NodeQueries.LiveJob row(String name, JobState state, int attempt, String node) {
    return new NodeQueries.LiveJob(
        ticket(name, needs(1, 1, 1)),
        state,
        attempt,
        node.isEmpty() ? Optional.empty() : Optional.of(node(node)));
  }

  @Test
  void placesNothingDuringTheDoubt() {
    ledger.begin(7);
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    ledger.place(now);
    assertThat(sent(AgentCommand.Assign.class)).isEmpty();
    assertThat(sent(ToJob.class)).containsExactly(new ToJob(job("x"), new JobCommand.Announced(7)));
    ledger.endDoubt(now);
    assertThat(place().job()).isEqualTo(job("x"));
  }

  @Test
  void repeatedAnnouncementsAreAcknowledgedAndNothingIsDoubled() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    AgentCommand.Assignment assignment = place();
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    ledger.place(now);
    assertThat(sent(AgentCommand.Assign.class)).isEmpty();
    assertThat(sent(ToJob.class)).hasSize(3);
    ledger.released(new SchedulerCommand.Released(node("a"), 1, List.of(held(assignment, 1))), now);
    ledger.place(now);
    assertThat(sent(AgentCommand.Assign.class)).isEmpty();
    assertThat(ledger.packing().leaseCount()).isZero();
  }

  @Test
  void aRetryThatAnnouncesBeforeTheReleaseIsPlacedAfterIt() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(4, 4, 4)), now);
    AgentCommand.Assignment assignment = place();
    ledger.announce(requeued("x", 3), now);
    ledger.place(now);
    assertThat(sent(AgentCommand.Assign.class)).isEmpty();
    ledger.released(new SchedulerCommand.Released(node("a"), 1, List.of(held(assignment, 1))), now);
    assertThat(place().assignment()).isNotEqualTo(assignment.assignment());
  }

  @Test
  void rebuildsFromRowsAndReports() {
    ledger.begin(7);
    ledger.recover(
        List.of(
            row("queued", JobState.QUEUED, 0, ""),
            row("held", JobState.RUNNING, 2, "a"),
            row("gone", JobState.RUNNING, 3, "b"),
            row("starting", JobState.QUEUED, 0, ""),
            row("waiting", JobState.WAITING, 1, "")),
        now);
    report(
        "a",
        4,
        new Held(job("held"), 6, 11, 2, needs(1, 1, 1)),
        new Held(job("starting"), 6, 12, 0, needs(1, 1, 1)));
    assertThat(ledger.nothingRunsElsewhere()).isFalse();
    ledger.endDoubt(now);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("gone"), 3, node("b")));
    assertThat(place().job()).isEqualTo(job("queued"));
    assertThat(ledger.packing().leaseCount()).isEqualTo(3);
    now = now.plusSeconds(4);
    ledger.heartbeat(agent -> true, now);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("gone"), 3, node("b")));
    ledger.announce(requeued("gone", 4), now);
    now = now.plusSeconds(4);
    ledger.heartbeat(agent -> true, now);
    assertThat(sent(Lost.class)).isEmpty();
    assertThat(place().job()).isEqualTo(job("gone"));
    ledger.released(
        new SchedulerCommand.Released(
            node("a"), 4, List.of(new Held(job("starting"), 6, 12, 0, needs(1, 1, 1)))),
        now);
    now = now.plusSeconds(1);
    ledger.heartbeat(agent -> true, now);
    assertThat(place().job()).as("never ran: queued again").isEqualTo(job("starting"));
  }

  @Test
  void aSilentNodeLosesItsJobsAndIsToldToStopThemWhenItComesBack() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    AgentCommand.Assignment assignment = place();
    report("a", 1, held(assignment, 1));
    now = now.plusSeconds(9);
    ledger.heartbeat(agent -> true, now);
    assertThat(sent(Lost.class)).isEmpty();
    now = now.plusSeconds(2);
    ledger.heartbeat(agent -> true, now);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 1, node("a")));
    assertThat(ledger.packing().leaseCount()).isZero();
    report("a", 1, held(assignment, 1));
    assertThat(sent(AgentCommand.Stop.class))
        .singleElement()
        .satisfies(stop -> assertThat(stop.attempt()).isEqualTo(1));
    assertThat(ledger.packing().leaseCount()).as("its resources are not free").isEqualTo(1);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 1, node("a")));
    report("a", 1);
    assertThat(ledger.packing().leaseCount()).isZero();
    assertThat(sent(Lost.class)).as("told already").isEmpty();
  }

  /** The loss found the job queued still, and then the job granted the start that was under way. */
  @Test
  void anAttemptGrantedToAnAssignmentThatWasGivenUpIsLost() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    AgentCommand.Assignment given = place();
    ledger.heartbeat(agent -> false, now);
    ledger.loseAnswered(job("x"));
    sent(Lost.class);
    report("a", 1, held(given, 0));
    assertThat(sent(AgentCommand.Stop.class)).as("no attempt to stop yet").isEmpty();
    report("a", 1, held(given, 1));
    assertThat(sent(AgentCommand.Stop.class))
        .singleElement()
        .satisfies(stop -> assertThat(stop.attempt()).isEqualTo(1));
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 1, node("a")));
    report("a", 1, held(given, 1));
    assertThat(sent(AgentCommand.Stop.class)).as("told already").isEmpty();
  }

  @Test
  void aNodeThatDiesWithAnAssignmentThatWasGivenUpLosesItAllTheSame() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    AgentCommand.Assignment given = place();
    ledger.heartbeat(agent -> false, now);
    ledger.loseAnswered(job("x"));
    sent(Lost.class);
    report("a", 1, held(given, 0));
    ledger.heartbeat(agent -> false, now);
    assertThat(sent(Lost.class))
        .contains(new Lost(job("x"), JobCommand.Lose.ANY_ATTEMPT, node("a")));
  }

  @Test
  void aMemberThatWasRemovedIsForgotten() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    place();
    ledger.heartbeat(agent -> false, now);
    assertThat(sent(Lost.class))
        .containsExactly(new Lost(job("x"), JobCommand.Lose.ANY_ATTEMPT, node("a")));
    assertThat(ledger.agents()).isEmpty();
    report("b", 1);
    assertThat(place().job()).as("was never confirmed: queued at once").isEqualTo(job("x"));
  }

  /** Job x ran as attempt 1 on node a, which has freed it and may not have told the job. */
  private void ranAndWasReleased() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    AgentCommand.Assignment assignment = place();
    report("a", 1, held(assignment, 1));
    ledger.released(new SchedulerCommand.Released(node("a"), 1, List.of(held(assignment, 1))), now);
    assertThat(ledger.packing().leaseCount()).isZero();
  }

  @Test
  void aResultThatDiesWithItsAgentIsLost() {
    ranAndWasReleased();
    report("a", 1, List.of(), List.of(new Unreported(job("x"), 1)));
    ledger.heartbeat(agent -> false, now);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 1, node("a")));
  }

  @Test
  void aResultThatDiesBeforeTheNextReportIsLost() {
    ranAndWasReleased();
    report("a", 2);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 1, node("a")));
  }

  @Test
  void aResultThatItsJobTookNoteOfIsNotLost() {
    ranAndWasReleased();
    report("a", 1);
    ledger.heartbeat(agent -> false, now);
    assertThat(sent(Lost.class)).isEmpty();
  }

  @Test
  void aSilentMemberKeepsItsUnreportedResults() {
    ranAndWasReleased();
    report("a", 1, List.of(), List.of(new Unreported(job("x"), 1)));
    now = now.plusSeconds(11);
    ledger.heartbeat(agent -> true, now);
    assertThat(sent(Lost.class)).as("it may come back and tell").isEmpty();
    ledger.heartbeat(agent -> false, now);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 1, node("a")));
  }

  @Test
  void aNewSchedulerWaitsForAResultThatIsOnItsWay() {
    ledger.begin(7);
    ledger.recover(List.of(row("x", JobState.RUNNING, 1, "a")), now);
    report("a", 1, List.of(), List.of(new Unreported(job("x"), 1)));
    ledger.endDoubt(now);
    assertThat(sent(Lost.class)).isEmpty();
    report("a", 2);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 1, node("a")));
  }

  @Test
  void aRestartedAgentHasLostEverythingAndItsOldReportsAreIgnored() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    AgentCommand.Assignment assignment = place();
    report("a", 1, held(assignment, 1));
    report("a", 2);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 1, node("a")));
    report("a", 1, held(assignment, 1));
    assertThat(ledger.packing().leaseCount()).isZero();
  }

  @Test
  void anAssignmentThatNoReportListsIsGivenUpAfterTheGrace() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    place();
    now = now.plusSeconds(3);
    report("a", 1);
    assertThat(sent(Lost.class)).isEmpty();
    now = now.plusSeconds(3);
    report("a", 1);
    assertThat(sent(Lost.class)).containsExactly(new Lost(job("x"), 0, node("a")));
    assertThat(place().job()).isEqualTo(job("x"));
  }

  @Test
  void refusedStartsAreQueuedAgainLaterAndLater() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    AgentCommand.Assignment assignment = place();
    ledger.released(new SchedulerCommand.Released(node("a"), 1, List.of(held(assignment, 0))), now);
    ledger.place(now);
    assertThat(sent(AgentCommand.Assign.class)).isEmpty();
    now = now.plusSeconds(1);
    ledger.heartbeat(agent -> true, now);
    assertThat(place().job()).isEqualTo(job("x"));
  }

  @Test
  void drainingStopsPlacementAtOnce() {
    started();
    report("a", 1);
    Optional<DrainOrder> order =
        Optional.of(new DrainOrder(Optional.empty(), now, Optional.empty()));
    assertThat(ledger.drain(node("nowhere"), order, now)).isFalse();
    assertThat(ledger.drain(node("a"), order, now)).isTrue();
    assertThat(sent(AgentCommand.SetDraining.class)).hasSize(1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    report("a", 1);
    ledger.place(now);
    assertThat(sent(AgentCommand.Assign.class)).isEmpty();
    ledger.drain(node("a"), Optional.empty(), now);
    assertThat(place().job()).isEqualTo(job("x"));
  }

  @Test
  void tellsUnplaceableOnceAndPlaceableOnce() {
    started();
    report("a", 1);
    ledger.announce(ticket("big", needs(9, 1, 1)), now);
    ledger.place(now);
    ledger.heartbeat(agent -> true, now);
    assertThat(sent(ToJob.class))
        .filteredOn(message -> message.command() instanceof JobCommand.SetPlaceable)
        .singleElement()
        .satisfies(
            message ->
                assertThat(((JobCommand.SetPlaceable) message.command()).unplaceableReason())
                    .hasValueSatisfying(reason -> assertThat(reason).contains("cpu 0.01")));
    ledger.report(
        new SchedulerCommand.Report(
            new SchedulerCommand.NodeDescription(
                node("large"),
                "h:2",
                List.of("processor"),
                Resources.of(9, 9, 9),
                Optional.empty(),
                "",
                1,
                Map.of()),
            1,
            1,
            List.of(),
            List.of(),
            agentRef),
        now);
    assertThat(place().job()).isEqualTo(job("big"));
    ledger.heartbeat(agent -> true, now);
    assertThat(sent(ToJob.class))
        .containsExactly(new ToJob(job("big"), new JobCommand.SetPlaceable(Optional.empty())));
  }

  @Test
  void aWithdrawnJobIsNotPlaced() {
    started();
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    ledger.withdraw(job("x"));
    report("a", 1);
    ledger.place(now);
    assertThat(sent(AgentCommand.Assign.class)).isEmpty();
  }

  @Test
  void describesNodesAsTheApiDoes() {
    started();
    report("a", 1);
    ledger.announce(ticket("x", needs(1, 1, 1)), now);
    place();
    ledger.announce(ticket("y", needs(4, 1, 1)), now);
    ledger.place(now);
    var json = new SchedulerSnapshot(ledger, new Hosts(HostPolicy.DEFAULT), now).whole();
    assertThat(json.at("/nodes/0/id").asText()).isEqualTo("node-a");
    assertThat(json.at("/nodes/0/used/cpu").asLong()).isEqualTo(1);
    assertThat(json.at("/nodes/0/running/0").asText()).isEqualTo("job-x");
    assertThat(json.at("/nodes/0/state").asText()).isEqualTo("up");
    assertThat(json.at("/nodes/0/data_dir_free").asLong()).isEqualTo(100);
    assertThat(json.at("/free/0/cpu").asLong()).isEqualTo(3);
    assertThat(json.at("/queue/0/status").asText()).isEqualTo("blocked");
    assertThat(json.at("/decisions/0/what").asText()).isEqualTo("placed");
    assertThat(
            new SchedulerSnapshot(ledger, new Hosts(HostPolicy.DEFAULT), now)
                .explain(job("y"))
                .at("/reason")
                .asText())
        .contains("fits none of 1 node now");
    assertThat(
            new SchedulerSnapshot(ledger, new Hosts(HostPolicy.DEFAULT), now)
                .explain(job("x"))
                .at("/reason")
                .asText())
        .contains("assigned to node-a");
  }
}
