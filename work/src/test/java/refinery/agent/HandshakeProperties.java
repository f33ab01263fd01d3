package refinery.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobResult;
import refinery.protocol.job.Outcome;
import refinery.protocol.job.Usage;
import refinery.protocol.scheduling.AgentCommand.Assign;
import refinery.protocol.scheduling.AgentCommand.Assignment;
import refinery.protocol.scheduling.AgentCommand.SetDraining;
import refinery.protocol.scheduling.AgentCommand.Stop;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.SchedulerCommand.Held;

/** What holds after every step of any history of messages, whatever is lost, doubled or late. */
class HandshakeProperties {
  private static final Resources WHOLE = Resources.of(4_000, 100, 100);

  private enum Kind {
    ASSIGN,
    ASSIGN_AGAIN,
    GRANT,
    GRANT_ELSEWHERE,
    REFUSE,
    ALONE,
    CONFIRM,
    STALE,
    LOST,
    NOT_FOUND,
    SUCCEED,
    FAIL,
    STOP,
    DRAIN,
    RESUME,
    FULL,
    ROOM,
    BEAT,
    FLUSH
  }

  /**
   * @param job of three
   * @param nth chooses among the slots that are held
   */
  record Step(Kind kind, int job, int nth, int cpu) {}

  @Provide
  Arbitrary<List<Step>> histories() {
    return Combinators.combine(
            Arbitraries.of(Kind.class),
            Arbitraries.integers().between(1, 3),
            Arbitraries.integers().between(0, 7),
            Arbitraries.integers().between(0, 3))
        .as(Step::new)
        .list()
        .ofMaxSize(60);
  }

  @Property(tries = 500)
  void nothingIsLostOrDoubledAndNothingIsOvercommitted(@ForAll("histories") List<Step> steps) {
    World world = new World();
    world.carryOut(world.handshake.lastLifeEnded(List.of(), 0));
    steps.forEach(world::take);
    world.end();
  }

  /** The handshake between jobs, a scheduler and processes that believe what they are told. */
  private static final class World {
    private final Handshake handshake =
        new Handshake(
            new NodeIdentity(NodeId.of("node-1"), 1),
            "",
            List.of(),
            Workbench.config(),
            new Capacity(WHOLE, 0, Optional.empty()));
    private final Set<Slot.Key> running = new HashSet<>();
    private final Set<Slot.Key> heldForScheduler = new HashSet<>();
    private final Set<Slot.Key> asked = new HashSet<>();
    private long assignments;
    private int attempts;
    private long now;
    private long sequence;
    private int left;

    void take(Step step) {
      now += step.nth() * 100_000_000L;
      JobId job = JobId.of("job-" + step.job());
      List<Slot> slots = handshake.slots().all();
      Optional<Slot> slot =
          slots.isEmpty() ? Optional.empty() : Optional.of(slots.get(step.nth() % slots.size()));
      carryOut(
          switch (step.kind()) {
            case ASSIGN -> assign(job, ++assignments, Resources.of(step.cpu() * 1_000L, 10, 10));
            case ASSIGN_AGAIN ->
                slot.map(one -> assign(one.key.job(), one.key.assignment(), one.resources))
                    .orElse(List.of());
            case GRANT -> slot.map(one -> grant(one.key)).orElse(List.of());
            case GRANT_ELSEWHERE -> grant(new Slot.Key(job, 7, -1));
            case REFUSE ->
                slot.map(
                        one -> reply(new JobReply.Refused(one.key.job(), one.key.assignment(), "")))
                    .orElse(List.of());
            case ALONE ->
                slot.map(
                        one -> reply(new JobReply.BeginsAlone(one.key.job(), one.key.assignment())))
                    .orElse(List.of());
            case CONFIRM ->
                slot.map(one -> reply(new JobReply.FinishAccepted(one.key.job(), one.attempt())))
                    .orElse(List.of());
            case STALE ->
                slot.map(one -> reply(new JobReply.Stale(one.key.job(), one.attempt())))
                    .orElse(List.of());
            case LOST -> reply(new JobReply.Lost(job));
            case NOT_FOUND -> reply(new JobReply.NotFound(job));
            case SUCCEED -> slot.map(one -> end(one, true)).orElse(List.of());
            case FAIL -> slot.map(one -> end(one, false)).orElse(List.of());
            case STOP -> handshake.stop(new Stop(job, attempts, "cancelled"));
            case DRAIN -> handshake.drain(drain(step.nth()), now);
            case RESUME -> handshake.drain(new SetDraining(Optional.empty(), Duration.ZERO), now);
            case FULL -> handshake.capacityKnown(new Capacity(WHOLE, 0, Optional.of("full")));
            case ROOM -> handshake.capacityKnown(new Capacity(WHOLE, 0, Optional.empty()));
            case BEAT -> handshake.beat(now);
            case FLUSH -> handshake.sendReleased();
          });
      check();
    }

    /** At once, or a few beats later. */
    private static SetDraining drain(int nth) {
      return new SetDraining(
          Optional.of(new DrainOrder(Optional.empty(), Instant.EPOCH, Optional.empty())),
          Duration.ofMillis(200L * nth));
    }

    private List<AgentEffect> assign(JobId job, long assignment, Resources resources) {
      List<AgentEffect> effects =
          handshake.assigned(
              new Assign(7, List.of(new Assignment(job, assignment, resources)), WHOLE), now);
      Slot.Key key = new Slot.Key(job, 7, assignment);
      handshake
          .slots()
          .find(key)
          .filter(slot -> slot.phase() != Slot.Phase.REPORTING)
          .ifPresent(slot -> heldForScheduler.add(key));
      return effects;
    }

    private List<AgentEffect> grant(Slot.Key key) {
      return reply(
          new JobReply.Granted(
              key.job(),
              ++attempts,
              key.assignment(),
              Workbench.spec(key.job().value(), Resources.NONE)));
    }

    private List<AgentEffect> reply(JobReply reply) {
      return handshake.jobReplied(reply, now);
    }

    private List<AgentEffect> end(Slot slot, boolean well) {
      if (!running.remove(slot.key)) {
        return List.of();
      }
      Outcome outcome =
          well
              ? new Outcome.Succeeded(
                  new JobResult.Processed(List.of(), Map.of(), "", Optional.empty()),
                  Usage.NONE,
                  List.of())
              : new Outcome.Failed(
                  Failure.of(FailureClass.PERMANENT, "exit 1"), Usage.NONE, List.of());
      return handshake.ended(slot.key, outcome, now);
    }

    private void carryOut(List<AgentEffect> effects) {
      for (AgentEffect effect : effects) {
        switch (effect) {
          case AgentEffect.AskToStart ask -> asked.add(ask.key());
          case AgentEffect.Run run -> assertThat(running.add(run.key())).isTrue();
          case AgentEffect.StopRun stop -> assertThat(running).contains(stop.key());
          case AgentEffect.TellReleased told ->
              told.released().forEach(held -> heldForScheduler.remove(key(held)));
          case AgentEffect.Report report -> {
            assertThat(report.sequence()).isEqualTo(++sequence);
            assertThat(report.held().stream().map(World::key).collect(Collectors.toSet()))
                .isEqualTo(heldForScheduler);
          }
          case AgentEffect.Left gone -> left++;
          case AgentEffect.TellEnd end -> assertThat(end.attempt()).isPositive();
          case AgentEffect.TellLoss loss -> assertThat(loss.attempt()).isPositive();
          case AgentEffect.SendReleasedSoon soon -> {}
          case AgentEffect.Note note -> {}
        }
      }
    }

    private static Slot.Key key(Held held) {
      return new Slot.Key(held.job(), held.epoch(), held.assignment());
    }

    /** Whatever has to begin alone, and whether or not jobs answer. */
    private void nothingWaitsForEver() {
      for (int beat = 0; beat < 60; beat++) {
        now += 11_000_000_000L;
        carryOut(handshake.beat(now));
      }
      assertThat(asked)
          .containsAll(
              handshake.slots().all().stream()
                  .filter(slot -> slot.phase() == Slot.Phase.STARTING)
                  .map(slot -> slot.key)
                  .toList());
    }

    private void check() {
      Slots slots = handshake.slots();
      Resources sum =
          slots.held().stream().map(Held::resources).reduce(Resources.NONE, Resources::plus);
      assertThat(slots.used()).isEqualTo(sum);
      assertThat(sum.fits(WHOLE)).isTrue();
      assertThat(
              slots.all().stream()
                  .filter(slot -> slot.phase() == Slot.Phase.RUNNING)
                  .map(slot -> slot.key)
                  .collect(Collectors.toSet()))
          .isEqualTo(running);
      assertThat(slots.unreported()).hasSize(slots.reporting());
    }

    /** Every job answers and every process ends: nothing is held, and all have heard of it. */
    void end() {
      nothingWaitsForEver();
      carryOut(handshake.leave(Instant.EPOCH, now));
      for (Slot slot : handshake.slots().all()) {
        carryOut(reply(new JobReply.Refused(slot.key.job(), slot.key.assignment(), "")));
        carryOut(end(slot, false));
      }
      for (Slot slot : handshake.slots().all()) {
        carryOut(reply(new JobReply.FinishAccepted(slot.key.job(), slot.attempt())));
      }
      carryOut(handshake.beat(now));
      check();
      assertThat(handshake.slots().isEmpty()).isTrue();
      assertThat(running).isEmpty();
      assertThat(heldForScheduler).isEmpty();
      assertThat(left).isEqualTo(1);
    }
  }
}
