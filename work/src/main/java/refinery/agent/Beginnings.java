package refinery.agent;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.function.Consumer;
import org.slf4j.event.Level;
import refinery.protocol.job.JobReply;

/**
 * Decides which assignments may ask their jobs for permission to start.
 *
 * <p>If a node died just as a job began on it, the job is suspected of having killed the node. Such
 * a job begins alone: nothing else begins on this node shortly before or after it. Should the node
 * die again, the cause is clear, and no other job is suspected. Assignments that arrive meanwhile
 * wait, and begin before the next job that must begin alone.
 *
 * <p>Times are nanoseconds of one monotonic clock. Used by the agent's thread only. All of it is
 * lost in a crash, which does no harm: nothing that waits here has started.
 */
final class Beginnings {
  /** The longest wait for the answer of a job. Its entity may be broken, and others wait. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private final Slots slots;
  private final Consumer<AgentEffect> effects;
  private final long aloneNanos;
  private final Set<Slot.Key> alone = new LinkedHashSet<>();
  private final Set<Slot.Key> behind = new LinkedHashSet<>();
  private Slot.Key turn;

  /**
   * @param aloneFor how long after a job has begun alone nothing else may begin
   */
  Beginnings(Slots slots, Duration aloneFor, Consumer<AgentEffect> effects) {
    this.slots = slots;
    this.effects = effects;
    this.aloneNanos = aloneFor.toNanos();
  }

  /** Takes a new assignment: asks its job now, or lets it wait behind one that begins alone. */
  void add(Slot slot, long nowNanos) {
    if (turn == null && alone.isEmpty()) {
      ask(slot, false, nowNanos);
    } else {
      behind.add(slot.key);
    }
  }

  void beginsAlone(JobReply.BeginsAlone reply) {
    slots.ofJob(reply.job(), Slot.Phase.STARTING).stream()
        .filter(slot -> slot.key.assignment() == reply.assignment() && !slot.key.equals(turn))
        .filter(slot -> alone.add(slot.key))
        .forEach(
            slot ->
                effects.accept(
                    new AgentEffect.Note(
                        Level.INFO, reply.job() + " begins alone: nodes ended as it began")));
  }

  /** Repeats the question to its job, unless the slot is still waiting for its turn. */
  void askAgain(Slot slot) {
    if (!waits(slot)) {
      effects.accept(new AgentEffect.AskToStart(slot.key, slot.key.equals(turn)));
    }
  }

  /** True while the slot waits for its turn and its job must not be asked. */
  boolean waits(Slot slot) {
    return slot.phase() == Slot.Phase.STARTING
        && (alone.contains(slot.key) || behind.contains(slot.key));
  }

  /** Asks the jobs whose turn has come. Costs nothing while no job must begin alone. */
  void askThoseDue(long nowNanos) {
    if (turn == null && alone.isEmpty()) {
      return;
    }
    alone.removeIf(key -> slots.find(key).filter(this::waits).isEmpty());
    boolean turnIsOver =
        turn != null && slots.find(turn).filter(slot -> begins(slot, nowNanos)).isEmpty();
    if (turnIsOver) {
      turn = null;
    }
    if (turnIsOver || (turn == null && alone.isEmpty())) {
      behind.stream()
          .flatMap(key -> slots.find(key).stream())
          .forEach(slot -> ask(slot, false, nowNanos));
      behind.clear();
    }
    if (turn == null && !alone.isEmpty() && nothingBegins(nowNanos)) {
      turn = alone.iterator().next();
      alone.remove(turn);
      slots.find(turn).ifPresent(slot -> ask(slot, true, nowNanos));
    }
  }

  private void ask(Slot slot, boolean mayBeginAlone, long nowNanos) {
    slot.asks(nowNanos);
    effects.accept(new AgentEffect.AskToStart(slot.key, mayBeginAlone));
  }

  private boolean nothingBegins(long nowNanos) {
    return slots.all().stream().noneMatch(slot -> !waits(slot) && begins(slot, nowNanos));
  }

  private boolean begins(Slot slot, long nowNanos) {
    return switch (slot.phase()) {
      case STARTING -> nowNanos - slot.askedNanos() < PATIENCE.toNanos();
      case RUNNING -> nowNanos - slot.beganNanos() < aloneNanos;
      case REPORTING -> false;
    };
  }
}
