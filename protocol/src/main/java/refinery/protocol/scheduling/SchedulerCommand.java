package refinery.protocol.scheduling;

import akka.actor.typed.ActorRef;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import refinery.protocol.Actor;
import refinery.protocol.JobId;
import refinery.protocol.NodeId;
import refinery.protocol.Resources;
import refinery.protocol.Wire;

/** Commands of the scheduler singleton. */
public sealed interface SchedulerCommand extends Wire {

  /** A job is queued. Repeated until the scheduler answers with {@code JobCommand.Announced}. */
  record Announce(JobTicket ticket) implements SchedulerCommand {}

  /** A job is not queued any more, because it was cancelled or has ended. */
  record Withdraw(JobId job) implements SchedulerCommand {}

  /** A running job was cancelled: its attempt on that node is to be stopped. */
  record StopAttempt(JobId job, int attempt, NodeId node, String reason)
      implements SchedulerCommand {}

  /**
   * An agent introduces itself and lists everything it holds; sent with every heartbeat.
   *
   * @param incarnation grows with every start of the node's agent
   * @param sequence grows with every report of one incarnation; an older report is out of date
   * @param held every assignment the agent holds, starting or running
   * @param unreported attempts that have ended and freed their resources, but whose jobs have not
   *     yet acknowledged the end; if this agent dies, only the scheduler can tell those jobs
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

  /**
   * Attempts whose processes are gone and whose resources are free again, several in one message.
   */
  record Released(NodeId node, long incarnation, List<Held> released) implements SchedulerCommand {
    public Released {
      released = List.copyOf(released);
    }
  }

  /**
   * What a node sees of hosts and of its own attempts now, for people. Sent with the heartbeat when
   * there is something to say; nothing is decided by it.
   */
  record Figures(
      NodeId node, long incarnation, List<HostFigures> hosts, List<AttemptFigures> attempts)
      implements SchedulerCommand {
    public Figures {
      hosts = List.copyOf(hosts);
      attempts = List.copyOf(attempts);
    }
  }

  /**
   * The node takes no more work. Replied: Done, UnknownNode.
   *
   * @param within how long what runs may take to end; empty: it is handed back at once
   */
  record Drain(
      NodeId node,
      Optional<Duration> within,
      Optional<Actor> actor,
      ActorRef<SchedulerReply> replyTo)
      implements SchedulerCommand {}

  record Undrain(NodeId node, Optional<Actor> actor, ActorRef<SchedulerReply> replyTo)
      implements SchedulerCommand {}

  /** What people ask; changes nothing. */
  sealed interface Question extends SchedulerCommand {
    ActorRef<SchedulerReply> replyTo();
  }

  /**
   * Queued jobs grouped by what they ask for, reservations, tokens, nodes, last decisions. Replied:
   * Snapshot.
   */
  record Describe(ActorRef<SchedulerReply> replyTo) implements Question {}

  /**
   * The nodes, each with its jobs: what is reserved for them and what they use. Replied: Snapshot.
   */
  record DescribeNodes(ActorRef<SchedulerReply> replyTo) implements Question {}

  /** The hosts that the cluster asks, with what all nodes count of them. Replied: Snapshot. */
  record DescribeHosts(ActorRef<SchedulerReply> replyTo) implements Question {}

  /**
   * What a drain of this node would move now, and where to. Nothing is changed. Replied: Snapshot,
   * UnknownNode.
   */
  record PreviewDrain(NodeId node, ActorRef<SchedulerReply> replyTo) implements Question {}

  /** Why this job is not running, in words and numbers. Replied: Snapshot. */
  record Explain(JobId job, ActorRef<SchedulerReply> replyTo) implements Question {}

  /**
   * Which of these jobs the scheduler knows: queued, placed on a node, or not yet told of a lost
   * attempt. Replied: Located.
   */
  record Locate(List<JobId> jobs, ActorRef<SchedulerReply> replyTo) implements SchedulerCommand {
    public Locate {
      jobs = List.copyOf(jobs);
    }
  }

  /**
   * May this host be asked now? What asks it waits for the reply, so one place in the cluster knows
   * how often each host is asked and whether it answers. Replied: HostReply.
   *
   * @param host {@code name:port}
   * @param archive for which it is asked, as in the token {@code net:ARCHIVE}; may be empty
   * @param requestsPerSecond the most that the whole cluster may send to it
   */
  record AskHost(String host, String archive, int requestsPerSecond, ActorRef<HostReply> replyTo)
      implements SchedulerCommand {}

  /** The host has answered a request, with whatever status a host in order gives. */
  record HostAnswered(String host) implements SchedulerCommand {}

  /**
   * The host did not answer, broke off, or said that it cannot serve now. Replied: HostReply;
   * NotNow means that it counts as away, and asking again has to wait.
   *
   * @param retryAfter how long it asks to be left alone
   */
  record HostFailed(
      String host,
      String archive,
      String reason,
      Optional<Duration> retryAfter,
      ActorRef<HostReply> replyTo)
      implements SchedulerCommand {}

  /** Whether a host may be asked. */
  sealed interface HostReply extends Wire {
    /**
     * @param after the pause before the request, which keeps the rate
     */
    record Go(Duration after) implements HostReply {}

    /**
     * @param again when to put the question again
     * @param reason in words, for logs
     */
    record NotNow(Duration again, String reason) implements HostReply {}
  }

  /** A job that was placed on a node. {@code attempt} is 0 until the job entity grants one. */
  record Held(JobId job, long epoch, long assignment, int attempt, Resources resources) {}

  /** An attempt that has ended on its node, but whose job has not acknowledged that yet. */
  record Unreported(JobId job, int attempt) {}

  /**
   * A node as its agent describes it now.
   *
   * @param drain why it takes no more work, while it is draining
   * @param takesNoWork why it takes no work for now; empty when it does
   * @param dataDirectoryFree free bytes of the disk that holds the data directory
   * @param tools versions of the tools that the node has, by name
   */
  record NodeDescription(
      NodeId id,
      String address,
      List<String> roles,
      Resources capacity,
      Optional<DrainOrder> drain,
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
     * @param settled false while a new scheduler still learns what runs; a job missing from {@code
     *     known} may run nevertheless
     */
    record Located(boolean settled, List<JobId> known) implements SchedulerReply {
      public Located {
        known = List.copyOf(known);
      }
    }
  }
}
