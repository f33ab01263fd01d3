package refinery.agent;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.scheduling.AgentCommand.Assignment;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.Unreported;

/**
 * The assignments that this node holds and the resources they reserve. Knows no actor, clock or
 * process. Invariant: the reservations of all slots that start or run never exceed the capacity
 * under which they were granted.
 */
final class Slots {
  private final Map<Slot.Key, Slot> slots = new LinkedHashMap<>();
  private final Map<JobId, Integer> slotsOfJob = new HashMap<>();
  private Resources used = Resources.NONE;
  private int reporting;

  /** The answer to an offered assignment. */
  enum Offer {
    ACCEPTED,
    DUPLICATE,
    DOES_NOT_FIT
  }

  Offer offer(long epoch, Assignment offered, Resources capacity, long nowNanos, Duration pause) {
    Slot.Key key = new Slot.Key(offered.job(), epoch, offered.assignment());
    if (slots.containsKey(key)) {
      return Offer.DUPLICATE;
    }
    Resources wanted = local(offered.resources());
    if (!used.plus(wanted).fits(capacity)) {
      return Offer.DOES_NOT_FIT;
    }
    slots.put(key, new Slot(key, offered.resources(), nowNanos, pause));
    slotsOfJob.merge(key.job(), 1, Integer::sum);
    used = used.plus(wanted);
    return Offer.ACCEPTED;
  }

  Optional<Slot> find(Slot.Key key) {
    return Optional.ofNullable(slots.get(key));
  }

  List<Slot> ofJob(JobId job) {
    return slotsOfJob.containsKey(job)
        ? slots.values().stream().filter(slot -> slot.key.job().equals(job)).toList()
        : List.of();
  }

  List<Slot> ofJob(JobId job, Slot.Phase phase) {
    return ofJob(job).stream().filter(slot -> slot.phase() == phase).toList();
  }

  /**
   * Frees the resources of an attempt whose processes are gone. The slot stays until its job is
   * told.
   */
  Held release(Slot slot, int attempt, Slot.Report report, long nowNanos, Duration pause) {
    used = minus(used, slot.resources);
    slot.reports(attempt, report, nowNanos, pause);
    reporting++;
    return slot.held();
  }

  /** Removes a slot of which nobody needs to be told, and frees what it still holds. */
  Held drop(Slot slot) {
    if (slots.remove(slot.key) == null) {
      throw new IllegalStateException("not held: " + slot.key);
    }
    slotsOfJob.computeIfPresent(slot.key.job(), (job, count) -> count == 1 ? null : count - 1);
    if (slot.phase() == Slot.Phase.REPORTING) {
      reporting--;
    } else {
      used = minus(used, slot.resources);
    }
    return slot.held();
  }

  /** Every assignment that holds resources here. */
  List<Held> held() {
    return slots.values().stream()
        .filter(slot -> slot.phase() != Slot.Phase.REPORTING)
        .map(Slot::held)
        .toList();
  }

  /** Every attempt that is over here but whose job has not confirmed the end. */
  List<Unreported> unreported() {
    return slots.values().stream()
        .filter(slot -> slot.phase() == Slot.Phase.REPORTING)
        .map(slot -> new Unreported(slot.key.job(), slot.attempt()))
        .toList();
  }

  List<Slot> all() {
    return List.copyOf(slots.values());
  }

  Stream<Slot> due(long nowNanos, Duration atMost) {
    return slots.values().stream().filter(slot -> slot.isDue(nowNanos, atMost));
  }

  Resources used() {
    return used;
  }

  int reporting() {
    return reporting;
  }

  boolean isEmpty() {
    return slots.isEmpty();
  }

  /** Leaves out tokens: they belong to the whole cluster, and the scheduler counts them. */
  private static Resources local(Resources resources) {
    return resources.withTokens(Map.of());
  }

  private static Resources minus(Resources from, Resources what) {
    return Resources.of(
        from.cpu() - what.cpu(), from.memory() - what.memory(), from.disk() - what.disk());
  }
}
