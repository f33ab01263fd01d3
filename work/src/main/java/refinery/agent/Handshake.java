package refinery.agent;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.event.Level;
import refinery.protocol.Failure;
import refinery.protocol.FailureClass;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobReply;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.AgentCommand.Assign;
import refinery.protocol.scheduling.AgentCommand.Assignment;
import refinery.protocol.scheduling.AgentCommand.SetDraining;
import refinery.protocol.scheduling.AgentCommand.Stop;
import refinery.protocol.scheduling.DrainOrder;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.NodeDescription;

/**
 * What a node agent knows and decides. It reserves what the scheduler assigns, asks each job for
 * permission to start, repeats the end of an attempt until the job has confirmed it, and tells the
 * scheduler what is held and freed. It knows no actor, clock or process: it is given times in
 * nanoseconds of one monotonic clock and returns {@link AgentEffect}s. Used by one thread; lost in
 * a crash.
 */
final class Handshake {
  private static final String DRAINED = "drained";

  private final NodeIdentity identity;
  private final String address;
  private final List<String> roles;
  private final AgentConfig config;
  private final Slots slots = new Slots();
  private final Beginnings beginnings;
  private final List<AgentEffect> effects = new ArrayList<>();
  private final Reports reports;
  private Capacity capacity;
  private Map<String, String> tools = Map.of();
  private Resources largestNode = Resources.NONE;
  private final Introduction introduction;
  private final Draining draining = new Draining();
  private boolean leaving;

  Handshake(
      NodeIdentity identity,
      String address,
      List<String> roles,
      AgentConfig config,
      Capacity capacity) {
    this.identity = identity;
    this.address = address;
    this.roles = List.copyOf(roles);
    this.config = config;
    this.capacity = capacity;
    beginnings = new Beginnings(slots, LastLife.START.plus(config.heartbeat()), effects::add);
    reports = new Reports(identity.incarnation(), effects::add);
    introduction = new Introduction(identity.id(), effects::add);
  }

  Slots slots() {
    return slots;
  }

  /** The number of the last report, from 1; 0 when none was sent. */
  long sequence() {
    return reports.sequence();
  }

  NodeDescription description() {
    return new NodeDescription(
        identity.id(),
        address,
        roles,
        capacity.total(),
        draining.order(),
        takesNoWork().orElse(""),
        capacity.free(),
        tools);
  }

  private Optional<String> takesNoWork() {
    return slots.reporting() >= config.unreportedAtMost()
        ? Optional.of(slots.reporting() + " results wait for their jobs to take note of them")
        : capacity.takesNoWork();
  }

  List<AgentEffect> assigned(Assign assign, long nowNanos) {
    largestNode = assign.largestNode();
    boolean closed = !introduction.isOver() || draining.isOn() || takesNoWork().isPresent();
    boolean refused = false;
    for (Assignment offered : assign.assignments()) {
      refused |= !takes(assign.epoch(), offered, closed, nowNanos);
    }
    beginnings.askThoseDue(nowNanos);
    if (refused) {
      report();
    }
    return decided();
  }

  /** Accepts an assignment, or returns false and gives it back. */
  private boolean takes(long epoch, Assignment offered, boolean closed, long nowNanos) {
    Slot.Key key = new Slot.Key(offered.job(), epoch, offered.assignment());
    Slots.Offer offer =
        closed && slots.find(key).isEmpty()
            ? Slots.Offer.DOES_NOT_FIT
            : slots.offer(epoch, offered, capacity.total(), nowNanos, config.retryAfter());
    switch (offer) {
      case ACCEPTED -> beginnings.add(slots.find(key).orElseThrow(), nowNanos);
      case DUPLICATE -> note(Level.DEBUG, "assigned again: " + key);
      case DOES_NOT_FIT ->
          reports.freed(
              new Held(offered.job(), epoch, offered.assignment(), 0, offered.resources()));
    }
    return offer != Slots.Offer.DOES_NOT_FIT;
  }

  List<AgentEffect> jobReplied(JobReply reply, long nowNanos) {
    switch (reply) {
      case JobReply.Granted granted -> granted(granted, nowNanos);
      case JobReply.BeginsAlone alone -> beginnings.beginsAlone(alone);
      case JobReply.Refused refused ->
          slots.ofJob(refused.job(), Slot.Phase.STARTING).stream()
              .filter(slot -> slot.key.assignment() == refused.assignment())
              .forEach(slot -> reports.freed(slots.drop(slot)));
      case JobReply.FinishAccepted accepted -> confirmed(accepted.job(), accepted.attempt());
      case JobReply.Stale stale -> stale(stale);
      case JobReply.Lost lost -> {
        slots.ofJob(lost.job(), Slot.Phase.REPORTING).stream()
            .filter(slot -> slot.report().filter(Slot.Report.Lose.class::isInstance).isPresent())
            .forEach(slots::drop);
        toldOfLastLife(lost.job(), nowNanos);
      }
      case JobReply.NotFound missing -> {
        slots
            .ofJob(missing.job(), Slot.Phase.STARTING)
            .forEach(slot -> reports.freed(slots.drop(slot)));
        slots.ofJob(missing.job(), Slot.Phase.REPORTING).forEach(slots::drop);
        toldOfLastLife(missing.job(), nowNanos);
      }
      case JobReply.Accepted other -> unexpected(other);
      case JobReply.RawDataGone other -> unexpected(other);
      case JobReply.Cancelled other -> unexpected(other);
      case JobReply.Released other -> unexpected(other);
      case JobReply.Retried other -> unexpected(other);
      case JobReply.PrioritySet other -> unexpected(other);
      case JobReply.PriorityKept other -> unexpected(other);
      case JobReply.Rejected other -> unexpected(other);
      case JobReply.State other -> unexpected(other);
    }
    beginnings.askThoseDue(nowNanos);
    leaveWhenNothingIsHeld();
    return decided();
  }

  private void unexpected(JobReply reply) {
    note(Level.WARN, "unexpected reply of a job: " + reply);
  }

  private void granted(JobReply.Granted granted, long nowNanos) {
    List<Slot> held =
        slots.ofJob(granted.job()).stream()
            .filter(slot -> slot.key.assignment() == granted.assignment())
            .toList();
    if (held.isEmpty()) {
      lose(granted.job(), granted.attempt(), "not held by its node any more", LossCause.MOVED);
    }
    for (Slot slot : held) {
      if (slot.phase() == Slot.Phase.STARTING) {
        begin(slot, granted.spec(), granted.attempt(), nowNanos);
      }
    }
  }

  private void begin(Slot slot, JobSpec spec, int attempt, long nowNanos) {
    if (slot.isCancelled(attempt)) {
      reports.freed(slots.drop(slot));
    } else if (draining.isOn()) {
      release(slot, attempt, new Slot.Report.Lose(DRAINED), nowNanos);
    } else {
      slots.ofJob(spec.id(), Slot.Phase.RUNNING).stream()
          .filter(other -> other.attempt() < attempt)
          .forEach(other -> stopAndForget(other, "attempt " + attempt + " has begun"));
      slot.runs(attempt, nowNanos);
      effects.add(new AgentEffect.Run(slot.key, spec, attempt, slot.resources));
    }
  }

  private void stale(JobReply.Stale stale) {
    confirmed(stale.job(), stale.attempt());
    slots.ofJob(stale.job(), Slot.Phase.RUNNING).stream()
        .filter(slot -> slot.attempt() == stale.attempt())
        .forEach(slot -> stopAndForget(slot, "the job has moved on"));
  }

  private void confirmed(JobId job, int attempt) {
    slots.ofJob(job, Slot.Phase.REPORTING).stream()
        .filter(slot -> slot.attempt() == attempt)
        .forEach(slots::drop);
  }

  private void stopAndForget(Slot slot, String reason) {
    slot.forget();
    stopRun(slot, reason);
  }

  private void stopRun(Slot slot, String reason) {
    effects.add(
        new AgentEffect.StopRun(
            slot.key, Failure.of(FailureClass.NODE_LOST, "stopped: " + reason)));
  }

  /** The processes and files of an attempt are gone. Ignores attempts of an earlier life. */
  List<AgentEffect> ended(Slot.Key key, Outcome outcome, long nowNanos) {
    slots.find(key).ifPresent(slot -> ended(slot, outcome, nowNanos));
    beginnings.askThoseDue(nowNanos);
    return decided();
  }

  private void ended(Slot slot, Outcome outcome, long nowNanos) {
    if (slot.isForgotten()) {
      reports.freed(slots.drop(slot));
    } else if (slot.handedBack().isPresent() && !(outcome instanceof Outcome.Succeeded)) {
      String reason = slot.handedBack().get();
      release(slot, slot.attempt(), new Slot.Report.Lose(reason), nowNanos);
    } else {
      release(slot, slot.attempt(), new Slot.Report.Finish(outcome), nowNanos);
    }
    leaveWhenNothingIsHeld();
  }

  private void release(Slot slot, int attempt, Slot.Report report, long nowNanos) {
    reports.freed(slots.release(slot, attempt, report, nowNanos, config.retryAfter()));
    sayAgain(slot);
  }

  private void sayAgain(Slot slot) {
    switch (slot.phase()) {
      case STARTING -> beginnings.askAgain(slot);
      case RUNNING -> {}
      case REPORTING -> {
        switch (slot.report().orElseThrow()) {
          case Slot.Report.Finish finish ->
              effects.add(
                  new AgentEffect.TellEnd(
                      slot.key.job(), slot.attempt(), finish.outcome(), largestNode));
          case Slot.Report.Lose lose ->
              lose(slot.key.job(), slot.attempt(), lose.reason(), LossCause.MOVED);
        }
      }
    }
  }

  private void lose(JobId job, int attempt, String reason, LossCause cause) {
    effects.add(new AgentEffect.TellLoss(job, attempt, reason, cause));
  }

  List<AgentEffect> sendReleased() {
    reports.sendReleased();
    return decided();
  }

  private void report() {
    if (introduction.isOver()) {
      reports.send(description(), slots);
    }
  }

  /** At every heartbeat: repeats the messages that are due, and reports. */
  List<AgentEffect> beat(long nowNanos) {
    introduction.tellLastLife();
    introduceWhenAllAreTold(nowNanos);
    handBackWhenDue(nowNanos);
    slots.due(nowNanos, config.retryAtMost()).forEach(this::sayAgain);
    beginnings.askThoseDue(nowNanos);
    report();
    return decided();
  }

  List<AgentEffect> stop(Stop stop) {
    for (Slot slot : slots.ofJob(stop.job())) {
      switch (slot.phase()) {
        case STARTING -> slot.cancelUpTo(stop.attempt());
        case RUNNING -> {
          if (slot.attempt() == stop.attempt()) {
            stopAndForget(slot, stop.reason());
          }
        }
        case REPORTING -> note(Level.DEBUG, "stopped when it had ended: " + slot.key);
      }
    }
    return decided();
  }

  /**
   * Takes no more work, or takes work again. Without an order what runs goes on, unless it was
   * handed back already.
   */
  List<AgentEffect> drain(SetDraining wanted, long nowNanos) {
    if (wanted.order().isPresent()) {
      takeNoMore(wanted.order().get(), wanted.left(), nowNanos);
    } else if (!leaving && draining.end()) {
      report();
    }
    return decided();
  }

  private void takeNoMore(DrainOrder order, Duration left, long nowNanos) {
    draining.begin(order, left, nowNanos);
    slots.all().stream().filter(beginnings::waits).forEach(slot -> reports.freed(slots.drop(slot)));
    handBackWhenDue(nowNanos);
    report();
  }

  private void handBackWhenDue(long nowNanos) {
    if (draining.isDue(nowNanos)) {
      for (Slot slot : slots.all()) {
        if (slot.phase() == Slot.Phase.RUNNING && slot.handedBack().isEmpty()) {
          slot.handBack(DRAINED);
          stopRun(slot, DRAINED);
        }
      }
    }
  }

  /**
   * Hands everything back at once; {@link AgentEffect.Left} follows when nothing is held any more.
   */
  List<AgentEffect> leave(Instant now, long nowNanos) {
    leaving = true;
    takeNoMore(new DrainOrder(Optional.empty(), now, Optional.empty()), Duration.ZERO, nowNanos);
    leaveWhenNothingIsHeld();
    return decided();
  }

  private void leaveWhenNothingIsHeld() {
    if (leaving && slots.isEmpty()) {
      leaving = false;
      reports.sendReleased();
      effects.add(new AgentEffect.Left());
    }
  }

  /**
   * The processes and files of the last life are gone: tells the jobs of its attempts that they are
   * lost. Only then the node reports and takes work.
   */
  List<AgentEffect> lastLifeEnded(List<Executor.Unfinished> unfinished, long nowNanos) {
    introduction.lastLifeEnded(unfinished, nowNanos);
    introduceWhenAllAreTold(nowNanos);
    return decided();
  }

  private void toldOfLastLife(JobId job, long nowNanos) {
    introduction.told(job);
    introduceWhenAllAreTold(nowNanos);
  }

  private void introduceWhenAllAreTold(long nowNanos) {
    if (introduction.ends(nowNanos)) {
      report();
    }
  }

  List<AgentEffect> toolsKnown(Map<String, String> versions) {
    tools = Map.copyOf(versions);
    report();
    return decided();
  }

  List<AgentEffect> capacityKnown(Capacity now) {
    boolean changed =
        !now.takesNoWork().equals(capacity.takesNoWork()) || !now.total().equals(capacity.total());
    capacity = now;
    if (changed) {
      report();
    }
    return decided();
  }

  private void note(Level level, String text) {
    effects.add(new AgentEffect.Note(level, text));
  }

  private List<AgentEffect> decided() {
    List<AgentEffect> all = List.copyOf(effects);
    effects.clear();
    return all;
  }
}
