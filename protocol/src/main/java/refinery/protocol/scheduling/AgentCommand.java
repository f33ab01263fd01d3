package refinery.protocol.scheduling;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import refinery.protocol.JobId;
import refinery.protocol.Resources;
import refinery.protocol.Wire;

/** Commands of a node's agent. */
public interface AgentCommand extends Wire {

  /**
   * The scheduler gives this node work: all of one scheduling pass in one message.
   *
   * @param epoch of the scheduler that placed it
   * @param largestNode what the largest node of the cluster has
   */
  record Assign(long epoch, List<Assignment> assignments, Resources largestNode)
      implements AgentCommand {
    public Assign {
      assignments = List.copyOf(assignments);
    }
  }

  record Assignment(JobId job, long assignment, Resources resources) {}

  /** Ends this attempt and its processes, and discards what it made. */
  record Stop(JobId job, int attempt, String reason) implements AgentCommand {}

  /**
   * With an order: take no more work, and hand what runs back when no time is left. Without: take
   * work again.
   *
   * @param left until the deadline of the order, as the clocks of nodes differ; zero without one
   */
  record SetDraining(Optional<DrainOrder> order, Duration left) implements AgentCommand {}

  /**
   * The live state: running attempts, process ids, memory and scratch disk in use. Replied:
   * AgentState.
   */
  record Describe(ActorRef<AgentReply> replyTo) implements AgentCommand {}

  /**
   * Reads at most {@code limit} bytes of the combined step log of a running attempt, from byte
   * {@code offset} on. Replied: LogChunk.
   */
  record ReadLog(JobId job, long offset, int limit, ActorRef<AgentReply> replyTo)
      implements AgentCommand {}

  /** Replies of the agent. */
  sealed interface AgentReply extends Wire {
    record AgentState(JsonNode state) implements AgentReply {}

    /**
     * @param attempt whose log it is: the newest that the agent runs; 0 when it does not run this
     *     job (any more)
     */
    record LogChunk(JobId job, int attempt, long offset, byte[] bytes) implements AgentReply {
      public boolean running() {
        return attempt > 0;
      }
    }
  }
}
