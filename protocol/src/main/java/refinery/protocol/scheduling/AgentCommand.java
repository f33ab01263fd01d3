package refinery.protocol.scheduling;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.Wire;

/** What is said to a node's agent. */
public interface AgentCommand extends Wire {

  /** Work for this node; one message per tick. */
  record Assign(long epoch, List<Assignment> assignments, Resources largestNode)
      implements AgentCommand {
    public Assign {
      assignments = List.copyOf(assignments);
    }
  }

  record Assignment(JobId job, long assignment, Resources resources) {}

  /** Stop this attempt and its processes; nothing it makes is wanted. */
  record Stop(JobId job, int attempt, String reason) implements AgentCommand {}

  /** Take no more work (true), or take work again. Running attempts are handed back. */
  record SetDraining(boolean draining) implements AgentCommand {}

  /** The live state: what runs, process ids, memory now, scratch now. Replied: AgentState. */
  record Describe(ActorRef<AgentReply> replyTo) implements AgentCommand {}

  /** Bytes of the combined step log of a running attempt. Replied: LogChunk. */
  record ReadLog(JobId job, long offset, int limit, ActorRef<AgentReply> replyTo)
      implements AgentCommand {}

  /** Replies of the agent. */
  sealed interface AgentReply extends Wire {
    record AgentState(JsonNode state) implements AgentReply {}

    /** {@code running} is false when the agent does not run this job (any more). */
    record LogChunk(JobId job, boolean running, long offset, byte[] bytes) implements AgentReply {}
  }
}
