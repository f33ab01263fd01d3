package refinery.scheduling;

import static org.assertj.core.api.Assertions.assertThat;
import static refinery.scheduling.Tickets.job;
import static refinery.scheduling.Tickets.needs;
import static refinery.scheduling.Tickets.node;
import static refinery.scheduling.Tickets.ticket;

import akka.actor.Address;
import akka.actor.testkit.typed.javadsl.ActorTestKit;
import akka.actor.testkit.typed.javadsl.TestProbe;
import akka.actor.typed.ActorRef;
import com.typesafe.config.ConfigFactory;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import refinery.protocol.Actor;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobCommand;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobState;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.SchedulerReply;
import refinery.readmodel.NodeQueries;

/** The actor: start, doubt, placing, losing, throughput. */
class SchedulerTest {
  private static final ActorTestKit KIT = ActorTestKit.create();
  private static final Address SELF = new Address("akka", "test", "localhost", 1);

  record ToJob(JobId job, JobCommand command) {}

  private final TestProbe<ToJob> jobs = KIT.createTestProbe();
  private final TestProbe<AgentCommand> agent = KIT.createTestProbe();
  private final FakeQueries queries = new FakeQueries();
  private long sequence;

  @AfterAll
  static void stop() {
    KIT.shutdownTestKit();
  }

  private static SchedulingConfig config() {
    return SchedulingConfig.from(
        ConfigFactory.parseResources("scheduling.conf").resolve().getConfig("refinery"));
  }

  /** What comes before that comes without doubt. */
  private static SchedulingConfig doubting() {
    return SchedulingConfig.from(
        ConfigFactory.parseString("refinery.scheduling.doubt = 1h")
            .withFallback(ConfigFactory.parseResources("scheduling.conf"))
            .resolve()
            .getConfig("refinery"));
  }

  private boolean settled = true;

  private ActorRef<SchedulerCommand> scheduler() {
    Membership membership =
        new Membership() {
          @Override
          public Set<Address> workers() {
            return Set.of(SELF);
          }

          @Override
          public Set<Address> members() {
            return Set.of(SELF);
          }

          @Override
          public boolean isSettled() {
            return settled;
          }

          @Override
          public Address addressOf(ActorRef<?> ref) {
            return SELF;
          }
        };
    return KIT.spawn(
        Scheduler.create(
            doubting(),
            queries,
            (job, command) -> jobs.getRef().tell(new ToJob(job, command)),
            membership,
            Clock.systemUTC()));
  }

  private SchedulerCommand.Report report(Resources capacity, Held... held) {
    return new SchedulerCommand.Report(
        new SchedulerCommand.NodeDescription(
            node("a"), "h:1", List.of("processor"), capacity, Optional.empty(), "", 1, Map.of()),
        1,
        ++sequence,
        List.of(held),
        List.of(),
        agent.getRef());
  }

  @Test
  void theShippedDefaultsAreWhatTheyAre() {
    assertThat(config())
        .isEqualTo(
            new SchedulingConfig(
                Duration.ofSeconds(5),
                Duration.ofSeconds(10),
                Duration.ofSeconds(5),
                2000,
                PackingPolicy.DEFAULT,
                HostPolicy.DEFAULT));
  }

  @Test
  void aSingleNodePlacesAsSoonAsItHasReported() {
    queries.rows.add(
        new NodeQueries.LiveJob(ticket("x", needs(1, 1, 1)), JobState.QUEUED, 0, Optional.empty()));
    queries.rows.add(
        new NodeQueries.LiveJob(
            ticket("y", needs(1, 1, 1)), JobState.RUNNING, 2, Optional.of(node("a"))));
    ActorRef<SchedulerCommand> scheduler = scheduler();
    scheduler.tell(report(Resources.of(4, 4, 4)));
    AgentCommand.Assign assign = agent.expectMessageClass(AgentCommand.Assign.class);
    assertThat(assign.epoch()).isEqualTo(1);
    assertThat(assign.assignments()).singleElement().matches(a -> a.job().equals(job("x")));
    ToJob lose = jobs.receiveMessage();
    assertThat(lose.job()).isEqualTo(job("y"));
    JobCommand.Lose command = (JobCommand.Lose) lose.command();
    command.replyTo().orElseThrow().tell(new JobReply.Lost(job("y")));
    scheduler.tell(new SchedulerCommand.Announce(ticket("y", needs(1, 1, 1))));
    assertThat(jobs.receiveMessage().command()).isInstanceOf(JobCommand.Announced.class);
    assertThat(agent.expectMessageClass(AgentCommand.Assign.class).assignments())
        .singleElement()
        .matches(a -> a.job().equals(job("y")));
  }

  @Test
  void whatRanOnANodeThatIsNoMemberAnyMoreIsNotWaitedFor() {
    queries.rows.add(
        new NodeQueries.LiveJob(
            ticket("y", needs(1, 1, 1)), JobState.RUNNING, 2, Optional.of(node("gone"))));
    ActorRef<SchedulerCommand> scheduler = scheduler();
    scheduler.tell(report(Resources.of(4, 4, 4)));
    ToJob lose = jobs.expectMessageClass(ToJob.class);
    assertThat(lose.command()).isInstanceOf(JobCommand.Lose.class);
  }

  @Test
  void whileNodesComeAndGoAnUnknownNodeIsWaitedFor() {
    settled = false;
    queries.rows.add(
        new NodeQueries.LiveJob(
            ticket("y", needs(1, 1, 1)), JobState.RUNNING, 2, Optional.of(node("unheard"))));
    ActorRef<SchedulerCommand> scheduler = scheduler();
    scheduler.tell(report(Resources.of(4, 4, 4)));
    jobs.expectNoMessage(Duration.ofSeconds(2));
  }

  @Test
  void withoutReportsNothingIsPlacedAndTheSnapshotSaysWhy() {
    ActorRef<SchedulerCommand> scheduler = scheduler();
    scheduler.tell(new SchedulerCommand.Announce(ticket("x", needs(1, 1, 1))));
    TestProbe<SchedulerReply> replies = KIT.createTestProbe();
    scheduler.tell(new SchedulerCommand.Explain(job("x"), replies.getRef()));
    SchedulerReply.Snapshot snapshot = replies.expectMessageClass(SchedulerReply.Snapshot.class);
    assertThat(snapshot.state().at("/reason").asText()).contains("waits for the nodes to report");
    scheduler.tell(
        new SchedulerCommand.Drain(
            node("a"), Optional.empty(), Optional.empty(), replies.getRef()));
    replies.expectMessage(new SchedulerReply.UnknownNode(node("a")));
  }

  @Test
  void aNodeSaysWhoHadItDrained() {
    ActorRef<SchedulerCommand> scheduler = scheduler();
    scheduler.tell(report(Resources.of(4, 4, 4)));
    TestProbe<SchedulerReply> replies = KIT.createTestProbe();
    Actor ann = new Actor("ann");
    Duration within = Duration.ofMinutes(10);
    scheduler.tell(
        new SchedulerCommand.Drain(
            node("a"), Optional.of(within), Optional.of(ann), replies.getRef()));
    replies.expectMessageClass(SchedulerReply.Done.class);
    AgentCommand.SetDraining order = agent.expectMessageClass(AgentCommand.SetDraining.class);
    assertThat(order.left()).isEqualTo(within);
    assertThat(order.order().flatMap(DrainOrder::by)).contains(ann);
    scheduler.tell(new SchedulerCommand.Describe(replies.getRef()));
    SchedulerReply.Snapshot drained = replies.expectMessageClass(SchedulerReply.Snapshot.class);
    assertThat(drained.state().at("/nodes/0/drained_by").asText()).isEqualTo("ann");
    assertThat(
            Duration.between(
                Instant.parse(drained.state().at("/nodes/0/drain/since").asText()),
                Instant.parse(drained.state().at("/nodes/0/drain/deadline").asText())))
        .isEqualTo(within);
    scheduler.tell(new SchedulerCommand.Undrain(node("a"), Optional.of(ann), replies.getRef()));
    replies.expectMessageClass(SchedulerReply.Done.class);
    scheduler.tell(new SchedulerCommand.Describe(replies.getRef()));
    SchedulerReply.Snapshot again = replies.expectMessageClass(SchedulerReply.Snapshot.class);
    assertThat(again.state().at("/nodes/0/drained_by").isNull()).isTrue();
    assertThat(again.state().at("/nodes/0/drain").isNull()).isTrue();
  }

  @Test
  void thousandsOfShortJobsFlowThroughWithoutLossOrDoubling() {
    int count = 5_000;
    ActorRef<SchedulerCommand> scheduler = scheduler();
    scheduler.tell(report(Resources.of(8, 8, 8)));
    for (int i = 0; i < count; i++) {
      scheduler.tell(new SchedulerCommand.Announce(ticket("n" + i, needs(1, 1, 1))));
    }
    Set<JobId> seen = new HashSet<>();
    while (seen.size() < count) {
      AgentCommand.Assign assign = agent.expectMessageClass(AgentCommand.Assign.class);
      List<Held> released = new ArrayList<>();
      for (AgentCommand.Assignment assignment : assign.assignments()) {
        assertThat(seen.add(assignment.job())).isTrue();
        released.add(
            new Held(
                assignment.job(),
                assign.epoch(),
                assignment.assignment(),
                1,
                assignment.resources()));
      }
      assertThat(released).hasSizeLessThanOrEqualTo(8);
      scheduler.tell(new SchedulerCommand.Released(node("a"), 1, released));
    }
  }
}
