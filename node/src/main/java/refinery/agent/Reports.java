package refinery.agent;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.NodeDescription;

/** What the scheduler is told, in the order in which it has to hear it. */
final class Reports {
  private final long incarnation;
  private final Consumer<AgentEffect> effects;
  private final List<Held> released = new ArrayList<>();
  private long sequence;

  Reports(long incarnation, Consumer<AgentEffect> effects) {
    this.incarnation = incarnation;
    this.effects = effects;
  }

  /** Told with all that is freed by the messages that already wait. */
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

  /** Releases go first, so that no report shows less than was released after it. */
  void send(NodeDescription node, Slots slots) {
    sendReleased();
    effects.accept(
        new AgentEffect.Report(node, incarnation, ++sequence, slots.held(), slots.unreported()));
  }

  /** Of the last report; the first has 1. */
  long sequence() {
    return sequence;
  }
}
