package refinery.agent;

import java.util.List;
import org.slf4j.event.Level;
import refinery.protocol.Failure;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.job.JobSpec;
import refinery.protocol.job.LossCause;
import refinery.protocol.job.Outcome;
import refinery.protocol.scheduling.SchedulerCommand;
import refinery.protocol.scheduling.SchedulerCommand.Held;
import refinery.protocol.scheduling.SchedulerCommand.Unreported;

/** What the {@link Handshake} wants done; carried out in the listed order. */
sealed interface AgentEffect {
  /**
   * Ask the job for permission to start what was assigned.
   *
   * @param alone true when nothing else begins on this node at the same time, so a job that must
   *     begin alone may be granted
   */
  record AskToStart(Slot.Key key, boolean alone) implements AgentEffect {}

  /** Tell the job how its attempt ended. */
  record TellEnd(JobId job, int attempt, Outcome outcome, Resources largestNode)
      implements AgentEffect {}

  /** Tell the job that its attempt is lost. */
  record TellLoss(JobId job, int attempt, String reason, LossCause cause) implements AgentEffect {}

  /** Begin the attempt; its end is told by {@link Handshake#ended}. */
  record Run(Slot.Key key, JobSpec spec, int attempt, Resources reserved) implements AgentEffect {}

  /** End the processes of a running attempt. */
  record StopRun(Slot.Key key, Failure why) implements AgentEffect {}

  /** Call {@link Handshake#sendReleased} once the messages now in the mailbox are handled. */
  record SendReleasedSoon() implements AgentEffect {}

  /** Tell the scheduler which reservations are free again. */
  record TellReleased(long incarnation, List<Held> released) implements AgentEffect {
    public TellReleased {
      released = List.copyOf(released);
    }
  }

  /** Tell the scheduler everything that this node holds. */
  record Report(
      SchedulerCommand.NodeDescription node,
      long incarnation,
      long sequence,
      List<Held> held,
      List<Unreported> unreported)
      implements AgentEffect {
    public Report {
      held = List.copyOf(held);
      unreported = List.copyOf(unreported);
    }
  }

  /** Answer those who wait until nothing is held any more. */
  record Left() implements AgentEffect {}

  /** A line for the node's log. */
  record Note(Level level, String text) implements AgentEffect {}
}
