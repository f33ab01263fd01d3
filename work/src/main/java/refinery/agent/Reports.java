package refinery.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.NodeDescription;

/** Puts the messages to the scheduler into the order in which it must receive them. */
final class Reports {
  private final long incarnation;
  private final Consumer<AgentEffect> effects;
  private final List<Held> released = new ArrayList<>();
  private long sequence;

  Reports(long incarnation, Consumer<AgentEffect> effects) {
    this.incarnation = incarnation;
    this.effects = effects;
  }

  /** Notes a release. It is sent together with those of the messages now in the mailbox. */
  void freed(Held held) {
    released.add(held);
    if (released.size() == 1) {
      effects.accept(new AgentEffect.SendReleasedSoon());
    }
  }

  void sendReleased() {
    if (!released.isEmpty()) {
      effects.accept(new AgentEffect.TellReleased(incarnation, released));
      released.clear();
    }
  }

  /**
   * Sends a report. Pending releases go first, so that a release never arrives after a report that
   * already left it out.
   */
  void send(NodeDescription node, Slots slots) {
    sendReleased();
    effects.accept(
        new AgentEffect.Report(node, incarnation, ++sequence, slots.held(), slots.unreported()));
  }

  /** The number of the last report; the first is 1. */
  long sequence() {
    return sequence;
  }
}
