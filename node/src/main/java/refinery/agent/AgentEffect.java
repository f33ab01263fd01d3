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

/** What the {@link Handshake} wants done. Carried out in the order in which it is listed. */
sealed interface AgentEffect {
  /** Ask the job for leave to start what was assigned. */
  record AskToStart(Slot.Key key) implements AgentEffect {}

  /** Tell the job how its attempt ended. */
  record TellEnd(JobId job, int attempt, Outcome outcome, Resources largestNode)
      implements AgentEffect {}

  /** Tell the job that its attempt is lost. */
  record TellLoss(JobId job, int attempt, String reason, LossCause cause) implements AgentEffect {}

  /** Begin the attempt; its end is told by {@link Handshake#ended}. */
  record Run(Slot.Key key, JobSpec spec, int attempt, Resources reserved) implements AgentEffect {}

  /** End the processes of a running attempt. */
  record StopRun(Slot.Key key, Failure why) implements AgentEffect {}

  /** Call {@link Handshake#sendReleased} after the messages that already wait. */
  record SendReleasedSoon() implements AgentEffect {}

  /** Tell the scheduler what is free again. */
  record TellReleased(long incarnation, List<Held> released) implements AgentEffect {
    public TellReleased {
      released = List.copyOf(released);
    }
  }

  /** Tell the scheduler all that is held. */
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

  /** Nothing is held any more: answer those who wait for that. */
  record Left() implements AgentEffect {}

  /** A line for the node's log. */
  record Note(Level level, String text) implements AgentEffect {}
}
