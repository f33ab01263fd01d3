package refinery.agent;

import akka.actor.typed.ActorRef;
import java.util.ArrayList;
import java.util.List;
import refinery.protocol.scheduling.AgentCommand;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.Held;

/** What the scheduler is told, in the order in which it has to hear it. Confined to the agent. */
final class Reports {
  private final AgentSetup setup;
  private final ActorRef<AgentCommand> self;
  private final List<Held> released = new ArrayList<>();
  private long sequence;

  Reports(AgentSetup setup, ActorRef<AgentCommand> self) {
    this.setup = setup;
    this.self = self;
  }

  /** Whether it is the first that waits to be sent. */
  boolean freed(Held held) {
    released.add(held);
    return released.size() == 1;
  }

  void sendReleased() {
    if (!released.isEmpty()) {
      setup
          .scheduler()
          .tell(
              new SchedulerCommand.Released(
                  setup.identity().id(), setup.identity().incarnation(), released));
      released.clear();
    }
  }

  /** Releases go first, so that no report shows less than was released after it. */
  void send(SchedulerCommand.NodeDescription description, Ledger ledger) {
    sendReleased();
    setup
        .scheduler()
        .tell(
            new SchedulerCommand.Report(
                description,
                setup.identity().incarnation(),
                ++sequence,
                ledger.held(),
                ledger.unreported(),
                self));
  }

  long sequence() {
    return sequence;
  }
}
