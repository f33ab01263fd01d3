package refinery.protocol.scheduling;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.Wire;

/** Commands of the scheduler singleton. */
public sealed interface SchedulerCommand extends Wire {

  /** A job entity is queued. Acknowledged to the entity by {@code JobCommand.Announced}. */
  record Announce(JobTicket ticket) implements SchedulerCommand {}

  /** A job entity is not queued any more (cancelled, or ended). */
  record Withdraw(JobId job) implements SchedulerCommand {}

  /** A running job was cancelled: stop that attempt on its node. */
  record StopAttempt(JobId job, int attempt, NodeId node, String reason)
      implements SchedulerCommand {}

  /**
   * An agent introduces itself and says everything it holds; repeated with every heartbeat.
   *
   * @param incarnation grows with every start of the node's agent
   * @param sequence grows with every report of an incarnation
   * @param held every assignment the agent holds, starting or running
   * @param unreported attempts that hold nothing any more, but whose jobs have not yet taken note
   *     of the end: if this agent dies, nobody else can tell them
   */
  record Report(
      NodeDescription node,
      long incarnation,
      long sequence,
      List<Held> held,
      List<Unreported> unreported,
      ActorRef<AgentCommand> agent)
      implements SchedulerCommand {
    public Report {
      held = List.copyOf(held);
      unreported = List.copyOf(unreported);
    }
  }

  /** Attempts whose processes are gone, resources free; one message per tick. */
  record Released(NodeId node, long incarnation, List<Held> released) implements SchedulerCommand {
    public Released {
      released = List.copyOf(released);
    }
  }

  record Drain(NodeId node, ActorRef<SchedulerReply> replyTo) implements SchedulerCommand {}

  record Undrain(NodeId node, ActorRef<SchedulerReply> replyTo) implements SchedulerCommand {}

  /** Queue by shape, reservations, tokens, nodes, last decisions. Replied: Snapshot. */
  record Describe(ActorRef<SchedulerReply> replyTo) implements SchedulerCommand {}

  /** Why this job is not running, in words and numbers. Replied: Snapshot. */
  record Explain(JobId job, ActorRef<SchedulerReply> replyTo) implements SchedulerCommand {}

  /** Which of these jobs the scheduler has in hand: queued, placed, or being told of a loss. */
  record Locate(List<JobId> jobs, ActorRef<SchedulerReply> replyTo) implements SchedulerCommand {
    public Locate {
      jobs = List.copyOf(jobs);
    }
  }

  /** An assignment: {@code attempt} is 0 until the job entity granted one. */
  record Held(JobId job, long epoch, long assignment, int attempt, Resources resources) {}

  /** An attempt that ended on its node, of which its job does not know yet. */
  record Unreported(JobId job, int attempt) {}

  /** A node as it is now. */
  record NodeDescription(
      NodeId id,
      String address,
      List<String> roles,
      Resources capacity,
      boolean draining,
      String takesNoWork,
      long dataDirectoryFree,
      java.util.Map<String, String> tools) {
    public NodeDescription {
      roles = List.copyOf(roles);
      tools = java.util.Map.copyOf(tools);
    }
  }

  /** Replies of the scheduler. */
  sealed interface SchedulerReply extends Wire {
    record Done() implements SchedulerReply {}

    record UnknownNode(NodeId node) implements SchedulerReply {}

    record Snapshot(JsonNode state) implements SchedulerReply {}

    /**
     * @param settled false while a new scheduler still learns what runs: absence means nothing
     */
    record Located(boolean settled, List<JobId> known) implements SchedulerReply {
      public Located {
        known = List.copyOf(known);
      }
    }
  }
}
